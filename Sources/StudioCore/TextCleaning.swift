/// Makes text from prompts, files, names and metadata harmless before it reaches a terminal or a log.
package enum TextCleaning {
    /// Drops control characters, so that no escape sequence survives; line feeds stay, tabs become spaces.
    ///
    /// Marks that reorder text become visible tags such as `<RLE>`, so that a prompt cannot hide words.
    package static func cleaned(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.replacing("\r\n", with: "\n").unicodeScalars {
            switch scalar {
            case "\n": result.append(scalar)
            case "\r": result.append("\n")
            case "\t": result.append(" ")
            default:
                if let tag = directionTags[scalar.value] {
                    result.append(contentsOf: tag.unicodeScalars)
                } else if !isControl(scalar) {
                    result.append(scalar)
                }
            }
        }
        return String(result)
    }

    /// ``cleaned(_:)`` with line breaks as spaces.
    package static func oneLine(_ text: String) -> String {
        cleaned(text).replacing("\n", with: " ")
    }

    /// ``oneLine(_:)`` cut to `limit` characters, the cut marked by an ellipsis.
    package static func shortened(_ text: String, to limit: Int) -> String {
        let line = oneLine(text)
        return line.count <= limit ? line : line.prefix(max(limit - 1, 0)) + "…"
    }

    /// The text as a JSON string, which is a basic string of TOML too: quotes around it, and everything escaped that would
    /// end it, leave its line or reach a terminal as a command. Nothing is lost.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value <= 0xFFFF && isControl(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Whether a terminal could take the scalar as a command, or show nothing for it on purpose.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        // Line and paragraph separators, byte order mark, deprecated format characters, tags, noncharacters.
        case 0x2028, 0x2029, 0xFEFF, 0x206A...0x206F, 0xFFF9...0xFFFB, 0xE0001: true
        default: scalar.properties.isNoncharacterCodePoint
        }
    }

    private static let directionTags: [UInt32: String] = [
        0x200E: "<LRM>", 0x200F: "<RLM>", 0x061C: "<ALM>",
        0x202A: "<LRE>", 0x202B: "<RLE>", 0x202C: "<PDF>", 0x202D: "<LRO>", 0x202E: "<RLO>",
        0x2066: "<LRI>", 0x2067: "<RLI>", 0x2068: "<FSI>", 0x2069: "<PDI>",
    ]
}
