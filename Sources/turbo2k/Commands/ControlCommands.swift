import ArgumentParser
import Foundation
import StudioCore
import StudioUI

/// Which studio a hidden command speaks to.
struct StudioChoice: ParsableArguments {
    @Option(help: .hidden)
    var pid: Int32?

    /// - Throws: ``Failure/Exit`` where no studio runs.
    func ask(_ request: ControlRequest) async throws -> String {
        let paths = StudioPaths()
        guard let process = pid ?? ControlSocket.studios(paths).last else {
            throw Failure.Exit(code: 9, description: "No studio is open.")
        }
        return try await ControlSocket.ask(request, process: process, paths: paths)
    }
}

/// Prints what the screen of a running studio means: focus, panes, jobs with their steps, message. For tests.
struct ScreenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "__screen", abstract: "Print a running studio's screen as JSON.", shouldDisplay: false)

    @OptionGroup var studio: StudioChoice

    func run() async throws { Output.result(try await studio.ask(.screen)) }
}

/// Closes a running studio, also where its quit keys are off, and waits until it has closed.
struct QuitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "__quit", abstract: "Close a running studio.", shouldDisplay: false)

    @OptionGroup var studio: StudioChoice

    func run() async throws { _ = try await studio.ask(.quit) }
}
