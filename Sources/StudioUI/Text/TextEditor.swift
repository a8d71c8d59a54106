/// The text of an editable field with its cursor, undo history and kill buffer. A unit is the grapheme cluster: what a
/// person sees as one character moves and disappears as one.
package struct TextEditor: Sendable, Equatable {
    /// One replacement, enough to undo and redo it.
    struct Change: Sendable, Equatable {
        var start: Int
        var removed: [Character]
        var inserted: [Character]
        var cursorBefore: Int
        var cursorAfter: Int
        /// Typed letters of one word join into one change.
        var isTyping: Bool
    }

    package static let undoLimit = 500

    /// Line ends are LF; nothing else is a control character.
    package private(set) var characters: [Character] = []
    /// Index into `characters`, 0 to their count.
    package private(set) var cursor = 0
    /// The other end of the selection; nil where nothing is selected.
    private var anchor: Int?
    /// One-line fields turn line ends into spaces.
    package let isMultiline: Bool
    var undoable: [Change] = []
    private var redoable: [Change] = []
    private var killed: [Character] = []
    /// The column that up and down try to keep.
    private var preferredColumn: Int?

    package init(_ text: String = "", isMultiline: Bool = true) {
        self.isMultiline = isMultiline
        characters = Array(Self.cleaned(text, isMultiline: isMultiline))
        cursor = characters.count
    }

    package var text: String { String(characters) }
    package var isEmpty: Bool { characters.isEmpty }

    /// Replaces everything as one undo step; the cursor goes to the end.
    package mutating func setText(_ text: String) {
        guard text != self.text else { return moveCursor(to: characters.count) }
        replace(0..<characters.count, with: text, isTyping: false)
    }

    /// Typed text at the cursor.
    package mutating func type(_ character: Character) {
        replace(selection ?? cursor..<cursor, with: String(character), isTyping: !character.isWhitespace)
    }

    /// Text that came at once: one undo step.
    package mutating func paste(_ text: String) {
        replace(selection ?? cursor..<cursor, with: text, isTyping: false)
    }

    // MARK: Deleting

    package mutating func deleteBackward() {
        if let selection { return replace(selection, with: "", isTyping: false) }
        guard cursor > 0 else { return }
        replace(cursor - 1..<cursor, with: "", isTyping: false)
    }

    package mutating func deleteForward() {
        if let selection { return replace(selection, with: "", isTyping: false) }
        guard cursor < characters.count else { return }
        replace(cursor..<cursor + 1, with: "", isTyping: false)
    }

    package mutating func killWordBackward() { kill(selection ?? wordStart(before: cursor)..<cursor) }
    package mutating func killWordForward() { kill(cursor..<wordEnd(after: cursor)) }
    package mutating func killToLineEnd() {
        let end = lineEnd(of: cursor)
        // At the end of a line the line end itself goes, so that repeated kills empty the field.
        kill(cursor..<(end == cursor ? min(cursor + 1, characters.count) : end))
    }
    package mutating func killToLineStart() { kill(lineStart(of: cursor)..<cursor) }

    package mutating func yank() {
        guard !killed.isEmpty else { return }
        replace(selection ?? cursor..<cursor, with: String(killed), isTyping: false)
    }

    private mutating func kill(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        killed = Array(characters[range])
        replace(range, with: "", isTyping: false)
    }

    // MARK: Moving

    package mutating func moveCursor(to index: Int) {
        cursor = min(max(index, 0), characters.count)
        anchor = nil
        preferredColumn = nil
        closeTyping()
    }

    package mutating func moveLeft() { moveCursor(to: selection?.lowerBound ?? cursor - 1) }
    package mutating func moveRight() { moveCursor(to: selection?.upperBound ?? cursor + 1) }
    package mutating func moveWordLeft() { moveCursor(to: wordStart(before: cursor)) }
    package mutating func moveWordRight() { moveCursor(to: wordEnd(after: cursor)) }
    package mutating func moveToLineStart() { moveCursor(to: lineStart(of: cursor)) }
    package mutating func moveToLineEnd() { moveCursor(to: lineEnd(of: cursor)) }

    /// Moves by one row as shown at `width` columns.
    ///
    /// - Returns: false on the first row upwards and on the last row downwards; the cursor then stays.
    package mutating func moveVertically(by rows: Int, width: Int) -> Bool {
        let layout = TextLayout(characters, width: width)
        let place = layout.position(of: cursor)
        let target = place.row + rows
        guard layout.rows.indices.contains(target) else { return false }
        let column = preferredColumn ?? place.column
        moveCursor(to: layout.index(row: target, column: column))
        preferredColumn = column
        return true
    }

    // MARK: Selecting

    /// The selected characters; nil where there are none.
    package var selection: Range<Int>? {
        guard let anchor, anchor != cursor else { return nil }
        return min(anchor, cursor)..<max(anchor, cursor)
    }

    package var selectedText: String? { selection.map { String(characters[$0]) } }

    /// Moves the cursor and takes what lies between into the selection.
    package mutating func select(_ move: (inout TextEditor) -> Void) {
        let start = anchor ?? cursor
        // A move by one goes from the cursor, not to the end of what is selected.
        anchor = nil
        move(&self)
        anchor = start
    }

    /// Selects the word at the cursor; between words nothing.
    package mutating func selectWord() {
        var (start, end) = (cursor, cursor)
        while start > 0, Self.isWord(characters[start - 1]) { start -= 1 }
        while end < characters.count, Self.isWord(characters[end]) { end += 1 }
        guard start < end else { return }
        moveCursor(to: end)
        anchor = start
    }

    // MARK: Undo

    package var canUndo: Bool { !undoable.isEmpty }
    package var canRedo: Bool { !redoable.isEmpty }

    package mutating func undo() {
        guard let change = undoable.popLast() else { return }
        characters.replaceSubrange(change.start..<change.start + change.inserted.count, with: change.removed)
        cursor = change.cursorBefore
        anchor = nil
        redoable.append(change)
        preferredColumn = nil
    }

    package mutating func redo() {
        guard let change = redoable.popLast() else { return }
        characters.replaceSubrange(change.start..<change.start + change.removed.count, with: change.inserted)
        cursor = change.cursorAfter
        anchor = nil
        undoable.append(change)
        preferredColumn = nil
    }

    // MARK: Changing

    /// The one place where text changes. The neighbours of the range are segmented again with the new text, so that a
    /// combining mark typed after its letter joins it.
    private mutating func replace(_ range: Range<Int>, with text: String, isTyping: Bool) {
        let text = Self.cleaned(text, isMultiline: isMultiline)
        let cursorBefore = cursor
        let start = max(range.lowerBound - 1, 0)
        let end = min(range.upperBound + 1, characters.count)
        let head = String(characters[start..<range.lowerBound]) + text
        let inserted = Array(head + String(characters[range.upperBound..<end]))
        let change = Change(
            start: start, removed: Array(characters[start..<end]), inserted: inserted, cursorBefore: cursorBefore,
            cursorAfter: start + Self.index(in: inserted, afterScalars: head.unicodeScalars.count), isTyping: isTyping)
        guard change.removed != change.inserted else { return }
        characters.replaceSubrange(start..<end, with: inserted)
        cursor = change.cursorAfter
        anchor = nil
        preferredColumn = nil
        redoable = []
        remember(change)
    }

    /// Joins a typed letter to the word before it, so that one undo removes a word.
    private mutating func remember(_ change: Change) {
        if change.isTyping, let last = undoable.last, last.isTyping, last.cursorAfter == change.cursorBefore,
            change.start >= last.start, change.start + change.removed.count == last.start + last.inserted.count
        {
            let kept = change.start - last.start
            undoable[undoable.count - 1].inserted = Array(last.inserted[..<kept]) + change.inserted
            undoable[undoable.count - 1].cursorAfter = change.cursorAfter
            return
        }
        undoable.append(change)
        if undoable.count > Self.undoLimit { undoable.removeFirst() }
    }

    private mutating func closeTyping() {
        if !undoable.isEmpty { undoable[undoable.count - 1].isTyping = false }
    }

    /// The cluster index after the first `count` scalars; inside a cluster it is the cluster's end.
    private static func index(in characters: [Character], afterScalars count: Int) -> Int {
        var scalars = 0
        for (index, character) in characters.enumerated() {
            if scalars >= count { return index }
            scalars += character.unicodeScalars.count
        }
        return characters.count
    }

    /// CR and CRLF become LF, TAB a space; other control characters vanish.
    private static func cleaned(_ text: String, isMultiline: Bool) -> String {
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\r": scalars.append(isMultiline ? "\n" : " ")
            case "\n" where previous == "\r": break
            case "\n": scalars.append(isMultiline ? "\n" : " ")
            case "\t": scalars.append(" ")
            default:
                if scalar.properties.generalCategory != .control { scalars.append(scalar) }
            }
        }
        return String(scalars)
    }

    // MARK: Words and lines

    private func wordStart(before index: Int) -> Int {
        var place = index
        while place > 0, !Self.isWord(characters[place - 1]) { place -= 1 }
        while place > 0, Self.isWord(characters[place - 1]) { place -= 1 }
        return place
    }

    private func wordEnd(after index: Int) -> Int {
        var place = index
        while place < characters.count, !Self.isWord(characters[place]) { place += 1 }
        while place < characters.count, Self.isWord(characters[place]) { place += 1 }
        return place
    }

    private func lineStart(of index: Int) -> Int {
        var place = index
        while place > 0, characters[place - 1] != "\n" { place -= 1 }
        return place
    }

    private func lineEnd(of index: Int) -> Int {
        var place = index
        while place < characters.count, characters[place] != "\n" { place += 1 }
        return place
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
