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

            Exit codes: 0 done, 1 failed, 2 a value that cannot be used, 3 model missing or damaged, 4 not enough \
            memory, 5 ran out of memory (state kept), 6 disk full or output not writable, 7 codec or container not \
            available, 8 stopped on request (state kept), 9 history held by another program, 10 input file \
            unreadable or without a recipe, 11 settings, preset or theme file wrong, 64 wrong usage, 130 Ctrl-C, \
            143 SIGTERM.
            """,
        version: Program.nameAndVersion,
        subcommands: [
            StudioCommand.self, DraftCommand.self, CommitCommand.self, RenderCommand.self, ResumeCommand.self,
            HistoryCommand.self, PresetsCommand.self, ThemesCommand.self, ModelsCommand.self, BenchCommand.self,
            DoctorCommand.self, CompletionsCommand.self,
        ],
        defaultSubcommand: StudioCommand.self)
}
