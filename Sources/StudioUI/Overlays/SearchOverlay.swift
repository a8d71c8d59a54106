import TerminalKit

/// An overlay in which typing narrows a list: a line for what is typed, and below it the rows that it leaves.
protocol SearchOverlay {
    associatedtype Row

    var editor: TextEditor { get }
    var selection: Int { get set }
    var shown: [Row] { get }
    /// How many rows there are when nothing is typed.
    var allCount: Int { get }
    var title: String { get }
    /// What stands in place of the rows where there are none.
    var nothingFound: String { get }

    func size(_ screen: (width: Int, height: Int)) -> (width: Int, height: Int)
    mutating func handle(_ key: Key, _ state: StudioState) -> OverlayOutcome
    func draw(_ row: Row, y: Int, isSelected: Bool, _ look: Look, on canvas: inout Canvas)
}

extension SearchOverlay {
    /// The first row that is seen.
    private func top(rows: Int) -> Int { max(min(selection - rows / 2, shown.count - rows), 0) }

    /// A click on a row takes it.
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

    func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let size = size((canvas.width, canvas.height))
        canvas.dialog(
            width: size.width, height: size.height, title: title, detail: "\(shown.count) of \(allCount)", look: look
        ) { canvas in
            let x = canvas.write("Find: ", x: 0, y: 0, style: look.dim)
            canvas.write(editor.text, x: x, y: 0, style: look.text)
            canvas.placeCursor(x: min(x + TextWidth.width(of: editor.text), canvas.width - 1), y: 0)
            canvas.separator(y: 1, look: look)
            let rows = canvas.height - 2
            let top = top(rows: rows)
            for (index, row) in shown.dropFirst(top).prefix(rows).enumerated() {
                let isSelected = top + index == selection
                canvas.listRow(y: index + 2, isSelected: isSelected, look: look)
                draw(row, y: index + 2, isSelected: isSelected, look, on: &canvas)
            }
            if shown.isEmpty { canvas.write(nothingFound, x: 0, y: 2, style: look.dim) }
        }
    }
}
