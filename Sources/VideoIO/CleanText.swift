/// Text from files and file names, made safe to show.
enum CleanText {
    /// Whether the scalar can command a terminal (C0, DEL, C1) or reorder a line (Unicode's directional overrides).
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// The text without control characters, line feed and tab excepted.
    static func removingControls(_ text: some StringProtocol) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.filter { !isControl($0) || $0 == "\n" || $0 == "\t" })
        return String(scalars)
    }
}

extension CleanText {
    /// The text on one line, for the middle of a sentence: controls become spaces, the final full stop goes.
    static func oneLine(_ text: String) -> String {
        let plain = String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
        var words = plain.split(separator: " ").joined(separator: " ")
        while words.hasSuffix(".") { words.removeLast() }
        return words
    }
}
