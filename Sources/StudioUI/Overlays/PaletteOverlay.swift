package import TerminalKit

/// Every action by name, or those of one pane: typed letters filter in order, Enter runs.
package struct PaletteOverlay: SearchOverlay, Sendable {
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
    package internal(set) var selection = 0
    package let items: [Item]
    let title: String
    let nothingFound = "No action has these letters in this order."
    var allCount: Int { items.count }

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

    func size(_ screen: (width: Int, height: Int)) -> (width: Int, height: Int) {
        (min(92, screen.width - 2), min(min(20, items.count + 4), screen.height - 2))
    }

    func draw(_ item: Item, y: Int, isSelected: Bool, _ look: Look, on canvas: inout Canvas) {
        let room = canvas.width - item.key.count - 3
        let title = TextWidth.cut(item.title, to: room, mark: canvas.cutMark)
        canvas.write(
            (isSelected ? look.marker : " ") + " " + title, x: 0, y: y, style: isSelected ? look.selection : look.text)
        drawKey(of: item, end: 2 + TextWidth.width(of: title), y: y, isSelected, look, on: &canvas)
    }

    /// The key, and left of it the command for a shell where there is room.
    private func drawKey(
        of item: Item, end: Int, y: Int, _ isSelected: Bool, _ look: Look, on canvas: inout Canvas
    ) {
        let keyX = canvas.width - item.key.count
        canvas.write(item.key, x: keyX, y: y, style: isSelected ? look.selection : look.key)
        guard let command = item.shellCommand else { return }
        let x = canvas.width - 10 - command.count
        guard x > end + 1, x + command.count < keyX else { return }
        canvas.write(command, x: x, y: y, style: isSelected ? look.selection : look.dim)
    }
}
