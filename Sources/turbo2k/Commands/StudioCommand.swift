import ArgumentParser
import StudioCore

struct StudioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "studio", abstract: "Open the studio.")

    @OptionGroup var engine: EngineOptions

    func run() async throws {
    }
}
