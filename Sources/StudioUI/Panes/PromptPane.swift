import Generation
import StudioCore
package import TerminalKit

/// The prompt's editor, with the negative prompt below.
package enum PromptPane: Pane {
    package static let kind = PaneKind.prompt

    package static func detail(_ state: StudioState, width: Int) -> String {
        let words = state.prompt.text.split(whereSeparator: \.isWhitespace).count
        let drafts = state.form.draftCount(prompt: state.prompt.text)
        let makes = drafts == 1 ? "" : drafts > Batch.limit ? "makes too many  " : "makes \(drafts)  "
        let long = makes + "\(words) word\(words == 1 ? "" : "s")"
        let short = makes + "\(words) w"
        // The pane's own name stands left of it.
        let room = width - 15
        guard let tokens = state.tokens, !state.prompt.isEmpty else { return width < 44 ? short : long }
        let share = "\(tokens.used) of \(tokens.limit)"
        let texts =
            tokens.used > tokens.limit
            ? ["\(share): the end is ignored", "\(share): end is ignored", "\(share)!"]
            : ["\(long), \(share) tokens", "\(long) \(tokens.used) tokens", "\(short) \(tokens.used) tok"]
        return texts.first { $0.count <= room } ?? texts[2]
    }

    package static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let rows = negativeRows(state, height: canvas.height)
        let (text, below) = canvas.bounds.inset(columns: 1, rows: 0).splitBottom(rows)
        let isTyping = state.focus == .prompt && state.overlays.isEmpty
        canvas.within(text) { canvas in
            draw(
                state.prompt, readEnd: state.readEnd, hasCursor: isTyping && !state.isNegativeOpen, state.look,
                on: &canvas)
            if state.prompt.isEmpty {
                let lines = TextWrap.lines("Describe the clip; Enter makes a draft.", columns: canvas.width)
                for (row, line) in lines.enumerated() { canvas.write(line, x: 0, y: row, style: state.look.dim) }
            } else {
                drawTail(state, on: &canvas)
            }
        }
        canvas.within(below) { canvas in drawNegative(state, hasCursor: isTyping, on: &canvas) }
    }

    /// The first row shown, so that the cursor's row is in view.
    static func top(of layout: TextLayout, cursor: Int, rows: Int) -> Int {
        max(layout.position(of: cursor).row - max(rows, 1) + 1, 0)
    }

    /// `readEnd` is where the model stops reading; nil: it reads all.
    private static func draw(
        _ editor: TextEditor, readEnd: Int? = nil, hasCursor: Bool, _ look: Look, on canvas: inout Canvas
    ) {
        let layout = TextLayout(editor.characters, width: canvas.width)
        let top = top(of: layout, cursor: editor.cursor, rows: canvas.height)
        for row in layout.rows.indices.dropFirst(top).prefix(canvas.height) {
            canvas.write(layout.text(ofRow: row), x: 0, y: row - top, style: look.text)
            restyle(readEnd.map { $0..<editor.characters.count }, row, layout, y: row - top, on: &canvas) {
                $0 = look.dim.underline
            }
            restyle(editor.selection, row, layout, y: row - top, on: &canvas) { $0 = look.selection }
        }
        guard hasCursor else { return }
        let place = layout.position(of: editor.cursor)
        canvas.placeCursor(x: place.column, y: place.row - top)
    }

    /// Changes the cells of the characters of `range` that stand in a row.
    private static func restyle(
        _ range: Range<Int>?, _ row: Int, _ layout: TextLayout, y: Int, on canvas: inout Canvas,
        _ change: (inout Style) -> Void
    ) {
        guard let range else { return }
        let part = range.clamped(to: layout.rows[row])
        guard !part.isEmpty else { return }
        let (start, end) = (layout.columns(before: part.lowerBound, row), layout.columns(before: part.upperBound, row))
        canvas.restyle(Rect(x: start, y: y, width: end - start, height: 1), change)
    }

    private static func negativeRows(_ state: StudioState, height: Int) -> Int {
        state.isNegativeOpen ? min(4, height / 2) : 1
    }

    /// The character under a cell of the screen, of the prompt or of the open negative one; nil outside both.
    static func place(
        atX x: Int, y: Int, in rect: Rect, _ state: StudioState
    ) -> (isNegative: Bool, index: Int)? {
        let inside = rect.inset()
        let (text, below) = inside.inset(columns: 1, rows: 0).splitBottom(negativeRows(state, height: inside.height))
        let isNegative = state.isNegativeOpen && y > below.y
        guard isNegative || y < below.y || state.drag == .selection else { return nil }
        let area = isNegative ? Rect(x: below.x, y: below.y + 1, width: below.width, height: below.height - 1) : text
        let editor = isNegative ? state.negative : state.prompt
        let layout = TextLayout(editor.characters, width: area.width)
        let top = top(of: layout, cursor: editor.cursor, rows: area.height)
        return (isNegative, layout.index(row: top + max(y - area.y, 0), column: max(x - area.x, 0)))
    }

    /// What the preset adds to the prompt, dim behind it where the row has room.
    private static func drawTail(_ state: StudioState, on canvas: inout Canvas) {
        let tail = state.form.values.promptTail
        guard !tail.isEmpty else { return }
        let layout = TextLayout(state.prompt.characters, width: canvas.width)
        let place = layout.position(of: state.prompt.characters.count)
        let top = top(of: layout, cursor: state.prompt.cursor, rows: canvas.height)
        guard place.row - top < canvas.height, place.column < canvas.width - 8 else { return }
        canvas.write(
            TextWidth.cut(tail, to: canvas.width - place.column - 1, mark: canvas.cutMark), x: place.column + 1,
            y: place.row - top, style: state.look.dim)
    }

    private static func drawNegative(_ state: StudioState, hasCursor: Bool, on canvas: inout Canvas) {
        let look = state.look
        if state.isNegativeOpen {
            canvas.write("negative:", x: 0, y: 0, style: look.accent)
            canvas.writeRight("Esc back", y: 0, style: look.key)
            canvas.within(Rect(x: 0, y: 1, width: canvas.width, height: canvas.height - 1)) { canvas in
                draw(state.negative, hasCursor: hasCursor, look, on: &canvas)
            }
            return
        }
        let text = state.negative.isEmpty ? "(none)" : state.negative.text.replacing("\n", with: " ")
        let key = state.keyName(.negativePrompt, in: kind)
        canvas.writeFitted("neg: " + text, x: 0, y: 0, columns: canvas.width - key.count - 1, style: look.dim)
        canvas.writeRight(key, y: 0, style: look.key)
    }
}
