package import TerminalKit

/// Text to read: a recipe, an error in full.
package struct CardOverlay: Sendable {
    package let title: String
    package let text: [String]
    private var scroll = 0

    package init(title: String, text: [String]) {
        self.title = title
        self.text = text
    }

    package mutating func handle(_ key: Key, _ state: StudioState) -> OverlayOutcome {
        switch key {
        case .escape, .enter, .character("q"), .character("m"), .control("c"): return .closes
        case .up, .character("k"): scroll -= 1
        case .down, .character("j"): scroll += 1
        case .pageUp: scroll -= 10
        case .pageDown, .character(" "): scroll += 10
        default: break
        }
        scroll = min(max(scroll, 0), max(lines(state.width).count - rows(state.width, state.height), 0))
        return .stays
    }

    private func width(_ screen: Int) -> Int { min(78, screen - 2) }
    private func lines(_ screen: Int) -> [String] {
        text.flatMap { TextWrap.lines($0, columns: width(screen) - 4) }
    }
    /// Rows of text in view.
    private func rows(_ width: Int, _ height: Int) -> Int { max(min(lines(width).count, height - 4), 1) }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let lines = lines(canvas.width)
        let rows = rows(canvas.width, canvas.height)
        let place = lines.count > rows ? "\(scroll + rows) of \(lines.count) lines   " : ""
        canvas.dialog(
            width: width(canvas.width), height: rows + 2, title: title, detail: place + "Esc back", look: look
        ) { canvas in
            for (row, line) in lines.dropFirst(scroll).prefix(canvas.height).enumerated() {
                canvas.write(line, x: 0, y: row, style: look.text)
            }
        }
    }
}
