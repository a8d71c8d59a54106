package import TerminalKit

/// Text to read: a recipe, an error in full.
package struct CardOverlay: Sendable {
    package let title: String
    package let text: [String]
    package private(set) var scroll = 0

    package init(title: String, text: [String]) {
        self.title = title
        self.text = text
    }

    package mutating func handle(_ key: Key) -> OverlayOutcome {
        switch key {
        case .escape, .enter, .character("q"), .character("m"), .control("c"): return .closes
        case .up, .character("k"): scroll = max(scroll - 1, 0)
        case .down, .character("j"): scroll = min(scroll + 1, max(text.count - 1, 0))
        case .pageUp: scroll = max(scroll - 10, 0)
        case .pageDown: scroll = min(scroll + 10, max(text.count - 1, 0))
        default: break
        }
        return .stays
    }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let width = min(78, canvas.width - 2)
        let lines = text.flatMap { TextWrap.lines($0, columns: width - 4) }
        canvas.dialog(
            width: width, height: min(lines.count + 2, canvas.height - 2), title: title, detail: "Esc back", look: look
        ) { canvas in
            for (row, line) in lines.dropFirst(scroll).prefix(canvas.height).enumerated() {
                canvas.write(line, x: 0, y: row, style: look.text)
            }
        }
    }
}
