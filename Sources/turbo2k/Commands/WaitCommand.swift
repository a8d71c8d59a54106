import ArgumentParser
import StudioCore

struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until a job ends; its exit code becomes this command's.")

    @Argument(help: "The job's number.", completion: .asked(.jobs))
    var job: Int

    @OptionGroup var report: ReportOptions

    func run() async throws {
        report.apply()
        let workplace = Workplace()
        let history = try workplace.history()
        var record = try history.job(job)
        if record.state == .waiting { try await requireEngine(workplace) }
        while !record.state.isFinal {
            try await Task.sleep(for: JobWatch.pause)
            try history.markAbandoned()
            record = try history.job(job)
        }
        if report.json { Output.object(JobText.fields(record)) }
        switch record.state {
        case .done: return
        case .stopped, .removed, .stopping, .waiting, .running:
            throw Failure.Exit(
                code: 8, description: "Job \(job) was stopped; \"turbo2k resume \(job)\" goes on with it.")
        case .failed:
            let reason = record.error ?? "Job \(job) failed."
            let code = Int32(clamping: record.exitCode ?? 1)
            throw Failure.OfJob(job: job, reason: Failure.Exit(code: code, description: reason))
        }
    }

    /// A job that nobody will start is not waited for.
    private func requireEngine(_ workplace: Workplace) async throws {
        let queue = try await JobPlace.queue(workplace)
        if let worker = queue as? WorkerClient { await worker.close() }
        guard queue.board.queue.jobs.contains(where: { $0.id == job && $0.isHeld }) else { return }
        throw Failure.Exit(
            code: 8, description: "Job \(job) waits and no engine runs it; \"turbo2k queue resume \(job)\" starts it.")
    }
}

/// Looks at jobs of other programs: the history is where they tell.
enum JobWatch {
    static let pause = Duration.milliseconds(200)

    /// Jobs that wait or run, in the order in which they run; those whose program is gone are marked stopped.
    static func open(_ history: History) throws -> [JobRecord] {
        try history.markAbandoned()
        return try history.openJobs()
    }
}
