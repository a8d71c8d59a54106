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
        if case .unknown(let sequence) = answer {
            return LogFile.debug("an unknown sequence came: \(sequence)", from: "terminal")
        }
        let hadKitty = answers.hasKittyGraphics
        rounds.note(answer)
        if !hadKitty, answers.hasKittyGraphics, environment.multiplexer == nil, !environment.isRemote {
            terminal.write(TerminalQuestions.sharedMemory())
        }
        adoptCapabilities()
        if case .color(number: 11, _) = answer { _ = setTheme(state.themeName) }
    }

    /// The colours that ncurses can draw of those that are wanted.
    static func textDepth(
        _ description: TerminalDescription, _ wishes: TerminalCapabilities.Wishes, _ environment: TerminalEnvironment
    ) -> TerminalKit.ColorDepth {
        TerminalKit.ColorDepth.chosen(
            commandLine: wishes.commandLineColor, setting: wishes.settingColor, environment: environment,
            colorCount: description.colorCount, hasDirectColor: description.hasDirectColor
        ).forText(colorCount: description.colorCount)
    }

    /// What the settings say now of the terminal, where it differs from what they said before.
    func takeTerminalSettings(_ former: Settings) {
        if settings.escapeMilliseconds != former.escapeMilliseconds {
            let usual = environment.isRemote ? 80 : 25
            terminal.setEscapeWait(.milliseconds(settings.escapeMilliseconds ?? usual))
        }
        terminal.setUsesMouse(options.usesMouse ?? settings.hasMouse)
        display.setRateCap(options.pictureFPS ?? settings.pictureFPS, state.preview.frame)
        guard
            settings.graphics != former.graphics || settings.picturesKeepColor != former.picturesKeepColor
                || settings.color != former.color
        else { return }
        wishes.settingColor = ColorOption(rawValue: settings.color.rawValue) ?? .auto
        wishes.wantsPictureColor = settings.picturesKeepColor
        wishes.graphics = options.graphics ?? GraphicsMode(rawValue: settings.graphics.rawValue)
        screen.setDepth(Self.textDepth(screen.description, wishes, environment))
        _ = setTheme(state.themeName)
        adoptCapabilities()
        if settings.color != former.color { display.repaint() }
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
            case .half, .quadrant, .sextant, .octant, .braille: isUTF8 && present.pictureDepth != .mono
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
        // A client of the multiplexer on another terminal shows itself by its size alone.
        askAgain()
    }

    /// A change of the size before anybody listened for changes.
    func adoptSize() {
        let present = terminal.size
        guard present != size else { return }
        size = present
        display.comeBack(size: present)
        state.resize(width: present.columns, height: present.rows)
    }

    func repaint() {
        display.repaint()
        askAgain()
    }

    /// Ctrl-Z. Where the settings want it, the job that runs finishes its step and waits for the studio to come back.
    func suspend() {
        guard settings.pausesOnSuspend, let job = state.runningJob, !state.queue.isPaused else { return suspendNow() }
        pausedForSuspension = true
        changeQueue(.pause(true))
        if job.state == .running { changeQueue(.stop(job.id, .park)) }
        isSuspending = true
        let mailbox = mailbox
        Task.detached {
            try? await Task.sleep(for: Self.longestSuspensionWait)
            mailbox.post(.suspendAnyway)
        }
    }

    /// An engine that does not answer holds up nobody for longer.
    private static let longestSuspensionWait = Duration.seconds(1)

    func suspendWhenAnswered(orAtOnce isDue: Bool = false) {
        guard isSuspending, isDue || openRequests == 0 else { return }
        suspendNow()
    }

    private func suspendNow() {
        isSuspending = false
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
        askAgain()
        guard pausedForSuspension else { return }
        pausedForSuspension = false
        changeQueue(.pause(false))
    }

    /// Another terminal may have attached to the multiplexer meanwhile, one that has none of our pictures.
    private func askAgain() {
        terminal.ask()
        guard environment.multiplexer == .tmux else { return }
        askTmux()
        if display.capabilities.usesPlaceholders { display.forgetPicture() }
    }

    func askTmux() {
        // A window that is dragged changes its size many times a second.
        guard !isAskingTmux else { return }
        isAskingTmux = true
        let mailbox = mailbox
        Task.detached { mailbox.post(.tmux(TmuxFacts.ask())) }
    }
}
