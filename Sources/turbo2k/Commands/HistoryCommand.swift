import ArgumentParser
import Foundation
import Generation
import StudioCore

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Drafts and clips made so far.",
        subcommands: [
            List.self, Show.self, Search.self, Star.self, Tag.self, Trash.self, Restore.self, Export.self,
            Prune.self, Rebuild.self,
        ],
        defaultSubcommand: List.self)
}

extension HistoryCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List jobs, newest first.")

        @Option(help: ArgumentHelp("At most this many.", valueName: "count"))
        var limit = 50

        @Flag(help: "List the trash.")
        var trash = false

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            var filter = HistoryFilter()
            filter.isTrash = trash
            try HistoryList.show(filter, limit: limit)
        }
    }

    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List jobs by words, and by seed:, size:, model:, tag:, day:, star:, has:commit.")

        @Argument(help: "Words that begin words of the prompt or the note.")
        var words: [String]

        @Option(help: ArgumentHelp("At most this many.", valueName: "count"))
        var limit = 50

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            try HistoryList.show(HistoryFilter(words.joined(separator: " ")), limit: limit)
        }
    }

    struct Star: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Star a job, or take the star away.")

        @Argument(help: "The job's number.", completion: .asked(.jobs))
        var job: Int

        @Flag(help: "Take the star away.")
        var remove = false

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            try Workplace().history().setStar(!remove, of: job)
            report.done([("job", .integer(job)), ("star", .boolean(!remove))])
        }
    }

    struct Tag: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a job a tag, or take it away.")

        @Argument(help: "The job's number.", completion: .asked(.jobs))
        var job: Int

        @Argument(help: "The tag.")
        var name: String

        @Flag(help: "Take the tag away.")
        var remove = false

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let history = try Workplace().history()
            if remove { try history.removeTag(name, from: job) } else { try history.addTag(name, to: job) }
            report.done([("job", .integer(job)), ("tags", .array(try history.tags(of: job).map { .string($0) }))])
        }
    }

    struct Trash: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Move jobs to the trash.")

        @Argument(help: "The jobs' numbers.", completion: .asked(.jobs))
        var jobs: [Int]

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let history = try Workplace().history()
            for job in jobs { try history.trash(job) }
            report.done([("jobs", .array(jobs.map { .integer($0) }))])
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Bring jobs back from the trash.")

        @Argument(help: "The jobs' numbers.")
        var jobs: [Int]

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let history = try Workplace().history()
            for job in jobs { try history.restore(job) }
            report.done([("jobs", .array(jobs.map { .integer($0) }))])
        }
    }

    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove old trash, latents of old drafts without a star, and states of old unfinished jobs.",
            aliases: ["clean"])

        @Flag(help: "Only say what would go.")
        var dryRun = false

        @Flag(help: "Empty the whole trash, also of what came into it today.")
        var trash = false

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let workplace = Workplace()
            let history = try workplace.history()
            let report = try history.prune(workplace.settings, isDryRun: dryRun, emptiesTrash: trash)
            let left = try history.trashContents()
            if self.report.json {
                func numbers(_ jobs: [Int]) -> JSONValue { .array(jobs.map { .integer($0) }) }
                self.report.done([
                    ("removed_jobs", numbers(report.removedJobs)), ("thinned_drafts", numbers(report.thinnedDrafts)),
                    ("dropped_states", numbers(report.droppedStates)), ("freed_bytes", .integer(report.freedBytes)),
                    ("trash_jobs", .integer(left.jobCount)), ("trash_bytes", .integer(left.bytes)),
                    ("dry_run", .boolean(dryRun)),
                ])
            } else {
                let verb = dryRun ? "would free" : "freed"
                Output.result(
                    "\(verb) \(ByteText.short(report.freedBytes)): \(report.removedJobs.count) jobs from the trash, "
                        + "latents of \(report.thinnedDrafts.count) drafts, "
                        + "states of \(report.droppedStates.count) unfinished jobs")
                guard left.jobCount > 0, !trash, !Reporting.isQuiet else { return }
                Output.message(
                    "In the trash: \(left.jobCount) jobs, \(ByteText.short(left.bytes)). "
                        + "\"turbo2k history prune --trash\" empties it.")
            }
        }
    }
}

/// Prints lists of jobs.
enum HistoryList {
    static func show(_ filter: HistoryFilter, limit: Int) throws {
        var filter = filter
        filter.limit = limit
        let jobs = try Workplace().history().jobs(filter)
        if Reporting.isJSON {
            jobs.forEach { Output.object(JobText.fields($0)) }
            return
        }
        for job in jobs { Output.result(JobText.line(job)) }
        if jobs.isEmpty, !Reporting.isQuiet { Output.message("No jobs.") }
    }
}
