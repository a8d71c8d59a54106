/// Kitty pictures that stand in cells as ordinary characters, which ncurses and tmux move and clear like text.
///
/// Order of a new picture: send it under the other id, draw the cells with that id, then delete the old one.
package enum KittyPlaceholders {
    private static let placeholder: Unicode.Scalar = "\u{10EEEE}"

    /// The 297 marks that say row and column numbers: the marks of combining class 230 in Unicode 6.0 without those
    /// that normalization changes or joins with letters.
    ///
    /// Source of the rule: the kitty graphics protocol, "Unicode placeholders".
    static let marks: [Unicode.Scalar] = (0x300...0x1D244).compactMap(Unicode.Scalar.init).filter { scalar in
        let properties = scalar.properties
        guard properties.generalCategory == .nonspacingMark, properties.canonicalCombiningClass == .above,
            let age = properties.age
        else { return false }
        return (age.major, age.minor) <= (6, 0) && !joiningMarks.contains(scalar.value)
    }

    private static let joiningMarks: Set<UInt32> = [
        0x300, 0x301, 0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0x309, 0x30A, 0x30B, 0x30C, 0x30F, 0x311, 0x313, 0x314,
        0x340, 0x341, 0x342, 0x343, 0x344, 0x653, 0x654,
    ]

    /// Draws the cells of a picture, where nothing else was drawn over the cells reserved for it
    /// (``Canvas/reservePicture(_:)``).
    package static func draw(id: UInt32, on canvas: inout Canvas, in rect: Rect) {
        let style = Style(foreground: .palette(UInt8(clamping: id)))
        for row in 0..<min(rect.height, marks.count) {
            for column in 0..<min(rect.width, marks.count) where canvas.isReserved(x: rect.x + column, y: rect.y + row)
            {
                let text = String(String.UnicodeScalarView([placeholder, marks[row], marks[column]]))
                canvas.put(text, width: 1, x: rect.x + column, y: rect.y + row, style: style)
            }
        }
    }

    /// The same cells as bytes, for a screen without a canvas.
    package static func bytes(id: UInt32, in rect: Rect) -> [UInt8] {
        var bytes: [UInt8] = []
        for row in 0..<min(rect.height, marks.count) {
            ByteText.appendMove(x: rect.x, y: rect.y + row, to: &bytes)
            bytes += "\u{1B}[38;5;\(UInt8(clamping: id))m".utf8
            for column in 0..<min(rect.width, marks.count) {
                bytes += String(String.UnicodeScalarView([placeholder, marks[row], marks[column]])).utf8
            }
        }
        return bytes + ControlBytes.plainStyle.utf8
    }

    /// Wraps a command so that tmux hands it on: each `ESC` doubled.
    static func throughTmux(_ command: [UInt8]) -> [UInt8] {
        var bytes = Array("\u{1B}Ptmux;".utf8)
        for byte in command {
            if byte == 0x1B { bytes.append(byte) }
            bytes.append(byte)
        }
        return bytes + ControlBytes.stringTerminator.utf8
    }
}
