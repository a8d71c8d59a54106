/// Text in the language of manual pages.
enum Roff {
    /// Text within a line: what roff would read as its own is escaped, and so is all beyond ASCII.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "~": result += "\\(ti"
            case "^": result += "\\(ha"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "\"": result += "\\(dq"
            default:
                if scalar.isASCII {
                    result.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\[u" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits + "]"
                }
            }
        }
        return result
    }

    /// Lines of text; a line that would begin a request is shielded, an empty one begins a paragraph.
    static func body(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.isEmpty { return ".PP" }
            return (line.hasPrefix(".") ? "\\&" : "") + escaped(String(line))
        }
    }

    static func bold(_ text: String) -> String { "\\fB" + escaped(text) + "\\fR" }

    static func italic(_ text: String) -> String { "\\fI" + escaped(text) + "\\fR" }

    /// A term and, indented below it, what it means.
    static func entry(_ term: String, _ text: String) -> [String] { [".TP", term] + body(text) }

    static func section(_ title: String) -> String { ".SH " + escaped(title.uppercased()) }

    /// A title of several words is one argument.
    static func subsection(_ title: String) -> String { ".SS \"" + escaped(title) + "\"" }
}
