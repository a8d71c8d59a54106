import ArgumentParser
import Foundation
import Generation
import StudioCore

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with a stopped or failed job from its last finished step.",
        discussion: """
            With --partial what the job has is written instead: the estimate behind its last finished step, decoded. The \
            clip's recipe says so, its name ends in "-partial" unless -o gives another, and the job can go on afterwards \
            as if nothing had happened.

            A state that other weights, another build of the program or another kind of CPU has kept is not used unasked: \
            the command then ends with exit code 12 and changes nothing, and --anyway or --anew says what is to happen.
            """)

    @Argument(
        help: "The job's number; the newest stopped one by default.",
        completion: .asked(.jobs))
    var job: Int?

    @Option(name: .shortAndLong, help: ArgumentHelp("Write the clip here instead.", valueName: "file"))
    var output: String?

    @Flag(help: "Write what there is, and leave the job as it is. Prints the clip's path.")
    var partial = false

    @Flag(help: "Go on also from a state that another build or another kind of CPU has kept; the clip may differ.")
    var anyway = false

    @Flag(help: "Begin with the first step, whatever was kept.")
    var anew = false

    @OptionGroup var engine: EngineOptions
    @OptionGroup var report: ReportOptions

    func validate() throws {
        if [partial, anyway, anew].count(where: { $0 }) > 1 {
            throw ValidationError("--partial, --anyway and --anew exclude one another.")
        }
    }

    func run() async throws {
        report.apply()
        let workplace = Workplace()
        var session = try await JobSession(workplace, engine: engine)
        let id = try job ?? newestStopped(session.jobs.history)
        if partial { return try await writePartial(id, &session) }
        let target = output.map { JobOutput(file: workplace.paths.expanding($0)) }
        let use: StateUse = anew ? .none : anyway ? .any : .own
        let handle = try await session.jobs.resume(id, output: target, using: use, wantsPreviews: false)
        let result = try await session.follow(handle)
        guard !report.json else { return }
        switch handle.kind {
        case .draft: Output.result(String(id))
        case .commit: Output.result(result.file?.path(percentEncoded: false) ?? String(id))
        }
    }

    private func writePartial(_ id: Int, _ session: inout JobSession) async throws {
        let target = try partialOutput(id, session)
        let handle = try await session.jobs.partial(id, output: target, wantsPreviews: false)
        _ = try await session.follow(handle)
        if !report.json { Output.result(target.file.path(percentEncoded: false)) }
    }

    /// The file asked for, else one beside the clip that the job was going to write.
    private func partialOutput(_ id: Int, _ session: JobSession) throws -> JobOutput {
        let (history, workplace) = (session.jobs.history, session.workplace)
        let planned = try history.plannedOutput(of: id)
        if let output { return JobOutput(file: workplace.paths.expanding(output), crf: planned?.crf) }
        if let planned { return JobOutput(file: OutputName.partialFile(for: planned.file), crf: planned.crf) }
        let job = try history.job(id)
        let preset = workplace.outputSettings(of: job)
        let whole = try session.outputFile(nil, preset: preset, recipe: job.recipe.recipe, kind: job.kind, job: id)
        return JobOutput(file: OutputName.partialFile(for: whole), crf: preset.crf)
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
