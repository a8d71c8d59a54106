import Generation
import Foundation
import StudioCore
import TerminalKit
import VideoIO

/// The studio: one loop that takes keys and news, changes the state, and draws when something has changed.
///
/// It never computes, reads or waits: jobs, files and SQL run in tasks of their own and post what they found.
@MainActor
package final class StudioApp {
    let options: StudioOptions
    var engine: StudioEngine
    var service: any GenerationService { engine.service }
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
    var jobs: (any JobService)?
    /// What is known of the jobs in the queue, and what those that run have brought so far.
    var queued: [Int: QueuedJob] = [:]
    var results: [Int: GenerationResult] = [:]
    var outputs: [Int: (file: URL, bytes: Int)] = [:]
    /// Jobs that were asked for here; the screen turns to these alone.
    var ownJobs: Set<Int> = []
    /// What was asked of the queue and is not answered yet.
    var openRequests = 0
    var lastSubmission: Task<Void, Never>?
    var lastChange: Task<Void, Never>?
    var estimateRequests = 0
    var isEstimating = false
    var clipTask: Task<Void, Never>?
    /// Drafts whose thumbnail was asked for.
    var wantedThumbnails: Set<Int> = []
    var wantedThumbnailClip: Int?
    /// The count of tokens under way, and whether the prompt has changed since it began.
    var tokenTask: Task<Void, Never>?
    var countsAgain = false
    var isQuitting = false
    /// The options of the engine that runs, where they are not this studio's.
    var otherEngine: String?
    /// Where other programs ask what is on the screen.
    var control: SocketListener?

    // The desk
    let desk: DeskFile
    /// When what was typed is to be kept; nil where it is.
    var deskDue: Double?
    /// The running job that the kept desk names.
    var savedJob: Int?
    /// What the settings asked of the form when it was filled in.
    var formWishes: SavedForm.Wishes
    /// What a studio that ended unexpectedly has left.
    var lostDesk: SavedDesk?

    // Terminal
    let environment: TerminalEnvironment
    let display: StudioDisplay
    var rounds = AnswerRounds()
    /// What the terminal has told of itself.
    var answers: TerminalAnswers { rounds.inForce }
    var isAskingTmux = false
    var tmux = TmuxFacts.none
    var wishes = TerminalCapabilities.Wishes()
    var size: TerminalSize
    var hasFocus = true
    /// Whether a suspension waits until the engine has heard that it is to wait too.
    var isSuspending = false
    /// Whether the queue was paused for a suspension, and is to go on with the studio.
    var pausedForSuspension = false

    // Time
    let start = ContinuousClock.now
    let startDate = Date()
    var timer: DispatchWorkItem?
    /// Rings the timer: tasks may all be waiting for files.
    let timerQueue = DispatchQueue(label: "turbo2k.timer", qos: .userInteractive)
    var lastUpdate = -1.0
    var lastInput = 0.0
    var lastFrame = 0.0
    var lastFacts = -Double.infinity

    /// Opens the studio on this terminal, and runs it until the user leaves.
    ///
    /// - Returns: the process's exit status.
    /// - Throws: ``TerminalError`` where the plain mode is the right one; ``StudioError`` where settings stop a start.
    package static func run(_ options: StudioOptions, engine: StudioEngine) async throws -> Int32 {
        FreedMemory.keepLittle()
        let app = try StudioApp(options, engine: engine)
        return try await app.run()
    }

    private init(_ options: StudioOptions, engine: StudioEngine) throws {
        self.options = options
        self.engine = engine
        desk = DeskFile(options.paths)
        isUTF8 = TerminalLocale.prepare()
        environment = TerminalEnvironment(options.environment)
        terminal = try Terminal(environment: options.environment)
        size = terminal.size
        var problems: [String] = []
        let read = Self.loadSettings(options)
        (settings, problems) = (read.0 ?? Settings(), read.1)
        formWishes = SavedForm.Wishes(settings)
        filesAtStart = Self.fingerprint(options.paths)
        presetLibrary = PresetLibrary(shipped: options.programFiles?.presets, own: options.paths.presets)
        themeLibrary = ThemeLibrary(shipped: options.programFiles?.themes, own: options.paths.themes)
        problems += presetLibrary.problems.map(\.description) + themeLibrary.problems.map(\.description)
        wishes.commandLineColor = options.color
        wishes.settingColor = ColorOption(rawValue: settings.color.rawValue) ?? .auto
        wishes.wantsPictureColor = settings.picturesKeepColor
        wishes.graphics = options.graphics ?? GraphicsMode(rawValue: settings.graphics.rawValue)
        let (environment, wishes) = (environment, wishes)
        screen = try Screen(terminalName: terminal.name, size: size, isUTF8: isUTF8) { description in
            Self.textDepth(description, wishes, environment)
        }
        let capabilities = TerminalCapabilities(
            answers: TerminalAnswers(), environment: environment, description: screen.description, size: size,
            isUTF8: isUTF8,
            wishes: wishes)
        display = StudioDisplay(
            screen, capabilities, rateCap: options.pictureFPS ?? settings.pictureFPS,
            imageIDs: ImageIDs(processID: ProcessInfo.processInfo.processIdentifier))
        let preset = try Self.startPreset(options, settings, presetLibrary, &problems)
        var form = ParametersForm(
            preset, seed: UInt32.random(in: 0...UInt32.max), metadata: settings.metadata)
        form.models = options.models
        state = StudioState(width: size.columns, height: size.rows, look: .mono(borders: .ascii), form: form)
        state.home = options.paths.home.path(percentEncoded: false)
        state.themeNames = themeLibrary.entries.map(\.theme.name)
        state.presets.replace(Self.entries(of: presetLibrary))
        state.presets.select(named: preset.name)
        state.prefersFunctionKeys = environment.multiplexer == .zellij
        state.preview.graphicsName = display.graphicsName
        state.date = startDate
        takeBehaviour()
        do {
            state.bindings = try Self.bindings(options, settings)
        } catch {
            state.bindings = KeyBindings(KeyBindings.standard(settings))
            problems.append(error.description)
        }
        state.isRemote = environment.isRemote
        if let note = restoreDesk() { state.say(note, .warning) }
        let wantedTheme = options.theme ?? settings.theme
        if !setTheme(wantedTheme) { problems.append("There is no theme \(wantedTheme).") }
        for problem in problems { state.say(problem, .error) }
    }

    // MARK: The loop

    private func run() async throws -> Int32 {
        if let path = options.tracePath { try terminal.trace(toPath: path) }
        if let milliseconds = settings.escapeMilliseconds { terminal.setEscapeWait(.milliseconds(milliseconds)) }
        let mailbox = mailbox
        terminal.setReceiver { mailbox.post(.terminal($0)) }
        try terminal.start(screen.description, usesMouse: options.usesMouse ?? settings.hasMouse)
        terminal.setTakesBurstsAsPaste(environment.lacksBracketedPaste)
        adoptSize()
        update(hasInput: true)
        terminal.ask()
        if environment.multiplexer == .tmux { askTmux() }
        openHistory()
        openControlSocket()
        perform([.estimate, .countTokens])
        if let file = options.openFile { perform([.openFile(file.path(percentEncoded: false))]) }
        mailbox.post(.tick)
        let watch = watchFiles()
        defer { watch.cancel() }
        for await _ in mailbox.signals {
            refreshClocks()
            var (hasInput, hasNews) = (false, false)
            for event in mailbox.take() {
                if Self.isReadyAnswer(event) {
                    hasNews = display.noteReady() || hasNews
                    continue
                }
                hasNews = true
                if case .terminal(.keys) = event { hasInput = true }
                handle(event)
            }
            if isQuitting, mayLeave { break }
            suspendWhenAnswered()
            if hasNews { update(hasInput: hasInput) } else { scheduleNext() }
        }
        leave()
        return 0
    }

    /// Whether the terminal tells no more than that it has shown the last frame. It does so after each: to draw the
    /// screen for that would double the cost of a moving picture.
    private static func isReadyAnswer(_ event: AppEvent) -> Bool {
        guard case .terminal(.keys(let keys)) = event else { return false }
        return keys.allSatisfy { $0 == .answer(.ready) }
    }

    private func leave() {
        timer?.cancel()
        clipTask?.cancel()
        control?.close()
        savePrompt()
        if state.themeName != settings.theme, options.theme == nil {
            try? Settings.set("theme", to: state.themeName, in: options.paths.settingsFile)
        }
        terminal.write(display.erasePicture(background: .terminal))
        terminal.finish()
    }

    private func handle(_ event: AppEvent) {
        switch event {
        case .terminal(let event): handle(event)
        case .tick: break
        case .suspendAnyway: suspendWhenAnswered(orAtOnce: true)
        case .tmux(let facts):
            tmux = facts
            isAskingTmux = false
            adoptCapabilities()
        case .control(let request, let connection): answer(request, connection)
        default: handleNews(event)
        }
    }
}
