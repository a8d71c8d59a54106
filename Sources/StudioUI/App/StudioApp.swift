package import Generation
import Foundation
import StudioCore
import TerminalKit
import VideoIO

/// The studio: one loop that takes keys and news, changes the state, and draws when something has changed.
///
/// It never computes, reads or waits: jobs, files and SQL run in tasks of their own and post what they found.
@MainActor
package final class StudioApp {
    /// At most this many updates a second; keys are drawn at once.
    private static let shortestUpdateGap = 1.0 / 30

    let options: StudioOptions
    let service: any GenerationService
    let mailbox = Mailbox()
    let terminal: Terminal
    let screen: Screen
    let isUTF8: Bool
    var settings: Settings
    var presetLibrary: PresetLibrary
    var themeLibrary: ThemeLibrary
    /// Themes and presets as they were read, for ``watchFiles()``.
    let filesAtStart: [String: Date]
    var state: StudioState
    var history: History?
    var runner: JobRunner?
    var handles: [Int: JobHandle] = [:]
    /// The draft of each commit under way.
    var parents: [Int: Int] = [:]
    var results: [Int: GenerationResult] = [:]
    var outputs: [Int: (file: URL, bytes: Int)] = [:]
    var estimateRequests = 0
    var clipTask: Task<Void, Never>?
    /// Drafts whose thumbnail was asked for.
    private var wantedThumbnails: Set<Int> = []
    var isQuitting = false

    // Terminal
    private var answers = TerminalAnswers()
    var tmux = TmuxFacts.none
    private var wishes = TerminalCapabilities.Wishes()
    let environment: TerminalEnvironment
    private var painter: PicturePainter
    private var size: TerminalSize
    var hasFocus = true

    // Drawing
    private let start = ContinuousClock.now
    private let startDate = Date()
    private var timer: Task<Void, Never>?
    private var lastUpdate = -1.0
    private var lastInput = 0.0
    private var lastFacts = -10.0
    private var hadOverlay = false
    private var shownArea: Rect?
    private var shownFrame: FrameIdentity?
    private var pacer = Pacer(TerminalKit.FrameRate(first: 12, most: 12))
    /// Bytes to send before the next update.
    private var pendingBytes: [UInt8] = []
    private var sentFrames: [Double] = []

    /// Which frame is on the screen.
    private struct FrameIdentity: Equatable {
        var source: ShownClip.Source
        var index: Int
        var isComparing: Bool
        var showsDifference: Bool
    }

    /// Opens the studio on this terminal, and runs it until the user leaves.
    ///
    /// - Returns: the process's exit status.
    /// - Throws: ``TerminalError`` where the plain mode is the right one; ``StudioError`` where settings stop a start.
    package static func run(_ options: StudioOptions, service: any GenerationService) async throws -> Int32 {
        let app = try StudioApp(options, service: service)
        return try await app.run()
    }

    private init(_ options: StudioOptions, service: any GenerationService) throws {
        self.options = options
        self.service = service
        isUTF8 = TerminalLocale.prepare()
        environment = TerminalEnvironment(options.environment)
        terminal = try Terminal(environment: options.environment)
        size = terminal.size
        var problems: [String] = []
        (settings, problems) = Self.loadSettings(options)
        filesAtStart = Self.fingerprint(of: [options.paths.themes, options.paths.presets])
        presetLibrary = PresetLibrary(shipped: options.programFiles?.presets, own: options.paths.presets)
        themeLibrary = ThemeLibrary(shipped: options.programFiles?.themes, own: options.paths.themes)
        problems += presetLibrary.problems.map(\.description) + themeLibrary.problems.map(\.description)
        wishes.commandLineColor = options.color
        wishes.settingColor = ColorOption(rawValue: settings.color.rawValue) ?? .auto
        wishes.wantsPictureColor = settings.picturesKeepColor
        wishes.graphics = options.graphics ?? GraphicsMode(rawValue: settings.graphics.rawValue)
        let (environment, wishes) = (environment, wishes)
        screen = try Screen(terminalName: terminal.name, size: size, isUTF8: isUTF8) { description in
            ColorDepth.chosen(
                commandLine: wishes.commandLineColor, setting: wishes.settingColor, environment: environment,
                colorCount: description.colorCount, hasDirectColor: description.hasDirectColor
            ).forText(colorCount: description.colorCount)
        }
        let capabilities = TerminalCapabilities(
            answers: answers, environment: environment, description: screen.description, size: size, isUTF8: isUTF8,
            wishes: wishes)
        painter = PicturePainter(capabilities, imageIDs: ImageIDs(processID: ProcessInfo.processInfo.processIdentifier))
        let preset = try Self.startPreset(options, settings, presetLibrary, &problems)
        var form = ParametersForm(preset, seed: UInt32.random(in: 0...UInt32.max))
        form.models = options.models
        state = StudioState(width: size.columns, height: size.rows, look: .mono(borders: .ascii), form: form)
        state.themeNames = themeLibrary.entries.map(\.theme.name)
        state.presets.replace(Self.entries(of: presetLibrary))
        state.presets.select(named: preset.name)
        state.prefersFunctionKeys = environment.multiplexer == .zellij
        state.preview.graphicsName = painter.name
        state.date = startDate
        state.queue.draftsGoFirst = settings.draftsGoFirst
        state.stopsOnQuit = settings.onQuit == .stop
        do {
            state.bindings = try Self.bindings(options, settings)
        } catch {
            state.bindings = KeyBindings(KeyBindings.standard(settings))
            problems.append(error.description)
        }
        if settings.motion == .reduced { state.preview.setPlaying(false, now: 0) }
        restorePrompt()
        let wantedTheme = options.theme ?? settings.theme
        if !setTheme(wantedTheme) { problems.append("There is no theme \(wantedTheme).") }
        for problem in problems { state.say(problem, .error) }
    }

    // MARK: The loop

    private func run() async throws -> Int32 {
        if let path = options.tracePath { try terminal.trace(toPath: path) }
        if let milliseconds = settings.escapeMilliseconds { terminal.setEscapeWait(.milliseconds(milliseconds)) }
        try terminal.start(screen.description, usesMouse: options.usesMouse ?? settings.hasMouse)
        forwardTerminalEvents()
        update(hasInput: true)
        terminal.write(TerminalQuestions.all)
        if environment.multiplexer == .tmux { askTmux() }
        openHistory()
        perform([.estimate, .countTokens])
        if let file = options.openFile { perform([.openFile(file.path(percentEncoded: false))]) }
        mailbox.post(.tick)
        let watch = watchFiles()
        defer { watch.cancel() }
        for await _ in mailbox.signals {
            refreshClocks()
            var hasInput = false
            for event in mailbox.take() {
                if case .terminal(.keys) = event { hasInput = true }
                handle(event)
            }
            if isQuitting, handles.isEmpty { break }
            update(hasInput: hasInput)
        }
        leave()
        return 0
    }

    private func forwardTerminalEvents() {
        let (events, mailbox) = (terminal.events, mailbox)
        Task.detached(priority: .high) {
            for await event in events { mailbox.post(.terminal(event)) }
        }
    }

    private func leave() {
        timer?.cancel()
        clipTask?.cancel()
        savePrompt()
        if state.themeName != settings.theme, options.theme == nil {
            try? Settings.set("theme", to: state.themeName, in: options.paths.settingsFile)
        }
        let erased = painter.erase(background: .terminal)
        terminal.write(erased)
        terminal.finish()
    }

    private func refreshClocks() {
        state.now = (ContinuousClock.now - start) / .seconds(1)
        if !options.hasFixedClock { state.date = startDate.addingTimeInterval(state.now) }
    }

    private func handle(_ event: AppEvent) {
        switch event {
        case .terminal(let event): handle(event)
        case .tick: break
        case .tmux(let facts):
            tmux = facts
            adoptCapabilities()
        default: handleNews(event)
        }
    }

    private func handle(_ event: TerminalEvent) {
        switch event {
        case .keys(let keys):
            for key in keys { handle(key) }
        case .resized(let new): resize(to: new)
        case .suspendRequested: suspend()
        case .ending(let signal):
            savePrompt()
            handles.values.forEach { $0.stop() }
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
            // Another terminal may have attached to the multiplexer meanwhile.
            if isFocused { terminal.write(TerminalQuestions.all) }
        default:
            lastInput = state.now
            perform(state.handle(key))
        }
    }

    private func note(_ answer: TerminalAnswer) {
        if case .ready = answer { return pacer.noteReady(now: .now) }
        answers.note(answer)
        adoptCapabilities()
        if case .color(number: 11, _) = answer { _ = setTheme(state.themeName) }
    }

    /// The terminal's own background, once told.
    var background: RGB? { answers.background }

    private func adoptCapabilities() {
        let new = TerminalCapabilities(
            answers: answers, environment: environment, description: screen.description, size: size, isUTF8: isUTF8,
            tmux: tmux, wishes: wishes)
        let erased = painter.adopt(new, background: state.look.text.background)
        state.preview.graphicsName = painter.name
        if !erased.isEmpty {
            pendingBytes += erased
            shownFrame = nil
        }
    }

    /// F2: the next way to draw the picture that this terminal can show.
    func nextGraphics() {
        let modes = GraphicsMode.allCases.filter { mode in
            switch mode {
            case .kitty: answers.hasKittyGraphics
            case .sixel: answers.primaryAttributes?.contains(4) == true
            case .iterm: painter.capabilities.graphics == .iterm || wishes.graphics == .iterm
            case .half, .quadrant, .sextant, .braille: isUTF8 && painter.capabilities.pictureDepth != .mono
            case .ascii, .off: true
            }
        }
        let index = modes.firstIndex(of: painter.capabilities.graphics) ?? -1
        wishes.graphics = modes[(index + 1) % modes.count]
        shownFrame = nil
        adoptCapabilities()
        state.say("Picture: \(painter.name)")
    }

    // MARK: The terminal's life

    private func resize(to new: TerminalSize) {
        pendingBytes += painter.erase(background: state.look.text.background)
        size = new
        screen.resize(to: new)
        state.resize(width: new.columns, height: new.rows)
        forgetPicture()
        adoptCapabilities()
        terminal.write(TerminalQuestions.cellSize)
    }

    func repaint() {
        screen.invalidate()
        forgetPicture()
        terminal.write(TerminalQuestions.all)
    }

    private func forgetPicture() {
        painter.forget()
        shownFrame = nil
        shownArea = nil
        pacer.reset()
    }

    func suspend() {
        terminal.write(painter.erase(background: .terminal))
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
        terminal.write(painter.erase(background: .terminal))
        defer { comeBack() }
        return try terminal.lend(to: words)
    }

    /// The terminal is ours again, and may be another one.
    private func comeBack() {
        refreshClocks()
        pendingBytes = []
        size = terminal.size
        screen.resize(to: size)
        state.resize(width: size.columns, height: size.rows)
        repaint()
    }

    private func askTmux() {
        let mailbox = mailbox
        Task.detached { mailbox.post(.tmux(TmuxFacts.ask())) }
    }

    // MARK: Drawing

    private var isMoving: Bool {
        let idle = state.now - lastInput > Double(settings.idleStopMinutes) * 60
        let isHidden = !hasFocus && settings.pausesUnfocused
        return !idle && !isHidden && state.overlays.isEmpty && state.layout.panes[.preview] != nil
    }

    /// Over ssh a sheet of text cells would cost too much: it stands still there.
    private var movesSheet: Bool {
        state.sheet.map { !$0.clips.isEmpty } ?? false && state.preview.isPlaying && !environment.isRemote
    }

    /// Lets time pass, draws if something changed, and sets the timer for what comes next.
    private func update(hasInput: Bool) {
        if !hasInput, state.now - lastUpdate < Self.shortestUpdateGap {
            return wake(at: lastUpdate + Self.shortestUpdateGap)
        }
        _ = state.expireMessage()
        refreshFacts()
        if isMoving, pacer.mayStart(now: .now) { _ = state.preview.advance(now: state.now) }
        let (isPlaying, now) = (movesSheet, state.now)
        if isMoving { _ = state.sheet?.advance(now: now, isPlaying: isPlaying) }
        if !state.preview.isPlaying { state.preview.achievedRate = nil }
        draw()
        loadThumbnails()
        lastUpdate = state.now
        scheduleNext()
    }

    /// Asks once for the small picture of each draft in view.
    private func loadThumbnails() {
        let missing = DraftsPane.thumbnailDrafts(state).filter { wantedThumbnails.insert($0.id).inserted }
        guard !missing.isEmpty else { return }
        let mailbox = mailbox
        Task.detached {
            for entry in missing {
                // A draft without a poster, cleaned away by hand perhaps, has no picture; its clip says why.
                let path = entry.poster.path(percentEncoded: false)
                guard let frame = try? ImageFile.read(path, maximumSize: (64, 64)) else { continue }
                mailbox.post(.thumbnail(frame.pixelFrame, draft: entry.id))
            }
        }
    }

    private func draw() {
        let drawing = StudioView.draw(state)
        var canvas = drawing.canvas
        let background = state.look.text.background
        var before = pendingBytes
        pendingBytes = []
        var update = PicturePainter.Update()
        var isNewFrame = false
        let isCovered = !state.overlays.isEmpty
        if drawing.picture != shownArea, !(isCovered && painter.capabilities.graphics.isCellBased) {
            before += painter.erase(background: background)
            shownArea = drawing.picture
            shownFrame = nil
            updateFrameRate()
        }
        if hadOverlay, !isCovered {
            painter.forget()
            shownFrame = nil
        }
        hadOverlay = isCovered
        if let area = drawing.picture, let frame = state.preview.frame, let clip = state.preview.shownClip {
            let identity = FrameIdentity(
                source: clip.source, index: state.preview.frameIndex, isComparing: state.preview.isComparing,
                showsDifference: state.preview.showsDifference)
            if identity != shownFrame {
                // Another clip has other colours: a palette kept from the last one would stain it.
                if identity.source != shownFrame?.source { painter.forget() }
                update = painter.paint(frame, in: area, background: background)
                shownFrame = identity
                isNewFrame = true
            }
            painter.drawOnCanvas(frame, in: area, look: state.look, card: card(of: clip), on: &canvas)
        }
        before += update.beforeText
        send(before: before, text: screen.render(canvas), picture: update.picture, showsCursor: canvas.cursor != nil)
        if isNewFrame { noteFrame() }
    }

    private func send(before: [UInt8], text: [UInt8], picture: [UInt8], showsCursor: Bool) {
        var bytes: [UInt8] = []
        if !before.isEmpty {
            // ncurses must find cursor and style where it left them.
            bytes += Array(ControlBytes.saveCursor.utf8) + before + Array(ControlBytes.restoreCursor.utf8)
        }
        bytes += OutputFrame.bytes(
            text: text, picture: picture, showsCursor: showsCursor,
            isSynchronized: painter.capabilities.usesSynchronizedUpdates)
        terminal.write(bytes)
    }

    /// One frame is on its way; the next waits for the terminal's answer.
    private func noteFrame() {
        guard state.preview.isPlaying else {
            sentFrames = []
            state.preview.achievedRate = nil
            return
        }
        terminal.write(ControlBytes.readyQuestion)
        pacer.noteSent(now: .now)
        sentFrames.append(state.now)
        sentFrames.removeAll { $0 < state.now - 2 }
        // The title shows the rate over two seconds, renewed with a whole number of frames only.
        if let first = sentFrames.first, sentFrames.count > 2, state.now - first > 1 {
            let rate = (Double(sentFrames.count - 1) / (state.now - first)).rounded()
            if state.preview.achievedRate != rate { state.preview.achievedRate = rate }
        }
    }

    private func updateFrameRate() {
        guard let area = shownArea, let frame = state.preview.frame else { return }
        let rect = painter.rect(for: frame, in: area)
        let cell = painter.capabilities.cell
        var rate = TerminalKit.FrameRate.of(
            painter.capabilities.graphics, rect: rect, pixelWidth: rect.width * cell.width,
            pixelHeight: rect.height * cell.height, isRemote: environment.isRemote)
        if let cap = settings.pictureFPS { rate = .init(first: min(rate.first, Double(cap)), most: Double(cap)) }
        pacer.setLimit(rate)
    }

    /// What stands for the picture where none can be shown.
    private func card(of clip: ShownClip) -> [String] {
        guard let frame = clip.frames.first else { return [] }
        let draft = state.selectedDraft
        return [
            "Clip of \(frame.width)x\(frame.height) pixels, \(clip.frames.count) frames,",
            "\(Format.clipTime(clip.seconds)) long.",
            draft.map { "Seed \($0.recipe.seed)." } ?? "",
            draft?.recipe.prompt.replacing("\n", with: " ") ?? "",
        ]
    }

    // MARK: Timers

    private func refreshFacts() {
        let interval = state.runningJob == nil ? 60.0 : 2.0
        guard state.now - lastFacts >= interval else { return }
        lastFacts = state.now
        loadFacts()
    }

    private func scheduleNext() {
        var due: [Double] = []
        if isMoving, movesSheet { due.append(state.now + 1 / ContactSheet.rate) }
        if isMoving, state.sheet == nil, let frame = state.preview.nextFrameDue() {
            let pace = pacer.nextStart(now: .now).map {
                state.now + (ContinuousClock.now.duration(to: $0) / .seconds(1))
            }
            due.append(max(frame, pace ?? .infinity))
        }
        if let until = state.message?.until { due.append(until) }
        if state.runningJob != nil { due.append(lastUpdate + (settings.motion == .reduced ? 1 : 0.25)) }
        if let next = due.min(), next.isFinite { wake(at: next) } else { timer?.cancel() }
    }

    private func wake(at time: Double) {
        timer?.cancel()
        let now = (ContinuousClock.now - start) / .seconds(1)
        let delay = max(time - now, 0.001)
        let mailbox = mailbox
        timer = Task.detached(priority: .high) {
            do {
                try await Task.sleep(for: .seconds(delay))
                mailbox.post(.tick)
            } catch {
                // A newer timer has taken the place of this one.
            }
        }
    }
}
