/// The 16 colours every terminal names; what they look like is the user's own choice.
package enum ANSIColor: Int, Sendable, CaseIterable {
    case black, red, green, yellow, blue, magenta, cyan, white
    case brightBlack, brightRed, brightGreen, brightYellow, brightBlue, brightMagenta, brightCyan, brightWhite

    /// As themes write it: `bright-black`.
    package var name: String {
        let plain = Self.names[rawValue % 8]
        return rawValue < 8 ? plain : "bright-" + plain
    }

    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    private static let names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]

    /// xterm's own values: what contrast is judged by where the true ones cannot be known.
    package var nominal: RGBColor {
        switch self {
        case .black: RGBColor(red: 0, green: 0, blue: 0)
        case .red: RGBColor(red: 205, green: 0, blue: 0)
        case .green: RGBColor(red: 0, green: 205, blue: 0)
        case .yellow: RGBColor(red: 205, green: 205, blue: 0)
        case .blue: RGBColor(red: 0, green: 0, blue: 238)
        case .magenta: RGBColor(red: 205, green: 0, blue: 205)
        case .cyan: RGBColor(red: 0, green: 205, blue: 205)
        case .white: RGBColor(red: 229, green: 229, blue: 229)
        case .brightBlack: RGBColor(red: 127, green: 127, blue: 127)
        case .brightRed: RGBColor(red: 255, green: 0, blue: 0)
        case .brightGreen: RGBColor(red: 0, green: 255, blue: 0)
        case .brightYellow: RGBColor(red: 255, green: 255, blue: 0)
        case .brightBlue: RGBColor(red: 92, green: 92, blue: 255)
        case .brightMagenta: RGBColor(red: 255, green: 0, blue: 255)
        case .brightCyan: RGBColor(red: 0, green: 255, blue: 255)
        case .brightWhite: RGBColor(red: 255, green: 255, blue: 255)
        }
    }
}

/// How many colours a terminal shows.
package enum ColorDepth: String, Sendable, CaseIterable {
    case mono
    case ansi16 = "16"
    case palette256 = "256"
    case truecolor = "true"
}

/// xterm's 256 colours: 16 of the user's, a 6x6x6 cube, 24 greys.
package enum TerminalPalette {
    private static let cubeLevels: [UInt8] = [0, 95, 135, 175, 215, 255]

    /// The colour at 0 to 255; the first 16 are nominal.
    package static func color(at index: Int) -> RGBColor {
        if index < 16 { return ANSIColor(rawValue: max(index, 0))?.nominal ?? .black }
        if index < 232 {
            let cell = index - 16
            return RGBColor(
                red: cubeLevels[cell / 36], green: cubeLevels[cell / 6 % 6], blue: cubeLevels[cell % 6])
        }
        let grey = UInt8(8 + (min(index, 255) - 232) * 10)
        return RGBColor(red: grey, green: grey, blue: grey)
    }

    private static let fixed: [(index: Int, lab: OKLab)] = (16..<256).map { ($0, OKLab(color(at: $0))) }

    /// The fixed palette entry, 16 to 255, nearest to a colour in OKLab; the user's own 16 are never taken.
    package static func nearestIndex(to color: RGBColor) -> Int {
        nearestIndex(to: OKLab(color)) { _ in true }
    }

    /// The nearest entry for which `accepts` holds; 16 (black) if there is none.
    static func nearestIndex(to lab: OKLab, where accepts: (RGBColor) -> Bool) -> Int {
        let candidates = fixed.filter { accepts(Self.color(at: $0.index)) }
        return candidates.min { $0.lab.distance(to: lab) < $1.lab.distance(to: lab) }?.index ?? 16
    }
}
