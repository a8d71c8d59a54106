import Glibc

/// A file name with a number in it, written `clip-%04d.png` or `clip-%d.png`.
struct NumberedName: Hashable {
    let prefix: String
    let digitCount: Int
    let suffix: String

    init(prefix: String, digitCount: Int, suffix: String) {
        self.prefix = prefix
        self.digitCount = digitCount
        self.suffix = suffix
    }

    /// Nil where the last part of the path has no such number, or several.
    init?(pattern path: String) {
        let nameStart = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let parts = path[nameStart...].split(separator: "%", omittingEmptySubsequences: false)
        guard parts.count == 2, let d = parts[1].firstIndex(of: "d") else { return nil }
        let digits = parts[1][..<d]
        guard digits.isEmpty || (digits.hasPrefix("0") && digits.count == 2), let count = Int("0" + digits) else {
            return nil
        }
        prefix = String(path[..<nameStart] + parts[0])
        digitCount = max(1, count)
        suffix = String(parts[1][parts[1].index(after: d)...])
    }

    func path(number: Int) -> String {
        let digits = String(number)
        return prefix + String(repeating: "0", count: max(0, digitCount - digits.count)) + digits + suffix
    }

    /// The files from number 1, or 0, up to the first that is missing.
    func existingFiles() -> [String] {
        let first = access(path(number: 0), F_OK) == 0 ? 0 : 1
        var files: [String] = []
        while access(path(number: first + files.count), F_OK) == 0 { files.append(path(number: first + files.count)) }
        return files
    }
}
