/// `--color` and `color =`: what the user wants.
package enum ColorOption: String, Sendable, CaseIterable {
    case auto
    case never
    case ansi16 = "16"
    case palette256 = "256"
    case trueColor = "true"

    /// The depth it stands for; nil for `auto`.
    package var depth: ColorDepth? {
        switch self {
        case .auto: nil
        case .never: .mono
        case .ansi16: .ansi16
        case .palette256: .palette256
        case .trueColor: .trueColor
        }
    }
}

extension ColorDepth {
    /// The mode of section 10: command line beats environment beats settings file beats what the terminal can do.
    ///
    /// `colorCount` is `colors` of the terminal's description; `hasDirectColor` its `RGB` flag, or the terminal's
    /// answer.
    package static func chosen(
        commandLine: ColorOption = .auto, setting: ColorOption = .auto, environment: TerminalEnvironment,
        colorCount: Int, hasDirectColor: Bool
    ) -> ColorDepth {
        if let depth = commandLine.depth { return depth }
        if environment.forbidsColor { return .mono }
        if let depth = setting.depth { return depth }
        if environment.hasColorTerm || hasDirectColor { return .trueColor }
        switch colorCount {
        case ..<8: return .mono
        case 8..<256: return .ansi16
        case 256..<(1 << 24): return .palette256
        default: return .trueColor
        }
    }

    /// What ncurses can draw of it: at most the colours of the terminal's description.
    package func forText(colorCount: Int) -> ColorDepth {
        switch colorCount {
        case ..<8: .mono
        case 8..<256: min(self, .ansi16)
        default: min(self, .palette256)
        }
    }
}
