import ArgumentParser
import StudioCore

/// The root of all commands; without any, the studio opens.
struct Turbo2K: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turbo2k",
        abstract: "Text to 2K video in the terminal: draft, choose, commit.",
        discussion: """
            Without a command the studio opens.

            Results go to standard output, progress and messages to standard error. With --json every line of \
            standard output is one object.

            Exit codes: \(ExitCodes.sentence)
            """,
        version: Program.nameAndVersion,
        subcommands: [
            StudioCommand.self, DraftCommand.self, CommitCommand.self, RenderCommand.self, ResumeCommand.self,
            WaitCommand.self, QueueCommand.self, WorkerCommand.self, OpenCommand.self, PlayCommand.self,
            HistoryCommand.self, PresetsCommand.self, ThemesCommand.self, ModelsCommand.self, BenchCommand.self,
            ConfigCommand.self, DoctorCommand.self, CompletionsCommand.self, ManualCommand.self,
            ScreenCommand.self, QuitCommand.self, CrashCommand.self,
        ],
        defaultSubcommand: StudioCommand.self)
}
