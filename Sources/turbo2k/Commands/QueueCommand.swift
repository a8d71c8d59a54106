import ArgumentParser
import StudioCore

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Jobs that wait or run, in every program of this user.",
        discussion: """
            Jobs are run one after another by the engine's own process, which the studio shares. They go on when the \
            studio or the terminal is closed, and what waits is kept when the machine stops.
            """,
        subcommands: [
            List.self, Add.self, Move.self, Pause.self, Resume.self, Stop.self, Remove.self,
        ],
        defaultSubcommand: List.self)
}

extension QueueCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the jobs that wait or run, first come first.")

        @OptionGroup var waiting: QueueWaitOptions
        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let workplace = Workplace()
            let jobs = try JobWatch.open(try workplace.history())
            for job in jobs {
                report.json ? Output.object(JobText.fields(job)) : Output.result(JobText.line(job))
            }
            if jobs.isEmpty, !report.json, !report.quiet { Output.message("No job waits or runs.") }
            try await waiting.wait(workplace)
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start no more jobs after the running one; or stop one job, to go on later.")

        @Argument(help: "A job's number; without it, the queue.", completion: .asked(.jobs))
        var job: Int?

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let queue = try await JobPlace.queue(Workplace())
            try await queue.change(job.map { .stop($0, .now) } ?? .pause(true))
            try await QueueEnd.wait(for: job, in: queue)
            report.done([("job", JSONValue(job))])
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop a job that runs or waits; its finished steps are kept.")

        @Argument(help: "The job's number.", completion: .asked(.jobs))
        var job: Int

        @Flag(help: "Let the step that runs be finished first.")
        var afterStep = false

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let queue = try await JobPlace.queue(Workplace())
            try await queue.change(.stop(job, afterStep ? .afterStep : .now))
            try await QueueEnd.wait(for: job, in: queue)
            report.done([("job", .integer(job))])
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take jobs that wait, were stopped or have failed out of the queue for good.")

        @Argument(help: "The jobs' numbers.", completion: .asked(.jobs))
        var jobs: [Int]

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let queue = try await JobPlace.queue(Workplace())
            for job in jobs { try await queue.change(.remove(job)) }
            for job in jobs { try await QueueEnd.wait(for: job, in: queue) }
            report.done([("jobs", .array(jobs.map { .integer($0) }))])
        }
    }

    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change the place of a job that waits.")

        @Argument(help: "The job's number.", completion: .asked(.jobs))
        var job: Int

        @Argument(
            help: "first, last, up, down, or a place from 1.", completion: .list(["first", "last", "up", "down"]))
        var place: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let queue = try await JobPlace.queue(Workplace())
            var order = queue.board.queue.waiting
            guard let index = order.firstIndex(of: job) else {
                throw StudioError.badValue("Job \(job) does not wait; only waiting jobs can be moved.")
            }
            order.remove(at: index)
            order.insert(job, at: min(max(try target(index), 0), order.count))
            try await queue.change(.arrange(order))
            report.done([("jobs", .array(order.map { .integer($0) }))])
        }

        private func target(_ index: Int) throws -> Int {
            switch place {
            case "first": return 0
            case "last": return .max
            case "up": return index - 1
            case "down": return index + 1
            default:
                guard let number = Int(place), number > 0 else {
                    let shown = TextCleaning.shortened(place, to: 40)
                    throw StudioError.badValue(
                        "The place is first, last, up, down or a number from 1, not \"\(shown)\".")
                }
                return number - 1
            }
        }
    }
}

/// `--wait`.
struct QueueWaitOptions: ParsableArguments {
    @Flag(help: "Block until no job runs or is about to.")
    var wait = false

    func wait(_ workplace: Workplace) async throws {
        guard wait else { return }
        let queue = try await JobPlace.queue(workplace)
        for await _ in queue.board.news() where queue.board.queue.isIdle { break }
        // Jobs that other programs run by themselves are in the history alone.
        while try JobWatch.open(queue.history).contains(where: { $0.state != .waiting }) {
            try await Task.sleep(for: JobWatch.pause)
        }
    }
}

/// Waits for what was asked of a job to have happened.
enum QueueEnd {
    static func wait(for job: Int?, in queue: any JobService) async throws {
        guard let job else { return }
        for await _ in queue.board.news() where !queue.board.queue.jobs.contains(where: { $0.id == job }) { return }
    }
}
