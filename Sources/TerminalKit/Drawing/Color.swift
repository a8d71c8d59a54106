/// 24-bit sRGB.
package struct RGB: Hashable, Sendable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// From `#rrggbb`; nil for anything else.
    package init?(hex: String) {
        let digits = hex.hasPrefix("#") ? hex.dropFirst() : hex[...]
        guard digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else {
            return nil
        }
        self.init(UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255))
    }
}

/// How many colours the terminal is given (section 10 of the design: chosen from `NO_COLOR`, terminfo, `COLORTERM`
/// and the terminal's answers).
package enum ColorDepth: Int, Sendable, Comparable, CaseIterable {
    case mono
    case ansi16
    case palette256
    case trueColor

    package static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rawValue < right.rawValue }
}

/// A colour as a cell holds it.
package enum Color: Hashable, Sendable {
    /// The terminal's own foreground or background.
    case terminal
    /// One of the 16 colours that belong to the user's terminal, 0 to 15.
    case ansi(UInt8)
    /// One of the 240 fixed colours, 16 to 255: a 6x6x6 cube, then 24 greys.
    case palette(UInt8)
    case rgb(RGB)

    /// The colour a theme token becomes in a mode: `rgb` is what the theme says in hex, `ansi16` its name for the
    /// 16-colour mode as a number 0 to 15, or nil for the nearest one.
    package static func resolved(rgb: RGB, ansi16: UInt8? = nil, depth: ColorDepth) -> Color {
        switch depth {
        case .mono: .terminal
        case .ansi16: .ansi(ansi16.map { $0 & 15 } ?? Palette.nearestAnsi(to: rgb))
        case .palette256: .palette(Palette.nearestFixed(to: rgb))
        case .trueColor: .rgb(rgb)
        }
    }

    /// This colour in a mode with fewer colours.
    package func reduced(to depth: ColorDepth) -> Color {
        switch (self, depth) {
        case (.terminal, _), (_, .mono): .terminal
        case (.ansi, _): self
        case (.palette(let index), .ansi16): .ansi(Palette.nearestAnsi(to: Palette.rgb(index)))
        case (.palette, _): self
        case (.rgb(let rgb), _): .resolved(rgb: rgb, depth: depth)
        }
    }
}
