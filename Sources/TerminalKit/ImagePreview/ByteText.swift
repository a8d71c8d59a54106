/// Small pieces of output, appended without making strings.
enum ByteText {
    /// "0" to "255".
    static let numbers: [[UInt8]] = (0...255).map { Array(String($0).utf8) }

    static func append(_ number: Int, to bytes: inout [UInt8]) {
        if (0...255).contains(number) { bytes += numbers[number] } else { bytes += String(number).utf8 }
    }

    /// Moves the cursor to a cell counted from 0.
    static func appendMove(x: Int, y: Int, to bytes: inout [UInt8]) {
        bytes += "\u{1B}[".utf8
        append(y + 1, to: &bytes)
        bytes.append(UInt8(ascii: ";"))
        append(x + 1, to: &bytes)
        bytes.append(UInt8(ascii: "H"))
    }

    /// Blanks over a rectangle, in a background colour.
    static func blanks(_ rect: Rect, background: Color) -> [UInt8] {
        guard !rect.isEmpty else { return [] }
        var bytes = Array(ControlBytes.plainStyle.utf8)
        switch background {
        case .terminal: break
        case .ansi(let index): bytes += "\u{1B}[\(index < 8 ? 40 + Int(index) : 92 + Int(index))m".utf8
        case .palette(let index): bytes += "\u{1B}[48;5;\(index)m".utf8
        case .rgb(let rgb): bytes += "\u{1B}[48;2;\(rgb.red);\(rgb.green);\(rgb.blue)m".utf8
        }
        for row in rect.y..<rect.endY {
            appendMove(x: rect.x, y: row, to: &bytes)
            bytes += repeatElement(UInt8(ascii: " "), count: rect.width)
        }
        return bytes + ControlBytes.plainStyle.utf8
    }
}
