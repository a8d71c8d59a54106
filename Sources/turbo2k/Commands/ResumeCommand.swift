import ArgumentParser
import Foundation
import Generation
import StudioCore

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with a stopped or failed job from its last finished step.")

    @Argument(
        help: "The job's number; the newest stopped one by default.",
        completion: .custom { _, _, _ in Completion.jobs() })
    var job: Int?

    @Option(name: .shortAndLong, help: ArgumentHelp("Write the clip here instead.", valueName: "file"))
    var output: String?

    @OptionGroup var engine: EngineOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        report.apply()
        let workplace = Workplace()
        var session = try await JobSession(workplace, engine: engine)
        let id = try job ?? newestStopped(session.jobs.history)
        let target = output.map { JobOutput(file: workplace.paths.expanding($0)) }
        let handle = try await session.jobs.resume(id, output: target, wantsPreviews: false)
        let result = try await session.follow(handle)
        guard !report.json else { return }
        switch handle.kind {
        case .draft: Output.result(String(id))
        case .commit: Output.result(result.file?.path(percentEncoded: false) ?? String(id))
        }
    }

    private func newestStopped(_ history: History) throws -> Int {
        var filter = HistoryFilter()
        filter.states = [.stopped, .failed]
        filter.limit = 1
        guard let job = try history.jobs(filter).first else {
            throw StudioError.unreadable("No job is stopped or failed; there is nothing to go on with.")
        }
        return job.id
    }
}
