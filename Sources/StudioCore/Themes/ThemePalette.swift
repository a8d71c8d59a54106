/// A colour as the terminal takes it.
package enum ScreenColor: Sendable, Hashable {
    /// The terminal's own foreground or background.
    case terminal
    /// 0 to 15: the user's colours; 16 to 255: the fixed palette.
    case indexed(Int)
    case rgb(RGBColor)
}

/// A theme reduced to what one terminal shows, with contrast kept.
package struct ThemePalette: Sendable, Hashable {
    /// A role's colour and weight.
    package struct Entry: Sendable, Hashable {
        package var color: ScreenColor
        package var isBold: Bool
    }

    package let depth: ColorDepth
    private let entries: [ThemeRole: Entry]

    package subscript(role: ThemeRole) -> Entry {
        entries[role] ?? Entry(color: .terminal, isBold: false)
    }

    /// Reduces `theme` to `depth`; a colour that would lose its contrast is moved lighter or darker until it keeps it.
    ///
    /// `background` is the terminal's own where it is known; otherwise the theme's kind decides.
    package init(_ theme: Theme, depth: ColorDepth, background: RGBColor? = nil) {
        self.depth = depth
        var entries: [ThemeRole: Entry] = [:]
        for role in ThemeRole.allCases {
            let token = theme.token(role)
            entries[role] = Entry(color: Self.reduce(token, depth), isBold: token.isBold)
        }
        let ground = background ?? ThemeContrast.assumedBackground(theme)
        for pair in ThemeContrast.pairs(of: theme) where depth == .palette256 || depth == .truecolor {
            guard let entry = entries[pair.foreground], let color = ThemeContrast.visible(entry.color, ground: nil)
            else { continue }
            // What is one of the user's own 16 colours is the user's to judge.
            if case .indexed(let index) = entry.color, index < 16 { continue }
            let behind = entries[pair.background].flatMap { ThemeContrast.visible($0.color, ground: ground) } ?? ground
            guard color.contrast(with: behind) < pair.least else { continue }
            entries[pair.foreground]?.color = Self.moved(color, from: behind, least: pair.least, depth)
        }
        self.entries = entries
    }

    static func reduce(_ token: Theme.Token, _ depth: ColorDepth) -> ScreenColor {
        let named: ScreenColor = token.ansi.map { .indexed($0.rawValue) } ?? .terminal
        guard let hex = token.hex else { return depth == .mono ? .terminal : named }
        switch depth {
        case .mono: return .terminal
        case .ansi16: return named
        case .palette256: return .indexed(TerminalPalette.nearestIndex(to: hex))
        case .truecolor: return .rgb(hex)
        }
    }

    /// The colour of the same hue, nearest in lightness, that stands out enough from `behind`.
    private static func moved(
        _ color: RGBColor, from behind: RGBColor, least: Double, _ depth: ColorDepth
    ) -> ScreenColor {
        let start = OKLab(color)
        if depth == .palette256 {
            return .indexed(TerminalPalette.nearestIndex(to: start) { $0.contrast(with: behind) >= least })
        }
        let away = behind.luminance < 0.18 ? 1.0 : -1.0
        var lab = start
        for step in 1...100 {
            lab.lightness = min(max(start.lightness + away * Double(step) / 100, 0), 1)
            if lab.color.contrast(with: behind) >= least { break }
        }
        return .rgb(lab.color)
    }
}
