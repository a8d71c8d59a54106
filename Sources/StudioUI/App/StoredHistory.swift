import Foundation
import Generation
import StudioCore

/// What earlier sessions left: drafts with their commits, prompts, jobs that can go on.
struct StoredHistory: Sendable {
    /// Days for which an unfinished job stays in the queue.
    private static let unfinishedDays = 14.0
    private static let doneLimit = 30

    /// The newest drafts.
    var first: StoredDrafts.Page
    /// Those that are read afterwards.
    var older: StoredDrafts
    var prompts: [String]
    /// Jobs that can go on, and those that were done today.
    var endedJobs: [JobEntry]
    /// Those of them whose program has just been found gone.
    var abandoned: [Int]
    /// The newest job that ran.
    var lastRun: RunState?
    var notice: String?
    /// What became of the job that was asked for.
    var jobState: JobState?

    /// Reads the history, with the state of `job`; waits for the disk.
    static func load(_ history: History, job: Int?) throws(StudioError) -> StoredHistory {
        let abandoned = try history.isReadOnly ? [] : history.markAbandoned()
        var drafts = StoredDrafts(commits: try commits(history), tags: try history.tagsByJob())
        let first = try drafts.next(history) ?? StoredDrafts.Page()
        return StoredHistory(
            first: first, older: drafts, prompts: try history.prompts().map(\.text),
            endedJobs: try unfinished(history) + doneToday(history),
            abandoned: abandoned, lastRun: try lastRun(history), notice: history.notice,
            jobState: job.flatMap { try? history.job($0).state })
    }

    /// What became of the newest commit of each draft: done, with its file, or stopped.
    private static func commits(_ history: History) throws(StudioError) -> [Int: DraftEntry.Commit] {
        var filter = HistoryFilter()
        filter.kind = .commit
        filter.states = [.done, .stopped, .failed]
        filter.limit = 1000
        var commits: [Int: DraftEntry.Commit] = [:]
        for commit in try history.jobs(filter) {
            guard let parent = commit.parent, commits[parent] == nil else { continue }
            if commit.state != .done {
                commits[parent] = .stopped(commit.id)
            } else if let output = try history.outputs(of: commit.id).last, !output.isGone {
                commits[parent] = .done(commit.id, file: URL(filePath: output.path))
            }
        }
        return commits
    }

    private static func unfinished(_ history: History) throws(StudioError) -> [JobEntry] {
        var filter = HistoryFilter()
        filter.states = [.stopped, .failed]
        filter.limit = 20
        let oldest = Date.now.addingTimeInterval(-unfinishedDays * 86_400)
        var entries: [JobEntry] = []
        for job in try history.jobs(filter) where (job.ended ?? job.made) > oldest {
            let step = try history.steps(of: job.id).last
            let state: JobEntry.State =
                job.state == .failed
                ? .failed(job.error ?? "failed") : .stopped(step: step?.number ?? 0, of: step?.count ?? 0)
            entries.append(JobEntry(id: job.id, kind: job.kind, size: job.size, draft: job.parent, state: state))
        }
        return entries
    }

    private static func doneToday(_ history: History) throws(StudioError) -> [JobEntry] {
        var filter = HistoryFilter()
        filter.states = [.done]
        filter.limit = doneLimit
        var entries: [JobEntry] = []
        for job in try history.jobs(filter) where job.ended.map(Calendar.current.isDateInToday) ?? false {
            let bytes = try history.outputs(of: job.id).last?.bytes
            let state = JobEntry.State.done(seconds: job.seconds ?? 0, bytes: bytes)
            entries.append(JobEntry(id: job.id, kind: job.kind, size: job.size, draft: job.parent, state: state))
        }
        return entries
    }

    private static func lastRun(_ history: History) throws(StudioError) -> RunState? {
        var filter = HistoryFilter()
        filter.states = [.stopped, .failed, .done]
        filter.limit = 1
        guard let record = try history.jobs(filter).first else { return nil }
        return RunState(record, steps: try history.steps(of: record.id), stages: try history.stages(of: record.id))
    }
}

extension DraftEntry {
    init(_ record: JobRecord, commit: Commit, tags: [String]) {
        self.init(
            id: record.id, recipe: record.recipe.recipe, seconds: record.seconds ?? 0, folder: record.folder,
            isStarred: record.isStarred, commit: commit, tags: tags, made: record.made)
    }
}
