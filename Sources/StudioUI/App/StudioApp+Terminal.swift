import StudioCore
import TerminalKit

/// The terminal's life: what it can do, its size, suspended, lent and given back.
extension StudioApp {
    func handle(_ event: TerminalEvent) {
        switch event {
        case .keys(let keys):
            for key in keys { handle(key) }
        case .resized(let new): resize(to: new)
        case .suspendRequested: suspend()
        case .ending(let signal):
            savePrompt()
            control?.close()
            terminal.die(bySignal: signal)
        case .closed:
            savePrompt()
            quit()
        }
    }

    private func handle(_ key: Key) {
        switch key {
        case .answer(let answer): note(answer)
        case .focus(let isFocused):
            hasFocus = isFocused
            if isFocused { askAgain() }
        default:
            lastInput = state.now
            deskDue = deskDue ?? state.now + 1
            perform(state.handle(key))
        }
    }

    private func note(_ answer: TerminalAnswer) {
        if case .ready = answer {
            _ = display.noteReady()
            return
        }
        let hadKitty = answers.hasKittyGraphics
        answers.note(answer)
        if !hadKitty, answers.hasKittyGraphics, environment.multiplexer == nil, !environment.isRemote {
            terminal.write(TerminalQuestions.sharedMemory())
        }
        adoptCapabilities()
        if case .color(number: 11, _) = answer { _ = setTheme(state.themeName) }
    }

    /// The terminal's own background, once told.
    var background: RGB? { answers.background }

    func adoptCapabilities() {
        let new = TerminalCapabilities(
            answers: answers, environment: environment, description: screen.description, size: size, isUTF8: isUTF8,
            tmux: tmux, wishes: wishes)
        display.adopt(new, background: state.look.text.background)
        state.preview.graphicsName = display.graphicsName
    }

    /// F2: the next way to draw the picture that this terminal can show.
    func nextGraphics() {
        let present = display.capabilities
        let modes = GraphicsMode.allCases.filter { mode in
            switch mode {
            case .kitty: answers.hasKittyGraphics
            case .sixel: answers.primaryAttributes?.contains(4) == true
            case .iterm: present.graphics == .iterm || wishes.graphics == .iterm
            case .half, .quadrant, .sextant, .braille: isUTF8 && present.pictureDepth != .mono
            case .ascii, .off: true
            }
        }
        let index = modes.firstIndex(of: present.graphics) ?? -1
        wishes.graphics = modes[(index + 1) % modes.count]
        adoptCapabilities()
        state.say("Picture: \(display.graphicsName)")
    }

    private func resize(to new: TerminalSize) {
        size = new
        display.resize(to: new, background: state.look.text.background)
        state.resize(width: new.columns, height: new.rows)
        adoptCapabilities()
        terminal.write(TerminalQuestions.cellSize)
    }

    func repaint() {
        display.repaint()
        askAgain()
    }

    func suspend() {
        terminal.write(display.erasePicture(background: .terminal))
        do {
            let outcome = try terminal.suspend()
            if case .noShell = outcome { state.say("No shell to return to.", .warning) }
        } catch {
            state.say(String(describing: error), .error)
        }
        comeBack()
    }

    /// Gives the screen to another program until it ends.
    ///
    /// - Returns: its exit status.
    func lendTerminal(to words: [String]) throws -> Int32 {
        terminal.write(display.erasePicture(background: .terminal))
        defer { comeBack() }
        return try terminal.lend(to: words)
    }

    /// The terminal is ours again, and may be another one.
    private func comeBack() {
        refreshClocks()
        size = terminal.size
        display.comeBack(size: size)
        state.resize(width: size.columns, height: size.rows)
        terminal.ask()
    }

    /// Another terminal may have attached to the multiplexer meanwhile, one that has none of our pictures.
    private func askAgain() {
        terminal.ask()
        guard environment.multiplexer == .tmux else { return }
        askTmux()
        if display.capabilities.usesPlaceholders { display.forgetPicture() }
    }

    func askTmux() {
        let mailbox = mailbox
        Task.detached { mailbox.post(.tmux(TmuxFacts.ask())) }
    }
}
