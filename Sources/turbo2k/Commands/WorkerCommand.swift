import ArgumentParser
import Foundation
import StudioCore

/// The engine's own process. The studio starts it; nobody needs to type it.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run the engine for the studio and the queue, over a socket; the studio starts it by itself.",
        discussion: """
            One worker serves a data folder. It outlives the studio, and ends some seconds after its last job when no \
            program is connected.
            """,
        shouldDisplay: false)

    /// What the engine is niced by, so that typing comes first.
    private static let niceness: Int32 = 5

    @OptionGroup var engine: EngineOptions

    /// The engine itself. Without it this process only starts one and tells how it ended.
    @Flag(help: .hidden)
    var watched = false

    func run() async throws {
        // Neither a closed terminal nor its Ctrl-C is for these processes.
        _ = setsid()
        signal(SIGHUP, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        if watched { try await serve() } else { try watch() }
    }

    private func watch() throws {
        defer { Signals.onStop(nil) }
        let status = try WorkerEnd.watch(StudioPaths(), Array(CommandLine.arguments.dropFirst()) + ["--watched"]) {
            pid in
            Signals.onStop { kill(pid, SIGTERM) }
        }
        if status != 0 { throw ExitCode(status) }
    }

    private func serve() async throws {
        _ = nice(Self.niceness)
        Self.niceGroup()
        Self.offerForMemory()
        try engine.check()
        let workplace = Workplace()
        let history = try History(paths: workplace.paths, keepsQueue: true)
        let runner = try JobPlace.runner(workplace, history, engine)
        let server = WorkerServer(runner, paths: workplace.paths, engine: engine.identity(workplace.settings))
        let (paths, settings) = (workplace.paths, workplace.settings)
        Task.detached(priority: .background) { Housekeeping.daily(history, settings, paths: paths) }
        Signals.onStop { server.end() }
        defer { Signals.onStop(nil) }
        guard try await server.run() else { return Output.message("Another worker serves this folder.") }
    }

    /// Linux may share the CPU among sessions first: then it is the session's niceness that counts.
    private static func niceGroup() {
        let file = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        let text = String(niceness)
        _ = write(file, text, text.utf8.count)
        close(file)
    }

    /// Where memory runs out the system ends the engine, whose jobs can go on, rather than the terminal.
    private static func offerForMemory() {
        let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, "300", 3)
        close(file)
    }
}
