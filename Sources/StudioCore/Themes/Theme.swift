/// What a colour of the screen is for.
package enum ThemeRole: String, Sendable, CaseIterable {
    case background = "bg"
    case text
    case dim
    case border
    case focus
    case title
    case accent
    case selectBackground = "select_bg"
    case selectText = "select_fg"
    case ok
    case warning = "warn"
    case error
    case barFull = "bar_full"
    case barRest = "bar_rest"
    case key
    case link
}

/// Colours of the screen by purpose.
package struct Theme: Sendable, Hashable {
    /// Which backgrounds it is made for.
    package enum Kind: String, Sendable, CaseIterable {
        case dark
        case light
        case both
    }

    package enum Borders: String, Sendable, CaseIterable {
        case unicode
        case ascii
        case none
    }

    /// One role's colour: an exact one, one of the terminal's 16, or, with neither, the terminal's default.
    package struct Token: Sendable, Hashable {
        package var hex: RGBColor?
        package var ansi: ANSIColor?
        package var isBold: Bool

        package init(hex: RGBColor? = nil, ansi: ANSIColor? = nil, isBold: Bool = false) {
            self.hex = hex
            self.ansi = ansi
            self.isBold = isBold
        }

        /// The terminal's own foreground or background.
        package static let terminal = Token()
    }

    package var name: String
    package var about: String
    package var kind: Kind
    package var borders: Borders
    /// The contrast that text must keep, 4.5 unless the theme asks for more.
    package var textContrast: Double
    package var tokens: [ThemeRole: Token]

    package init(
        name: String, about: String = "", kind: Kind = .both, borders: Borders = .unicode, textContrast: Double = 4.5,
        tokens: [ThemeRole: Token] = [:]
    ) {
        self.name = name
        self.about = about
        self.kind = kind
        self.borders = borders
        self.textContrast = textContrast
        self.tokens = tokens
    }

    /// The token of a role, or the terminal's own 16 colours where the theme says nothing.
    package func token(_ role: ThemeRole) -> Token {
        tokens[role] ?? Self.defaults[role] ?? .terminal
    }

    /// The terminal's own colours: what holds without any theme file.
    package static let terminal = Theme(name: "terminal", about: "the terminal's own 16 colours", tokens: defaults)

    private static let defaults: [ThemeRole: Token] = [
        .background: .terminal,
        .text: .terminal,
        .dim: Token(ansi: .brightBlack),
        .border: Token(ansi: .brightBlack),
        .focus: Token(ansi: .cyan),
        .title: Token(isBold: true),
        .accent: Token(ansi: .cyan),
        .selectBackground: Token(ansi: .blue),
        .selectText: Token(ansi: .brightWhite),
        .ok: Token(ansi: .green),
        .warning: Token(ansi: .yellow),
        .error: Token(ansi: .red, isBold: true),
        .barFull: Token(ansi: .cyan),
        .barRest: Token(ansi: .brightBlack),
        .key: Token(ansi: .cyan, isBold: true),
        .link: Token(ansi: .blue),
    ]
}
