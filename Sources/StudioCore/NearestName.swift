/// Finds the name a user probably meant.
package enum NearestName {
    /// The candidate with the fewest edits, if it is near enough to be a slip of the fingers.
    package static func of(_ name: String, in candidates: some Sequence<String>) -> String? {
        let limit = max(1, name.count / 3 + 1)
        let ranked = candidates.map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
        guard let best = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        return best.distance <= limit ? best.name : nil
    }

    /// Levenshtein's distance: insertions, deletions and replacements of characters.
    static func distance(_ first: String, _ second: String) -> Int {
        let a = Array(first)
        let b = Array(second)
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
