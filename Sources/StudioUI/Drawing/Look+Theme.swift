package import StudioCore
package import TerminalKit

extension Look {
    /// A theme reduced to a colour mode.
    ///
    /// - Parameters:
    ///   - theme: The colours by purpose.
    ///   - depth: What the screen can draw.
    ///   - borders: Overrides the theme's, for instance where the locale is not UTF-8.
    ///   - background: The terminal's own background, where it has told.
    package init(
        _ theme: Theme, depth: TerminalKit.ColorDepth, borders: BorderKind? = nil, background: RGB? = nil
    ) {
        let borders = borders ?? BorderKind(rawValue: theme.borders.rawValue) ?? .unicode
        guard depth != .mono else {
            self = .mono(borders: borders)
            return
        }
        let palette = ThemePalette(
            theme, depth: depth.themeDepth,
            background: background.map { RGBColor(red: $0.red, green: $0.green, blue: $0.blue) })
        let back = palette[.background].color.cellColor
        func style(_ role: ThemeRole) -> Style {
            Style(
                foreground: palette[role].color.cellColor, background: back,
                attributes: palette[role].isBold ? .bold : [])
        }
        let selectionBack = palette[.selectBackground].color.cellColor
        let selected = Style(foreground: palette[.selectText].color.cellColor, background: selectionBack)
        self.init(
            text: style(.text), dim: style(.dim), border: style(.border), focus: style(.focus), title: style(.title),
            accent: style(.accent), selection: selectionBack == .terminal ? selected.reverse : selected,
            ok: style(.ok), warning: style(.warning), error: style(.error), barFull: style(.barFull),
            barRest: style(.barRest), key: style(.key), link: style(.link), borders: borders, depth: depth)
    }
}

extension TerminalKit.ColorDepth {
    fileprivate var themeDepth: StudioCore.ColorDepth {
        switch self {
        case .mono: .mono
        case .ansi16: .ansi16
        case .palette256: .palette256
        case .trueColor: .truecolor
        }
    }
}

extension ScreenColor {
    fileprivate var cellColor: Color {
        switch self {
        case .terminal: .terminal
        case .indexed(let index): index < 16 ? .ansi(UInt8(clamping: index)) : .palette(UInt8(clamping: index))
        case .rgb(let color): .rgb(RGB(color.red, color.green, color.blue))
        }
    }
}
