import ArgumentParser
import Foundation
import StudioCore

/// Opens the studio; what the program does without a command.
struct StudioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "studio", abstract: "Open the studio.")

    @Option(help: ArgumentHelp("Load the settings of a clip.", valueName: "file"), completion: .file())
    var open: String?

    @OptionGroup var studio: StudioArguments

    func run() async throws {
        try await studio.start(openFile: open)
    }
}

struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Open the studio with a clip's settings.")

    @Argument(help: "A clip that this program made.", completion: .file())
    var file: String

    @OptionGroup var studio: StudioArguments

    func run() async throws {
        // A file without settings is told here, not on a screen that opens without them.
        _ = try HistoryCommand.Show.recipe(in: Workplace().paths.expanding(file).path(percentEncoded: false))
        try await studio.start(openFile: file)
    }
}
