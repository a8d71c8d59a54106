import ArgumentParser
import Foundation
import Generation
import StudioCore
import StudioUI
import TerminalKit

/// Opens the studio; what the program does without a command.
struct StudioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "studio", abstract: "Open the studio.")

    @Option(
        help: ArgumentHelp("Named settings to begin with.", valueName: "name"),
        completion: .custom { _, _, _ in Completion.presets() })
    var preset: String?

    @Option(
        help: ArgumentHelp("Colours; see \"turbo2k themes list\".", valueName: "name"),
        completion: .custom { _, _, _ in Completion.themes() })
    var theme: String?

    @Option(
        help: ArgumentHelp("A model's name, or the path of its folder.", valueName: "name"),
        completion: .custom { _, _, _ in Completion.models() })
    var model: String?

    @Option(help: "auto, or how pictures are shown: kitty, iterm, sixel, half, quadrant, ascii, off, ...")
    var graphics: String?

    @Option(help: "auto, never, 16, 256 or true.")
    var color: String?

    @Flag(help: "Leave the mouse to the terminal.")
    var noMouse = false

    @Option(help: ArgumentHelp("Load the settings of a clip.", valueName: "file"), completion: .file())
    var open: String?

    @Option(help: ArgumentHelp("Copy everything written to the terminal into a file.", visibility: .hidden))
    var traceBytes: String?

    @Option(help: ArgumentHelp("fixed: no time in titles and names.", visibility: .hidden))
    var clock: String?

    @OptionGroup var engine: EngineOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard Output.resultIsTerminal, isatty(STDIN_FILENO) == 1, environment["TERM"] ?? "dumb" != "dumb" else {
            throw Failure.Exit(
                code: 2,
                description: "The studio needs a terminal; use \"turbo2k draft\" and \"turbo2k commit\" in scripts.")
        }
        let workplace = Workplace()
        let service = try EngineFactory.make(engine, paths: workplace.paths, settings: workplace.settings)
        let options = try options(workplace)
        Signals.release()
        let status = try await StudioApp.run(options, service: service)
        if status != 0 { throw ExitCode(status) }
    }

    private func options(_ workplace: Workplace) throws -> StudioOptions {
        let catalog = ModelCatalog(userFolder: workplace.paths.models)
        var options = StudioOptions(paths: workplace.paths, programFiles: workplace.shipped)
        options.preset = preset
        options.theme = theme
        options.model = model
        options.models = catalog.list().map(\.name)
        options.usesMouse = noMouse ? false : nil
        options.tracePath = traceBytes
        options.hasFixedClock = clock == "fixed"
        options.openFile = open.map { workplace.paths.expanding($0) }
        let named = graphics ?? ProcessInfo.processInfo.environment["TURBO2K_GRAPHICS"]
        if let named, !named.isEmpty, named != "auto" {
            options.graphics = try choice(named, "--graphics")
        }
        if let color { options.color = try choice(color, "--color") }
        return options
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ option: String
    ) throws -> Choice {
        guard let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            let shown = TextCleaning.shortened(text, to: 40)
            throw GenerationError.badValue("\(option) must be one of \(names), is \"\(shown)\".")
        }
        return choice
    }
}
