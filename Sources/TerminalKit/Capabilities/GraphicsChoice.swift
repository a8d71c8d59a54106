/// Which way to show a picture (sections 11.3 and 11.4), and why.
struct GraphicsChoice {
    let mode: GraphicsMode
    let reason: String

    init(
        answers: TerminalAnswers, environment: TerminalEnvironment, multiplexer: TerminalEnvironment.Multiplexer?,
        tmux: TmuxFacts, isCellSizeKnown: Bool, isUTF8: Bool, isMono: Bool, wished: GraphicsMode?
    ) {
        let hasSixel = answers.primaryAttributes?.contains(4) == true
        if let wished {
            (mode, reason) = (wished, "chosen by hand")
        } else if !isUTF8 {
            (mode, reason) = (.ascii, "the locale is not UTF-8")
        } else if isMono {
            (mode, reason) = (.ascii, "colours are off")
        } else if environment.name == "linux" {
            (mode, reason) = (.half, "the Linux console has characters only")
        } else if multiplexer == .tmux {
            (mode, reason) = Self.inTmux(answers, tmux, isCellSizeKnown: isCellSizeKnown)
        } else if answers.hasKittyGraphics {
            (mode, reason) = (.kitty, "the terminal answered the kitty graphics query")
        } else if multiplexer == nil, Self.isITermBrand(answers, environment) {
            (mode, reason) = (.iterm, "the terminal is of a brand that shows inline images")
        } else if hasSixel && isCellSizeKnown {
            (mode, reason) = (.sixel, "the terminal lists sixel among its attributes")
        } else if hasSixel {
            (mode, reason) = (.half, "the terminal has sixel, but the size of a cell is not known")
        } else {
            (mode, reason) = (.half, "nothing better is proven")
        }
    }

    private static func inTmux(
        _ answers: TerminalAnswers, _ tmux: TmuxFacts, isCellSizeKnown: Bool
    ) -> (GraphicsMode, String) {
        if tmux.hasSixel, let fault = FaultyTmux.fault(version: answers.version) {
            return (.half, "\(fault), so half-blocks are drawn")
        }
        if tmux.hasSixel && isCellSizeKnown {
            return (.sixel, "tmux draws sixel itself, and so does the terminal outside")
        }
        if tmux.allowsPassthrough && (tmux.isKittyOutside || answers.hasKittyGraphics) {
            return (.kitty, "tmux lets pictures through, and the terminal outside knows kitty graphics")
        }
        return (.half, "inside tmux half-blocks are always right")
    }

    /// Their own name first; the environment only where they gave none.
    private static func isITermBrand(_ answers: TerminalAnswers, _ environment: TerminalEnvironment) -> Bool {
        if let version = answers.version {
            return ["iTerm2", "WezTerm", "mintty"].contains { version.hasPrefix($0) }
                || environment.program == "vscode"
        }
        return environment.isITermSession
            || ["iTerm.app", "WezTerm", "mintty", "vscode"].contains(environment.program)
    }
}
