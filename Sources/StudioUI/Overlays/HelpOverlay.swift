package import TerminalKit

/// The keys: those of the focused pane first, then all others.
package struct HelpOverlay: Sendable {
    /// A heading, or a key with its meaning.
    package enum Line: Sendable, Equatable {
        case heading(String)
        case key(String, String)
    }

    private static let keyColumns = 22

    private let all: [Line]
    package private(set) var scroll = 0
    package private(set) var filter = TextEditor(isMultiline: false)
    package private(set) var isFilterFocused = false

    package init(_ state: StudioState) {
        let pane = state.focus
        let prompt =
            Self.section("In the prompt", .prompt, state.bindings)
            + state.bindings.bindings(in: .afterControlX).map { binding in
                Line.key(binding.keys.map { "Ctrl-X " + $0.name }.joined(separator: ", "), binding.command.title)
            }
        var lines: [Line] = []
        lines += pane == .prompt ? prompt : Self.section(pane, state.bindings)
        lines += Self.section("Everywhere", .everywhere, state.bindings)
        lines += Self.section("Outside the prompt", .outsideText, state.bindings)
        if pane != .prompt { lines += prompt }
        for other in PaneKind.allCases where other != pane {
            lines += Self.section("In \(other.title)", .pane(other), state.bindings)
        }
        all = lines + Self.mouse
    }

    private static let mouse: [Line] = [
        .heading("Mouse"),
        .key("Click", "Focus a pane, choose a row, press a key below"),
        .key("Double click", "Open or apply; in the prompt: the word"),
        .key("Right click", "What can be done with the row"),
        .key("Wheel", "Scroll what is under the pointer"),
        .key("Drag", "Borders, the prompt's text, the clip's position"),
        .key("Shift", "Held down, the terminal's own selection"),
    ]

    package var lines: [Line] {
        let words = filter.text.lowercased().split(separator: " ")
        guard !words.isEmpty else { return all }
        return all.filter { line in
            guard case .key(let key, let title) = line else { return false }
            let text = (key + " " + title).lowercased()
            return words.allSatisfy { text.contains($0) }
        }
    }

    /// The keys of the focused pane, with those that mean the same elsewhere.
    private static func section(_ pane: PaneKind, _ bindings: KeyBindings) -> [Line] {
        let wanted = Command.keys(of: pane)
        let shared = bindings.bindings(in: .outsideText).filter { wanted.contains($0.command) }
        return section("In \(pane.title)", bindings.bindings(in: .pane(pane)) + shared)
    }

    private static func section(_ title: String, _ context: KeyContext, _ bindings: KeyBindings) -> [Line] {
        section(title, bindings.bindings(in: context))
    }

    private static func section(_ title: String, _ bindings: [KeyBinding]) -> [Line] {
        let rows = bindings.map { Line.key(keys($0), $0.command.title) }
        return rows.isEmpty ? [] : [.heading(title)] + rows
    }

    /// The names of a command's keys, as many as fit.
    private static func keys(_ binding: KeyBinding) -> String {
        var text = ""
        for name in binding.keys.map(\.name) {
            let next = text.isEmpty ? name : text + ", " + name
            guard next.count <= keyColumns else { break }
            text = next
        }
        return text
    }

    package mutating func handle(_ key: Key, _ state: StudioState) -> OverlayOutcome {
        if isFilterFocused {
            switch key {
            case .escape:
                filter.setText("")
                isFilterFocused = false
            case .enter: isFilterFocused = false
            default: _ = filter.handle(key, bindings: state.bindings)
            }
            scroll = 0
            return .stays
        }
        switch key {
        case .escape where !filter.isEmpty: filter.setText("")
        case .escape, .character("q"), .character("?"), .enter, .function(1), .control("c"): return .closes
        case .character("/"): isFilterFocused = true
        case .up, .character("k"): scroll -= 1
        case .down, .character("j"): scroll += 1
        case .pageUp: scroll -= 10
        case .pageDown, .character(" "): scroll += 10
        case .home: scroll = 0
        case .end: scroll = lines.count
        default: break
        }
        scroll = min(max(scroll, 0), max(lines.count - 8, 0))
        return .stays
    }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        canvas.dialog(
            width: min(78, canvas.width - 2), height: canvas.height - 2, title: "Help",
            detail: "/ filter   Up Down   Esc back", look: look
        ) { canvas in
            var top = 0
            if isFilterFocused || !filter.isEmpty {
                let x = canvas.write("/", x: 0, y: 0, style: look.key)
                canvas.write(filter.text, x: x, y: 0, style: look.text)
                if isFilterFocused { canvas.placeCursor(x: x + TextWidth.width(of: filter.text), y: 0) }
                top = 1
            }
            for (row, line) in lines.dropFirst(scroll).prefix(canvas.height - top).enumerated() {
                switch line {
                case .heading(let title): canvas.write(title, x: 0, y: top + row, style: look.title.bold)
                case .key(let keys, let title):
                    let start = Self.keyColumns + 3
                    canvas.writeFitted(keys, x: 2, y: top + row, columns: Self.keyColumns, style: look.key)
                    canvas.writeFitted(title, x: start, y: top + row, columns: canvas.width - start, style: look.text)
                }
            }
        }
    }
}
