/// What this terminal does with pictures of the kitty graphics protocol.
package struct KittyWays: Equatable, Sendable {
    /// Pictures stand in cells as placeholder characters, which ncurses and tmux move and clear like text.
    package var usesPlaceholders = false
    /// Commands are wrapped for tmux.
    package var isInTmux = false
    /// A picture keeps frames: each is sent once, and later only named.
    package var keepsFrames = false
    /// Pixels may be handed over in shared memory.
    package var sharesMemory = false

    package init() {}

    /// By the name the terminal gives itself, or tmux has of it. Other terminals with this protocol have neither
    /// placeholders nor frames: WezTerm and Konsole for two. Direct placement works with all.
    init(answers: TerminalAnswers, isInTmux: Bool, tmux: TmuxFacts, isRemote: Bool) {
        self.isInTmux = isInTmux
        sharesMemory = answers.sharesKittyMemory && !isInTmux && !isRemote
        if isInTmux {
            (usesPlaceholders, keepsFrames) = (true, tmux.isRealKitty)
            return
        }
        let version = answers.version?.lowercased() ?? ""
        if version.hasPrefix("kitty") {
            keepsFrames = true
            usesPlaceholders = Self.kittyVersion(version).map { $0 >= (0, 28) } ?? false
        } else if version.hasPrefix("ghostty") {
            usesPlaceholders = true
        }
    }

    /// Of `kitty(0.31.0)`.
    private static func kittyVersion(_ text: String) -> (Int, Int)? {
        let numbers = text.drop { !$0.isNumber }.split(separator: ".").map { Int($0.prefix { $0.isNumber }) }
        guard numbers.count > 1, let major = numbers[0], let minor = numbers[1] else { return nil }
        return (major, minor)
    }
}
