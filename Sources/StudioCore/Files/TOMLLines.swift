/// Where keys and tables stand in a TOML text: for messages with line numbers, and for edits that keep comments.
struct TOMLLines {
    /// A line that opens a table or gives a key its value.
    struct Entry: Equatable {
        var path: [String]
        /// 0-based.
        var index: Int
        /// 0-based; past `index` where a value spans lines.
        var lastIndex: Int
        var isHeader: Bool
    }

    let lines: [String]
    private(set) var entries: [Entry] = []

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var table: [String] = []
        var index = 0
        while index < lines.count {
            let line = lines[index].trimmingPrefix(while: \.isWhitespace)
            if line.hasPrefix("["), let path = Self.headerPath(line) {
                table = path
                entries.append(Entry(path: path, index: index, lastIndex: index, isHeader: true))
            } else if let (key, rest) = Self.key(line) {
                let last = Self.lastLine(ofValue: rest, at: index, in: lines)
                entries.append(Entry(path: table + key, index: index, lastIndex: last, isHeader: false))
                index = last
            }
            index += 1
        }
    }

    /// 1-based.
    func line(of path: [String]) -> Int? {
        entries.first { $0.path == path }.map { $0.index + 1 }
    }

    private static func headerPath(_ line: Substring) -> [String]? {
        let inner = line.drop { $0 == "[" }
        guard let end = inner.firstIndex(of: "]") else { return nil }
        return dottedKey(inner[..<end])
    }

    /// The key before `=` and the text after it; nil for comments, blank lines and rests of values.
    private static func key(_ line: Substring) -> (key: [String], rest: Substring)? {
        guard let first = line.first, first != "#" else { return nil }
        var quote: Character?
        for index in line.indices {
            let character = line[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "=" {
                return (dottedKey(line[..<index]), line[line.index(after: index)...])
            } else if character == "#" {
                return nil
            }
        }
        return nil
    }

    /// Splits `a."b.c".d`.
    private static func dottedKey(_ text: Substring) -> [String] {
        var parts = [""]
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { parts[parts.count - 1].append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "." {
                parts.append("")
            } else if !character.isWhitespace {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }

    /// The line where a value ends: multi-line strings and lists go on past their first line.
    private static func lastLine(ofValue rest: Substring, at index: Int, in lines: [String]) -> Int {
        let value = rest.trimmingPrefix(while: \.isWhitespace)
        for fence in ["\"\"\"", "'''"] where value.hasPrefix(fence) {
            if value.dropFirst(3).contains(fence) { return index }
            return lines.indices.first { $0 > index && lines[$0].contains(fence) } ?? index
        }
        guard value.hasPrefix("[") else { return index }
        var depth = bracketBalance(value)
        var last = index
        while depth > 0, last + 1 < lines.count {
            last += 1
            depth += bracketBalance(lines[last][...])
        }
        return last
    }

    private static func bracketBalance(_ text: Substring) -> Int {
        var quote: Character?
        var depth = 0
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "#" {
                break
            } else if character == "[" {
                depth += 1
            } else if character == "]" {
                depth -= 1
            }
        }
        return depth
    }
}
