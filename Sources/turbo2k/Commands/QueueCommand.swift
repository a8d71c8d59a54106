import ArgumentParser
import StudioCore

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Jobs that wait or run, in every program of this user.",
        subcommands: [List.self],
        defaultSubcommand: List.self)
}

extension QueueCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the jobs that wait or run, first come first.")

        @Flag(help: "Block until no job waits or runs.")
        var wait = false

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let history = try Workplace().history()
            let jobs = try JobWatch.open(history)
            for job in jobs { Output.result(report.json ? JobText.json(job).text : JobText.line(job)) }
            if jobs.isEmpty, !report.json, !report.quiet { Output.message("No job waits or runs.") }
            guard wait else { return }
            while try !JobWatch.open(history).isEmpty { try await Task.sleep(for: JobWatch.pause) }
        }
    }
}

struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until a job ends; its exit code becomes this command's.")

    @Argument(help: "The job's number.", completion: .custom { _, _, _ in Completion.jobs() })
    var job: Int

    @OptionGroup var report: ReportOptions

    func run() async throws {
        report.apply()
        let history = try Workplace().history()
        var record = try history.job(job)
        while !record.state.isFinal {
            try await Task.sleep(for: JobWatch.pause)
            try history.markAbandoned()
            record = try history.job(job)
        }
        if report.json { Output.result(JobText.json(record).text) }
        switch record.state {
        case .done: return
        case .stopped, .removed, .stopping, .waiting, .running:
            throw Failure.Exit(
                code: 8, description: "Job \(job) was stopped; \"turbo2k resume \(job)\" goes on with it.")
        case .failed:
            let reason = record.error ?? "Job \(job) failed."
            throw Failure.Exit(code: Int32(clamping: record.exitCode ?? 1), description: reason)
        }
    }
}

/// Looks at jobs of other programs: the history is where they tell.
enum JobWatch {
    static let pause = Duration.milliseconds(200)

    /// Jobs that wait or run, first come first; those whose program is gone are marked stopped.
    static func open(_ history: History) throws -> [JobRecord] {
        try history.markAbandoned()
        var filter = HistoryFilter()
        filter.states = [.waiting, .running, .stopping]
        return try history.jobs(filter).reversed()
    }
}
