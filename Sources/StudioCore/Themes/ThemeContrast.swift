/// Measures whether a theme can be read.
package enum ThemeContrast {
    /// A foreground that must stand out from a background.
    struct Pair {
        var foreground: ThemeRole
        var background: ThemeRole
        var least: Double
    }

    /// One measured pair.
    package struct Measurement: Sendable, Equatable {
        package var foreground: ThemeRole
        package var background: ThemeRole
        package var depth: ColorDepth
        /// 1 to 21; nil where the terminal's own colours decide.
        package var ratio: Double?
        package var least: Double
        package var passes: Bool { ratio.map { $0 >= least } ?? true }
    }

    /// Text keeps the theme's own contrast; borders, dim text and bars keep 3:1, or 4.5:1 in themes that ask for more.
    static func pairs(of theme: Theme) -> [Pair] {
        let text = theme.textContrast
        let quiet = text > 4.5 ? 4.5 : 3
        let reading: [ThemeRole] = [.text, .title, .accent, .ok, .warning, .error, .key, .link]
        return reading.map { Pair(foreground: $0, background: .background, least: text) }
            + [ThemeRole.dim, .border, .focus, .barFull].map {
                Pair(foreground: $0, background: .background, least: quiet)
            }
            + [Pair(foreground: .selectText, background: .selectBackground, least: text)]
    }

    /// The background a theme is made for where it leaves the terminal's own.
    static func assumedBackground(_ theme: Theme) -> RGBColor {
        theme.token(.background).hex ?? (theme.kind == .light ? .white : .black)
    }

    /// Every pair at every depth, as the theme's author wrote it, before anything is moved.
    ///
    /// In 16 colours xterm's own values stand for the terminal's.
    package static func measure(_ theme: Theme) -> [Measurement] {
        [ColorDepth.truecolor, .palette256, .ansi16].flatMap { depth in
            pairs(of: theme).map { measure($0, of: theme, depth: depth) }
        }
    }

    private static func measure(_ pair: Pair, of theme: Theme, depth: ColorDepth) -> Measurement {
        let ground = ground(of: theme, depth)
        let foreground = ThemePalette.reduce(theme.token(pair.foreground), depth)
        let background = ThemePalette.reduce(theme.token(pair.background), depth)
        var ratio: Double?
        if !isUsersOwn(theme, foreground, background, depth) {
            let front = visible(foreground, ground: defaultText(on: ground))
            let back = visible(background, ground: ground)
            if let front, let back { ratio = front.contrast(with: back) }
        }
        return Measurement(
            foreground: pair.foreground, background: pair.background, depth: depth, ratio: ratio, least: pair.least)
    }

    /// A theme for both kinds of background that uses only the terminal's 16 colours cannot be judged from here.
    private static func isUsersOwn(
        _ theme: Theme, _ foreground: ScreenColor, _ background: ScreenColor, _ depth: ColorDepth
    ) -> Bool {
        func isFixed(_ color: ScreenColor) -> Bool {
            switch color {
            case .terminal: false
            case .indexed(let index): index >= 16
            case .rgb: true
            }
        }
        return theme.kind == .both && !isFixed(foreground) && !isFixed(background)
    }

    private static func ground(of theme: Theme, _ depth: ColorDepth) -> RGBColor {
        visible(ThemePalette.reduce(theme.token(.background), depth), ground: assumedBackground(theme))
            ?? assumedBackground(theme)
    }

    private static func defaultText(on ground: RGBColor) -> RGBColor {
        ground.luminance < 0.18 ? ANSIColor.white.nominal : .black
    }

    /// What is seen for a colour; `ground` stands for the terminal's own.
    static func visible(_ color: ScreenColor, ground: RGBColor?) -> RGBColor? {
        switch color {
        case .terminal: ground
        case .indexed(let index): TerminalPalette.color(at: index)
        case .rgb(let color): color
        }
    }
}
