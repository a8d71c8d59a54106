import Generation
package import TerminalKit

/// The drafts: a strip where the pane is low and wide, a list where it is narrow.
package enum DraftsPane: Pane {
    package static let kind = PaneKind.drafts
    private static let stripColumn = 27

    /// Cells of a thumbnail, which stands left of a card's text.
    private static let thumbnail = Rect(x: 3, y: 0, width: 11, height: 3)
    /// Narrower cards have text alone.
    private static let narrowestWithThumbnail = 40

    /// How the drafts are laid out.
    private enum Form {
        /// Three rows a draft, side by side.
        case strip
        /// One row a draft.
        case list
        /// Three rows a draft, one under the other.
        case cards
    }

    private static func form(width: Int, height: Int) -> Form {
        if width >= 96, height <= 6 { return .strip }
        return height >= 18 ? .cards : .list
    }

    package static func subtitle(_ state: StudioState) -> String {
        let drafts = state.drafts
        return drafts.filter.isEmpty && !drafts.isFilterFocused ? "" : "/" + drafts.filter.text
    }

    package static func detail(_ state: StudioState, width: Int) -> String {
        let count = "\(state.drafts.shown.count) of \(state.drafts.all.count)"
        let hints: [(Command, String)] = [(.filter, "filter"), (.star, "star"), (.trash, "delete"), (.restore, "undo")]
        guard width >= 70 else { return count + "  " + state.keyHints(Array(hints.prefix(2)), in: kind, gap: 2) }
        return count + "   " + state.keyHints(hints, in: kind, gap: 3)
    }

    package static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let shown = state.drafts.shown
        guard !shown.isEmpty else {
            let text = state.drafts.all.isEmpty ? "No drafts yet." : "No draft fits the filter. Esc clears it."
            canvas.write(text, x: 1, y: 0, style: state.look.dim)
            return
        }
        for (index, rect) in places(shown.count, width: canvas.width, height: canvas.height, state: state) {
            let entry = shown[index]
            let isSelected = entry.id == state.drafts.selectedID
            canvas.within(rect) { canvas in
                switch form(width: state.layout.panes[.drafts]?.width ?? canvas.width, height: canvas.height) {
                case .list where rect.height == 1: drawRow(entry, isSelected: isSelected, state, on: &canvas)
                default: drawCard(entry, isSelected: isSelected, state, on: &canvas)
                }
            }
        }
    }

    /// The drafts in view that are drawn with a small picture.
    static func thumbnailDrafts(_ state: StudioState) -> [DraftEntry] {
        guard let pane = state.layout.panes[.drafts] else { return [] }
        let (width, height) = (pane.width - 2, pane.height - 2)
        guard form(width: width, height: height) == .cards, width >= narrowestWithThumbnail else { return [] }
        let shown = state.drafts.shown
        return places(shown.count, width: width, height: height, state: state).map { shown[$0.0] }
    }

    /// The draft whose small picture moves: the selected one, where drafts have pictures.
    static func movingDraft(_ state: StudioState) -> DraftEntry? {
        thumbnailDrafts(state).first { $0.id == state.drafts.selectedID }
    }

    /// The draft under a cell of the inside.
    static func draft(x: Int, y: Int, width: Int, height: Int, state: StudioState) -> Int? {
        let shown = state.drafts.shown
        let place = places(shown.count, width: width, height: height, state: state)
            .first { $0.1.contains(x: x, y: y) }
        return place.map { shown[$0.0].id }
    }

    /// Indices of the drafts in view with their cells, so that the selected one is among them.
    private static func places(_ count: Int, width: Int, height: Int, state: StudioState) -> [(Int, Rect)] {
        let selected = state.drafts.selectedIndex ?? 0
        switch form(width: width, height: height) {
        case .strip:
            let columns = max(min(width / stripColumn, max(count, 3)), 1)
            let first = max(min(selected - columns / 2, count - columns), 0)
            let columnWidth = width / columns
            return (first..<min(first + columns, count)).map {
                ($0, Rect(x: ($0 - first) * columnWidth, y: 0, width: columnWidth, height: height))
            }
        case .list:
            let first = max(min(selected - height / 2, count - height), 0)
            return (first..<min(first + height, count)).map {
                ($0, Rect(x: 0, y: $0 - first, width: width, height: 1))
            }
        case .cards:
            let rows = max(height / 4, 1)
            let first = max(min(selected - rows / 2, count - rows), 0)
            return (first..<min(first + rows, count)).map {
                ($0, Rect(x: 0, y: ($0 - first) * 4, width: width, height: 3))
            }
        }
    }

    private static func head(_ entry: DraftEntry) -> String {
        let star = entry.isStarred ? "*" : " "
        return "\(entry.id)\(star) \(Format.clipLength(entry.clipSeconds)) \(Format.duration(entry.seconds))"
    }

    private static func drawRow(_ entry: DraftEntry, isSelected: Bool, _ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        canvas.listRow(y: 0, isSelected: isSelected && state.focus == .drafts, look: look)
        let style = isSelected && state.focus == .drafts ? look.selection : look.text
        let isFocused = isSelected && state.focus == .drafts
        canvas.write(isSelected ? look.marker : " ", x: 1, y: 0, style: isFocused ? style : look.focus)
        if isFocused, state.overlays.isEmpty, !state.drafts.isFilterFocused { canvas.placeCursor(x: 1, y: 0) }
        let number = String(repeating: " ", count: max(4 - String(entry.id).count, 0)) + head(entry)
        canvas.write(number, x: 2, y: 0, style: style)
        canvas.write(String(entry.recipe.seed), x: 21, y: 0, style: style)
        let commit = entry.commitText
        let room = canvas.width - 34 - (commit.isEmpty ? 0 : commit.count + 2)
        canvas.write(
            TextWidth.cut(words(entry), to: room, mark: canvas.cutMark), x: 33, y: 0, style: style)
        canvas.writeRight(commit, y: 0, style: isSelected && state.focus == .drafts ? style : look.ok, margin: 1)
    }

    private static func drawCard(_ entry: DraftEntry, isSelected: Bool, _ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let isFocused = isSelected && state.focus == .drafts
        if isFocused {
            canvas.fill(
                Rect(x: 0, y: 0, width: canvas.width, height: min(canvas.height, 3)), style: look.selection)
        }
        let style = isFocused ? look.selection : look.text
        let dim = isFocused ? look.selection : look.dim
        canvas.write(isSelected ? look.marker : " ", x: 1, y: 0, style: isFocused ? style : look.focus)
        if isFocused, state.overlays.isEmpty, !state.drafts.isFilterFocused { canvas.placeCursor(x: 1, y: 0) }
        let hasThumbnail = canvas.width >= narrowestWithThumbnail && canvas.height == thumbnail.height
        if hasThumbnail { drawThumbnail(entry, state, on: &canvas) }
        let left = hasThumbnail ? thumbnail.endX + 1 : 3
        canvas.write(head(entry), x: left, y: 0, style: isSelected ? style.bold : style)
        let room = canvas.width - left - 1
        canvas.write(TextWidth.cut(words(entry), to: room, mark: canvas.cutMark), x: left, y: 1, style: style)
        let isLocked = state.form.isSeedLocked && state.form.seed == entry.recipe.seed
        let size = canvas.width - left >= 49 ? "  \(entry.recipe.lr.size)  \(entry.recipe.frames)f" : ""
        let note = [entry.commitText, isLocked ? "locked" : ""].filter { !$0.isEmpty }.joined(separator: " ")
        let end = canvas.write("seed \(entry.recipe.seed)\(size)  ", x: left, y: 2, style: dim)
        canvas.write(
            TextWidth.cut(note, to: canvas.width - end - 1, mark: canvas.cutMark), x: end, y: 2,
            style: isFocused ? style : look.ok)
    }

    private static func drawThumbnail(_ entry: DraftEntry, _ state: StudioState, on canvas: inout Canvas) {
        guard let frame = state.thumbnail(of: entry.id) else { return }
        let look = state.look
        let rect = PictureLayout.fit(
            width: frame.width, height: frame.height, in: thumbnail, cell: CellPixels(width: 1, height: 2))
        CellPicture.draw(frame, on: &canvas, in: rect, depth: look.depth, isASCII: look.isASCII, style: look.text)
    }

    private static func words(_ entry: DraftEntry) -> String {
        (entry.tags.map { "#" + $0 } + [entry.recipe.prompt.replacing("\n", with: " ")]).joined(separator: " ")
    }
}
