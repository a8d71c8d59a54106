import StudioCore

/// Values of the form given as several: each makes drafts of its own, and two of them make a grid.
package struct Sweeps: Sendable, Equatable, Codable {
    /// More values than this in one field are a slip of the finger.
    package static let limit = 500

    /// Empty where the form's own value stands.
    package var seeds: [UInt32] = []
    package var steps: [Int] = []
    package var guidances: [Float] = []
    /// Drafts with seeds that follow on each other.
    package var count = 1

    package init() {}

    /// Drafts for one prompt.
    package var variantCount: Int {
        max(seeds.count, count, 1) * max(steps.count, 1) * max(guidances.count, 1)
    }

    /// `41870..41877`, `3,5,9`; nil for a single word.
    ///
    /// - Throws: ``StudioError/badValue(_:)`` for what cannot be read.
    static func seeds(_ text: String) throws(StudioError) -> [UInt32]? {
        if let dots = text.firstRange(of: "..") {
            guard let first = UInt32(text[..<dots.lowerBound]), let last = UInt32(text[dots.upperBound...]),
                first <= last, last - first < UInt32(limit)
            else { throw .badValue("A range of seeds is two numbers, for example 41870..41877; \(limit) at most.") }
            return Array(first...last)
        }
        return try list(text, "Seeds are numbers from 0 to 4294967295, with commas between.") { UInt32($0) }
    }

    /// Values with commas between; nil for a single word.
    static func list<Value>(
        _ text: String, _ complaint: String, _ read: (Substring) -> Value?
    ) throws(StudioError) -> [Value]? {
        guard text.contains(",") else { return nil }
        let words = text.split(separator: ",")
        let values = words.compactMap(read)
        guard values.count == words.count, !values.isEmpty, values.count <= limit else { throw .badValue(complaint) }
        return values
    }

    /// Seeds as they are typed.
    var seedText: String {
        guard let first = seeds.first, let last = seeds.last else { return "" }
        let isRange = seeds.count > 2 && zip(seeds, seeds.dropFirst()).allSatisfy { $1 == $0 &+ 1 }
        return isRange ? "\(first)..\(last)" : seeds.map { String($0) }.joined(separator: ",")
    }
}
