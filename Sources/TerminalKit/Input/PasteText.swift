/// What remains of pasted bytes: text and LF.
package enum PasteText {
    /// CR and CRLF become LF (tmux sends CR), TAB becomes a blank, other control characters go, and what is not UTF-8
    /// becomes U+FFFD.
    package static func cleaned(_ bytes: some Collection<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        var followsReturn = false
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            defer { followsReturn = scalar == "\r" }
            switch scalar {
            case "\r": text.append("\n")
            case "\n": if !followsReturn { text.append("\n") }
            case "\t": text.append(" ")
            default: if !(scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)) { text.append(scalar) }
            }
        }
        return String(text)
    }
}
