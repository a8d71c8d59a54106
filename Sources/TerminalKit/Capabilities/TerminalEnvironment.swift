/// What the environment variables hint about the terminal. They travel through ssh and tmux and are often stale, so
/// answers beat them.
package struct TerminalEnvironment: Equatable, Sendable {
    package enum Multiplexer: String, Sendable { case tmux, screen, zellij }

    package var name: String
    package var program: String
    package var hasColorTerm: Bool
    /// `NO_COLOR` set and not empty.
    package var forbidsColor: Bool
    package var isRemote: Bool
    package var multiplexer: Multiplexer?
    package var isITermSession: Bool
    package var isWindowsTerminal: Bool

    package init(_ variables: [String: String]) {
        func has(_ name: String) -> Bool { !(variables[name] ?? "").isEmpty }
        name = variables["TERM"] ?? ""
        program = variables["TERM_PROGRAM"] ?? ""
        hasColorTerm = ["truecolor", "24bit"].contains(variables["COLORTERM"] ?? "")
        forbidsColor = has("NO_COLOR")
        isRemote = has("SSH_CONNECTION") || has("SSH_TTY")
        isITermSession = has("ITERM_SESSION_ID")
        isWindowsTerminal = has("WT_SESSION")
        if has("ZELLIJ") {
            multiplexer = .zellij
        } else if has("TMUX") || name.hasPrefix("tmux") {
            multiplexer = .tmux
        } else if has("STY") || name.hasPrefix("screen") {
            multiplexer = .screen
        } else {
            multiplexer = nil
        }
    }

    /// Whether pastes come as if typed: a console, or a terminal older than bracketed paste.
    package var lacksBracketedPaste: Bool {
        ["linux", "ansi", "cons25"].contains(name)
            || ["vt1", "vt2", "vt3", "vt4", "vt5"].contains { name.hasPrefix($0) }
    }

    /// Which multiplexer is between us and the terminal, as far as its own name tells.
    package func multiplexer(version: String?) -> Multiplexer? {
        guard let version else { return multiplexer }
        if version.lowercased().hasPrefix("tmux") { return .tmux }
        if version.lowercased().hasPrefix("zellij") { return .zellij }
        // Another name than that of the multiplexer: `TMUX` was inherited from a shell long gone.
        return multiplexer == .tmux ? nil : multiplexer
    }
}
