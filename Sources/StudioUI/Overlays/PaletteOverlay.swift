package import TerminalKit

/// Every action by name, or those of one pane: typed letters filter in order, Enter runs.
package struct PaletteOverlay: Sendable {
    /// One thing that can be chosen.
    package struct Item: Sendable {
        package enum Effect: Sendable, Equatable {
            case command(Command)
            case theme(String)
        }

        package var title: String
        package var key: String
        package var effect: Effect
        /// The name in the keys file, which is found too; the same from a shell.
        package var name = ""
        package var shellCommand: String?
    }

    package private(set) var editor = TextEditor(isMultiline: false)
    package private(set) var selection = 0
    package let items: [Item]
    private let title: String

    package init(_ state: StudioState) {
        title = "Actions"
        let commands = Command.allCases.filter(\.isInPalette).map { Self.item($0, state) }
        items = commands + state.themeNames.map { Item(title: "Theme " + $0, key: "", effect: .theme($0)) }
    }

    /// What can be done in a pane, for the right mouse button.
    package init(_ state: StudioState, pane: PaneKind) {
        let draft = state.selectedDraft.map { "Draft \($0.id)" }
        let job = state.queue.selected.map { "Job \($0.id)" }
        switch pane {
        case .drafts: title = draft ?? pane.title
        case .queue: title = job ?? pane.title
        case .presets: title = state.presets.selected.map { "Preset \($0.name)" } ?? pane.title
        case .params: title = state.paramsPane.field.title
        case .prompt, .preview, .steps, .log: title = pane.title
        }
        items = Command.menu(of: pane).map { Self.item($0, state) }
    }

    private static func item(_ command: Command, _ state: StudioState) -> Item {
        Item(
            title: command.title, key: state.bindings.shownKey(for: command), effect: .command(command),
            name: command.rawValue.lowercased(), shellCommand: command.shellCommand)
    }

    package var shown: [Item] {
        let wanted = editor.text.lowercased().filter { !$0.isWhitespace }
        guard !wanted.isEmpty else { return items }
        return items.compactMap { item in
            let scores = [Self.score(item.title.lowercased(), wanted), Self.score(item.name, wanted)]
            return scores.compactMap { $0 }.min().map { (item, $0) }
        }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    /// How well letters fit, in order, lower is better; nil if they do not occur in this order. Letters that stand
    /// together and early count for more.
    private static func score(_ title: String, _ wanted: String) -> Int? {
        var score = 0
        var rest = wanted[...]
        var last = -1
        for (index, letter) in title.enumerated() {
            guard letter == rest.first else { continue }
            score += last >= 0 ? (index - last - 1) * 2 : index
            last = index
            rest = rest.dropFirst()
            if rest.isEmpty { return score }
        }
        return nil
    }

    package mutating func handle(_ key: Key, _ state: StudioState) -> OverlayOutcome {
        switch key {
        case .escape, .control("c"), .control("p"): return .closes
        case .up: selection = max(selection - 1, 0)
        case .down: selection = min(selection + 1, max(shown.count - 1, 0))
        case .pageUp: selection = max(selection - 10, 0)
        case .pageDown: selection = min(selection + 10, max(shown.count - 1, 0))
        case .enter:
            let shown = shown
            guard shown.indices.contains(selection) else { return .stays }
            switch shown[selection].effect {
            case .command(let command): return .performs(command)
            case .theme(let name): return .answers(.theme(name))
            }
        default:
            _ = editor.handle(key, bindings: state.bindings)
            selection = 0
        }
        return .stays
    }

    private func size(_ screen: (width: Int, height: Int)) -> (width: Int, height: Int) {
        (min(92, screen.width - 2), min(min(20, items.count + 4), screen.height - 2))
    }

    /// The first row shown.
    private func top(rows: Int) -> Int { max(min(selection - rows / 2, shown.count - rows), 0) }

    /// A click on a row runs it.
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
            width: size.width, height: size.height, title: title, detail: "\(shown.count) of \(items.count)",
            look: look
        ) { canvas in
            let x = canvas.write("Find: ", x: 0, y: 0, style: look.dim)
            canvas.write(editor.text, x: x, y: 0, style: look.text)
            canvas.placeCursor(x: min(x + TextWidth.width(of: editor.text), canvas.width - 1), y: 0)
            canvas.separator(y: 1, look: look)
            let rows = canvas.height - 2
            let top = top(rows: rows)
            for (row, item) in shown.dropFirst(top).prefix(rows).enumerated() {
                let isSelected = top + row == selection
                let style = isSelected ? look.selection : look.text
                canvas.listRow(y: row + 2, isSelected: isSelected, look: look)
                let room = canvas.width - item.key.count - 3
                let title = TextWidth.cut(item.title, to: room, mark: canvas.cutMark)
                canvas.write((isSelected ? look.marker : " ") + " " + title, x: 0, y: row + 2, style: style)
                draw(item, end: 2 + TextWidth.width(of: title), y: row + 2, isSelected, look, on: &canvas)
            }
            if shown.isEmpty { canvas.write("No action has these letters in this order.", x: 0, y: 2, style: look.dim) }
        }
    }

    /// The key, and left of it the command for a shell where there is room.
    private func draw(
        _ item: Item, end: Int, y: Int, _ isSelected: Bool, _ look: Look, on canvas: inout Canvas
    ) {
        let keyX = canvas.width - item.key.count
        canvas.write(item.key, x: keyX, y: y, style: isSelected ? look.selection : look.key)
        guard let command = item.shellCommand else { return }
        let x = canvas.width - 10 - command.count
        guard x > end + 1, x + command.count < keyX else { return }
        canvas.write(command, x: x, y: y, style: isSelected ? look.selection : look.dim)
    }
}
