package import TerminalKit

/// The styles of a theme in the colour mode in force.
package struct Look: Sendable, Equatable {
    package var text: Style
    package var dim: Style
    package var border: Style
    package var focus: Style
    package var title: Style
    package var accent: Style
    package var selection: Style
    package var ok: Style
    package var warning: Style
    package var error: Style
    package var barFull: Style
    package var barRest: Style
    package var key: Style
    package var link: Style
    package var borders: BorderKind
    package var depth: ColorDepth

    /// No colour at all: bold, underline and reverse carry what colours would.
    package static func mono(borders: BorderKind) -> Look {
        Look(
            text: .plain, dim: .plain, border: .plain, focus: .plain.bold, title: .plain, accent: .plain.bold,
            selection: .plain.reverse, ok: .plain, warning: .plain.underline, error: .plain.bold, barFull: .plain,
            barRest: .plain, key: .plain.bold, link: .plain.underline, borders: borders, depth: .mono)
    }

    /// Only ASCII on the screen.
    package var isASCII: Bool { borders == .ascii }

    /// Characters of a progress bar.
    package var barCharacters: (full: Character, rest: Character) {
        isASCII || depth == .mono ? ("#", ".") : ("█", "░")
    }

    package var marker: String { isASCII ? ">" : "▸" }
    package var separator: String { isASCII ? "-" : "─" }
    package var playSign: String { isASCII ? ">" : "▶" }
    package var pauseSign: String { isASCII ? "=" : "⏸" }

    package func style(_ kind: MessageKind) -> Style {
        switch kind {
        case .detail: dim
        case .ok: ok
        case .warning: warning
        case .error: error
        }
    }

    package func fit(_ fit: FormEstimate.Fit) -> Style {
        switch fit {
        case .ok: text
        case .tight: warning
        case .tooLarge: error
        }
    }
}
