package import Generation

/// Which jobs to list. Everything given must hold.
package struct HistoryFilter: Sendable, Hashable {
    /// Words that begin words of the prompt or the note.
    package var words: [String] = []
    package var seed: UInt32?
    package var size: VideoSize?
    package var model: String?
    package var tag: String?
    package var isStarred = false
    /// `2026-01-31`, in UTC.
    package var day: String?
    package var hasCommit = false
    package var kind: GenerationResult.Kind?
    package var states: Set<JobState> = []
    /// Whether to list the trash instead of what is outside it.
    package var isTrash = false
    package var limit: Int?
    /// Older ones than this job.
    package var before: Int?

    package init() {}

    /// Reads what a user types: words, and `seed:`, `size:`, `model:`, `tag:`, `star:`, `day:`, `has:commit`.
    package init(_ text: String) {
        for part in text.split(whereSeparator: \.isWhitespace) {
            let value = part.firstIndex(of: ":").map { String(part[part.index(after: $0)...]) } ?? ""
            switch part.prefix(while: { $0 != ":" }) {
            case "seed" where UInt32(value) != nil: seed = UInt32(value)
            case "size" where VideoSize(value) != nil: size = VideoSize(value)
            case "model" where !value.isEmpty: model = value
            case "tag" where !value.isEmpty: tag = value
            case "day" where !value.isEmpty: day = value
            case "star" where part.contains(":"): isStarred = true
            case "has" where value == "commit": hasCommit = true
            default: words.append(String(part))
            }
        }
    }
}
