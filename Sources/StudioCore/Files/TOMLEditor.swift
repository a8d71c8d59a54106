/// Changes single values in a TOML text and leaves every other line, comments included, as it is.
struct TOMLEditor {
    private(set) var text: String

    init(_ text: String) {
        self.text = text
    }

    /// Gives the key at `path` a value, TOML source as ``literal(_:)-(String)`` makes it; nil takes the key away.
    mutating func set(_ path: [String], to literal: String?) {
        let source = TOMLLines(text)
        var lines = source.lines
        if let entry = source.entries.first(where: { $0.path == path && !$0.isHeader }) {
            let comment = entry.index == entry.lastIndex ? Self.trailingComment(lines[entry.index]) : ""
            let replacement = literal.map { [Self.assignment(lines[entry.index], $0) + comment] } ?? []
            lines.replaceSubrange(entry.index...entry.lastIndex, with: replacement)
        } else if let literal {
            Self.insert(path, literal, into: &lines, source)
        }
        text = lines.joined(separator: "\n")
    }

    /// A basic string.
    static func literal(_ value: String) -> String {
        TextCleaning.quoted(value)
    }

    static func literal(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) + ".0" : String(value)
    }

    /// `key   = ` as it stands, with another value.
    private static func assignment(_ line: String, _ literal: String) -> String {
        guard let equals = line.firstIndex(of: "=") else { return line }
        return line[...equals] + " " + literal
    }

    /// The comment after a value, with the spaces before it.
    private static func trailingComment(_ line: String) -> String {
        var quote: Character?
        guard let equals = line.firstIndex(of: "=") else { return "" }
        for index in line[equals...].indices {
            let character = line[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "#" {
                let start = line[..<index].lastIndex { !$0.isWhitespace }
                return start.map { String(line[line.index(after: $0)...]) } ?? ""
            }
        }
        return ""
    }

    private static func insert(_ path: [String], _ literal: String, into lines: inout [String], _ source: TOMLLines) {
        let table = Array(path.dropLast())
        let line = "\(path.last ?? "") = \(literal)"
        let firstHeader = source.entries.first(where: \.isHeader)?.index
        if table.isEmpty {
            // Keys of the root must stand before the first table.
            let last = source.entries.last { !$0.isHeader && $0.index < firstHeader ?? .max }
            lines.insert(line, at: last.map { $0.lastIndex + 1 } ?? firstHeader ?? endIndex(lines))
        } else if let header = source.entries.first(where: { $0.isHeader && $0.path == table }) {
            let last = source.entries.last { !$0.isHeader && Array($0.path.dropLast()) == table }
            lines.insert(line, at: (last?.lastIndex ?? header.index) + 1)
        } else {
            let end = endIndex(lines)
            lines.insert(contentsOf: ["", "[\(table.joined(separator: "."))]", line], at: end)
        }
    }

    /// After the last line that says something; the text's final line break stays.
    private static func endIndex(_ lines: [String]) -> Int {
        (lines.lastIndex { !$0.isEmpty } ?? -1) + 1
    }
}
