import Foundation
import Generation
import StudioCore

/// What earlier sessions left: drafts with their commits, prompts, the text that was being typed.
struct StoredHistory: Sendable {
    var drafts: [DraftEntry]
    var prompts: [String]
    /// Jobs that an ended program left unfinished.
    var unfinished: [JobEntry]
    var notice: String?

    /// Reads the history; waits for the disk.
    static func load(_ history: History) throws(StudioError) -> StoredHistory {
        let abandoned = try history.markAbandoned()
        var filter = HistoryFilter()
        filter.kind = .draft
        filter.states = [.done]
        filter.limit = 1000
        let drafts = try history.jobs(filter)
        filter.kind = .commit
        let commits = try history.jobs(filter)
        var files: [Int: DraftEntry.Commit] = [:]
        for commit in commits {
            guard let parent = commit.parent, files[parent] == nil,
                let output = try history.outputs(of: commit.id).last, !output.isGone
            else { continue }
            files[parent] = .done(commit.id, file: URL(filePath: output.path))
        }
        var entries: [DraftEntry] = []
        for record in drafts {
            let tags = try history.tags(of: record.id)
            entries.append(DraftEntry(record, commit: files[record.id] ?? .none, tags: tags))
        }
        var unfinished: [JobEntry] = []
        for id in abandoned {
            let job = try history.job(id)
            let steps = try history.steps(of: id).last
            unfinished.append(
                JobEntry(
                    id: id, kind: job.kind, size: job.size, draft: job.parent,
                    state: .stopped(step: steps?.number ?? 0, of: steps?.count ?? 0)))
        }
        return StoredHistory(
            drafts: entries, prompts: try history.prompts().map(\.text), unfinished: unfinished, notice: history.notice)
    }
}

extension DraftEntry {
    init(_ record: JobRecord, commit: Commit, tags: [String]) {
        self.init(
            id: record.id, recipe: record.recipe.recipe, seconds: record.seconds ?? 0, folder: record.folder,
            isStarred: record.isStarred, commit: commit, tags: tags, made: record.made)
    }
}
