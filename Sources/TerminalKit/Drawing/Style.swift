/// How a cell looks: two colours and the attributes every terminal knows.
///
/// Colours are already reduced to the mode in force (``Color/resolved(rgb:ansi16:depth:)``); blinking is left out
/// on purpose.
package struct Style: Hashable, Sendable {
    package struct Attributes: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let bold = Attributes(rawValue: 1)
        package static let dim = Attributes(rawValue: 2)
        package static let underline = Attributes(rawValue: 4)
        package static let reverse = Attributes(rawValue: 8)
    }

    package var foreground: Color
    package var background: Color
    package var attributes: Attributes

    package init(foreground: Color = .terminal, background: Color = .terminal, attributes: Attributes = []) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }

    /// The terminal's own colours, no attribute.
    package static let plain = Style()

    package var bold: Style { adding(.bold) }
    package var dim: Style { adding(.dim) }
    package var underline: Style { adding(.underline) }
    package var reverse: Style { adding(.reverse) }

    package func adding(_ more: Attributes) -> Style {
        var style = self
        style.attributes.formUnion(more)
        return style
    }

    package func on(_ background: Color) -> Style {
        var style = self
        style.background = background
        return style
    }
}
