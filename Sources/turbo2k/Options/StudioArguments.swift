import ArgumentParser
import Foundation
import Generation
import StudioCore
import StudioUI
import TerminalKit

/// How the studio is opened: the options of `studio` and `open`.
struct StudioArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("Named settings to begin with.", valueName: "name"),
        completion: .asked(.presets))
    var preset: String?

    @Option(
        help: ArgumentHelp("Colours; see \"turbo2k themes list\".", valueName: "name"),
        completion: .asked(.themes))
    var theme: String?

    @Option(
        help: ArgumentHelp("A model's name, or the path of its folder.", valueName: "name"),
        completion: .asked(.models))
    var model: String?

    @Option(
        help: "auto, or how pictures are shown: kitty, iterm, sixel, half, quadrant, ascii, off, ...",
        completion: .list(Choice.graphicsNames))
    var graphics: String?

    @Option(help: "auto, never, 16, 256 or true.", completion: .list(["auto", "never", "16", "256", "true"]))
    var color: String?

    @Option(help: ArgumentHelp("Frames a second that pictures show at most.", valueName: "number"))
    var fps: Int?

    @Flag(help: "Typed commands and one line an event, for screen readers; no full screen.")
    var plain = false

    @Flag(help: "Leave the mouse to the terminal.")
    var noMouse = false

    @Option(help: ArgumentHelp("Copy everything written to the terminal into a file.", visibility: .hidden))
    var traceBytes: String?

    @Option(help: ArgumentHelp("fixed: no time in titles and names.", visibility: .hidden))
    var clock: String?

    @OptionGroup var engine: EngineOptions

    /// Runs the studio until the user leaves.
    ///
    /// - Parameter openFile: a clip whose settings are loaded first.
    /// - Throws: what keeps the studio from opening; `ExitCode` where it ended with a status.
    func start(openFile: String?) async throws {
        let workplace = Workplace()
        if wantsPlain { return try await startPlain(workplace, openFile: openFile) }
        let studioEngine = try studioEngine(workplace)
        let options = try options(workplace, openFile: openFile)
        Signals.release()
        let status = try await StudioApp.run(options, engine: studioEngine)
        if status != 0 { throw ExitCode(status) }
    }

    /// Jobs run in the engine's own process, so that they outlive the studio.
    private func studioEngine(_ workplace: Workplace) throws -> StudioEngine {
        let service = try EngineFactory.make(engine, paths: workplace.paths, settings: workplace.settings)
        let (settings, paths, diskSpace) = (workplace.settings, workplace.paths, engine.diskSpace)
        let identity = engine.identity(settings)
        guard !engine.runsInProcess else {
            return StudioEngine(service: service, identity: identity) { history in
                JobRunner(
                    service: service, history: history, paths: paths, metadata: settings.metadata,
                    draftsGoFirst: settings.draftsGoFirst, diskSpace: diskSpace)
            }
        }
        let (engine, launch) = (engine, engine.launch(workplace))
        return StudioEngine(
            service: service, identity: identity, launch: { (engine.identity($0), engine.launch($0, paths)) },
            jobs: { history in
                WorkerClient(history: history, paths: paths, metadata: settings.metadata, launch: launch)
            })
    }

    /// Asked for, or the only thing that works here.
    private var wantsPlain: Bool {
        let environment = ProcessInfo.processInfo.environment
        if plain || !["", "0"].contains(environment["TURBO2K_PLAIN"] ?? "") { return true }
        guard Output.resultIsTerminal, isatty(STDIN_FILENO) == 1 else { return true }
        guard environment["TERM"] ?? "dumb" == "dumb" else { return false }
        Output.message("TERM is \"dumb\": starting in plain mode.")
        return true
    }

    private func startPlain(_ workplace: Workplace, openFile: String?) async throws {
        var settings = PlainSettings(workplace.presets(), defaultPreset: workplace.settings.preset)
        if let preset { try settings.set("preset", preset) }
        if let model { try settings.set("model", model) }
        if let openFile {
            let path = workplace.paths.expanding(openFile).path(percentEncoded: false)
            let document = try HistoryCommand.Show.recipe(in: path)
            settings.load(document.recipe, preset: document.preset)
        }
        let isPerson = isatty(STDIN_FILENO) == 1
        let output = try PlainOutput(tracePath: traceBytes, showsQuestions: isPerson)
        let service: any JobService =
            engine.runsInProcess
            ? try JobPlace.runner(workplace, try workplace.history(), engine)
            : try await JobPlace.start(workplace, engine)
        try await PlainStudio(workplace, service: service, settings: settings, output: output).run()
    }

    private func options(_ workplace: Workplace, openFile: String?) throws -> StudioOptions {
        let catalog = ModelCatalog(userFolder: workplace.paths.models)
        var options = StudioOptions(paths: workplace.paths, programFiles: workplace.shipped)
        options.preset = preset
        options.theme = theme
        options.model = model
        options.models = catalog.list().map(\.name)
        options.usesMouse = noMouse ? false : nil
        options.pictureFPS = try fps.map { try Values.inRange($0, 1...60, "--fps") }
        options.tracePath = traceBytes
        options.hasFixedClock = clock == "fixed"
        options.openFile = openFile.map { workplace.paths.expanding($0) }
        options.graphics = try Choice.graphics(graphics)
        if let color { options.color = try Choice.value(color, "--color") }
        return options
    }
}

/// Options whose values are a fixed list of words.
enum Choice {
    static let graphicsNames = ["auto"] + GraphicsMode.allCases.map(\.rawValue)

    /// How pictures are shown: the option, else `TURBO2K_GRAPHICS`; nil for `auto` and where neither says.
    static func graphics(_ option: String?) throws -> GraphicsMode? {
        let named = option ?? ProcessInfo.processInfo.environment["TURBO2K_GRAPHICS"]
        guard let named, !named.isEmpty, named != "auto" else { return nil }
        return try value(named, "--graphics")
    }

    static func value<Value: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ option: String
    ) throws -> Value {
        guard let value = Value(rawValue: text) else {
            let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
            let shown = TextCleaning.shortened(text, to: 40)
            throw GenerationError.badValue("\(option) must be one of \(names), is \"\(shown)\".")
        }
        return value
    }
}
