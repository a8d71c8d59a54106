package import TerminalKit

/// Every action by name: typed letters filter in order, Enter runs.
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
    }

    package private(set) var editor = TextEditor(isMultiline: false)
    package private(set) var selection = 0
    package let items: [Item]

    package init(_ state: StudioState) {
        let commands = Command.allCases.filter(\.isInPalette).map { command in
            Item(title: command.title, key: state.bindings.shownKey(for: command), effect: .command(command))
        }
        items = commands + state.themeNames.map { Item(title: "Theme " + $0, key: "", effect: .theme($0)) }
    }

    package var shown: [Item] {
        let wanted = editor.text.lowercased().filter { !$0.isWhitespace }
        guard !wanted.isEmpty else { return items }
        return items.compactMap { item in Self.score(item.title.lowercased(), wanted).map { (item, $0) } }
            .sorted { $0.1 < $1.1 }.map(\.0)
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

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        canvas.dialog(
            width: 66, height: min(20, canvas.height - 2), title: "Actions", detail: "\(shown.count) of \(items.count)",
            look: look
        ) { canvas in
            let x = canvas.write("Find: ", x: 0, y: 0, style: look.dim)
            canvas.write(editor.text, x: x, y: 0, style: look.text)
            canvas.placeCursor(x: min(x + TextWidth.width(of: editor.text), canvas.width - 1), y: 0)
            canvas.separator(y: 1, look: look)
            let rows = canvas.height - 2
            let top = max(min(selection - rows / 2, shown.count - rows), 0)
            for (row, item) in shown.dropFirst(top).prefix(rows).enumerated() {
                let isSelected = top + row == selection
                let style = isSelected ? look.selection : look.text
                canvas.listRow(y: row + 2, isSelected: isSelected, look: look)
                canvas.write((isSelected ? look.marker : " ") + " " + item.title, x: 0, y: row + 2, style: style)
                let keyX = canvas.width - item.key.count
                canvas.write(item.key, x: keyX, y: row + 2, style: isSelected ? style : look.key)
            }
            if shown.isEmpty { canvas.write("No action has these letters in this order.", x: 0, y: 2, style: look.dim) }
        }
    }
}
