/// Kept between sessions: text, cursor and what can be undone.
extension TextEditor: Codable {
    private struct Stored: Codable {
        var text: String
        var cursor: Int
        var undoable: [StoredChange]
    }

    private struct StoredChange: Codable {
        var start: Int
        var removed: String
        var inserted: String
        var cursorBefore: Int
        var cursorAfter: Int
    }

    package func encode(to encoder: any Encoder) throws {
        let changes = undoable.map {
            StoredChange(
                start: $0.start, removed: String($0.removed), inserted: String($0.inserted),
                cursorBefore: $0.cursorBefore, cursorAfter: $0.cursorAfter)
        }
        try Stored(text: text, cursor: cursor, undoable: changes).encode(to: encoder)
    }

    /// What does not lead back from the text is forgotten: the file may come from anywhere.
    package init(from decoder: any Decoder) throws {
        let stored = try Stored(from: decoder)
        self.init(stored.text)
        moveCursor(to: stored.cursor)
        var changes: [Change] = []
        var before = characters
        for change in stored.undoable.suffix(Self.undoLimit).reversed() {
            let (removed, inserted) = (Array(change.removed), Array(change.inserted))
            let end = change.start + inserted.count
            guard change.start >= 0, end <= before.count, Array(before[change.start..<end]) == inserted,
                (0...before.count).contains(change.cursorAfter)
            else { break }
            before.replaceSubrange(change.start..<end, with: removed)
            guard (0...before.count).contains(change.cursorBefore) else { break }
            changes.append(
                Change(
                    start: change.start, removed: removed, inserted: inserted, cursorBefore: change.cursorBefore,
                    cursorAfter: change.cursorAfter, isTyping: false))
        }
        undoable = changes.reversed()
    }
}
