package import TerminalKit

/// Earlier prompts, filtered by words; Enter takes one.
package struct PromptSearch: Sendable {
    package private(set) var editor = TextEditor(isMultiline: false)
    package private(set) var selection = 0
    private let texts: [String]

    package init(_ history: PromptHistory) { texts = history.texts }

    package var shown: [String] {
        let words = editor.text.lowercased().split(separator: " ")
        return texts.filter { text in words.allSatisfy { text.lowercased().contains($0) } }
    }

    package mutating func handle(_ key: Key, _ state: StudioState) -> OverlayOutcome {
        switch key {
        case .escape, .control("c"): return .closes
        case .up: selection = max(selection - 1, 0)
        case .down, .control("r"): selection = min(selection + 1, max(shown.count - 1, 0))
        case .enter:
            let shown = shown
            return shown.indices.contains(selection) ? .answers(.prompt(shown[selection])) : .stays
        default:
            _ = editor.handle(key, bindings: state.bindings)
            selection = 0
        }
        return .stays
    }

    private func size(_ screen: (width: Int, height: Int)) -> (width: Int, height: Int) {
        (76, min(18, screen.height - 2))
    }

    private func top(rows: Int) -> Int { max(min(selection - rows / 2, shown.count - rows), 0) }

    /// A click on a prompt takes it.
    mutating func click(x: Int, y: Int, _ state: StudioState) -> OverlayOutcome {
        let inside = Dialog.inside(size((state.width, state.height)), on: state)
        let rows = inside.height - 2
        let row = y - inside.y - 2
        guard inside.contains(x: x, y: y), row >= 0, row < rows, top(rows: rows) + row < shown.count else {
            return .stays
        }
        selection = top(rows: rows) + row
        return handle(.enter, state)
    }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let size = size((canvas.width, canvas.height))
        canvas.dialog(
            width: size.width, height: size.height, title: "Earlier prompts",
            detail: "\(shown.count) of \(texts.count)", look: look
        ) { canvas in
            let x = canvas.write("Find: ", x: 0, y: 0, style: look.dim)
            canvas.write(editor.text, x: x, y: 0, style: look.text)
            canvas.placeCursor(x: min(x + TextWidth.width(of: editor.text), canvas.width - 1), y: 0)
            canvas.separator(y: 1, look: look)
            let rows = canvas.height - 2
            let top = top(rows: rows)
            for (row, text) in shown.dropFirst(top).prefix(rows).enumerated() {
                let isSelected = top + row == selection
                canvas.listRow(y: row + 2, isSelected: isSelected, look: look)
                canvas.writeFitted(
                    text.replacing("\n", with: " "), x: 0, y: row + 2, columns: canvas.width,
                    style: isSelected ? look.selection : look.text)
            }
            if shown.isEmpty { canvas.write("No earlier prompt has these words.", x: 0, y: 2, style: look.dim) }
        }
    }
}
