import ArgumentParser
import Foundation

/// The program: parses, runs, and turns every failure into one sentence and an exit code.
@main
struct Main {
    static func main() async {
        guard !Completion.answered(Array(CommandLine.arguments.dropFirst())) else { return }
        Signals.install()
        do {
            var command = try Turbo2K.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            Signals.exit(with: 0)
        } catch {
            Failure.report(error)
        }
    }
}
