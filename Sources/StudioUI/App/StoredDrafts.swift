import Generation
import StudioCore

/// The drafts of the history, newest first, read a page at a time: ten thousand take seconds, and the newest are wanted at
/// once.
struct StoredDrafts: Sendable {
    struct Page: Sendable {
        var entries: [DraftEntry] = []
        /// Drafts that were asked for together; one that goes on in the next page is in both.
        var batches: [Batch] = []
    }

    /// Small at first.
    private static let (firstPage, laterPages) = (100, 400)

    /// What became of the newest commits, by their drafts.
    let commits: [Int: DraftEntry.Commit]
    let tags: [Int: [String]]
    private var before: Int?
    private var count = 0

    init(commits: [Int: DraftEntry.Commit], tags: [Int: [String]]) {
        self.commits = commits
        self.tags = tags
    }

    /// Nil behind the last one; waits for the disk.
    mutating func next(_ history: History) throws(StudioError) -> Page? {
        var filter = HistoryFilter()
        filter.kind = .draft
        filter.states = [.done]
        filter.before = before
        filter.limit = min(count == 0 ? Self.firstPage : Self.laterPages, DraftList.limit - count)
        let records = filter.limit == 0 ? [] : try history.jobs(filter)
        guard let last = records.last else { return nil }
        before = last.id
        count += records.count
        let entries = records.map { record in
            DraftEntry(record, commit: commits[record.id] ?? .none, tags: tags[record.id] ?? [])
        }
        return Page(entries: entries, batches: Self.batches(records))
    }

    /// Oldest first.
    private static func batches(_ drafts: [JobRecord]) -> [Batch] {
        var found: [Int: Batch] = [:]
        for record in drafts {
            guard let place = record.batch else { continue }
            var batch = found[place.id] ?? place.batch(job: record.id)
            if batch.members.indices.contains(place.index) {
                batch.members[place.index] = Batch.Member(label: place.label, job: record.id)
            }
            found[place.id] = batch
        }
        return found.values.sorted { $0.id < $1.id }
    }
}
