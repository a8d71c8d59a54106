package import TerminalKit

/// Earlier prompts, filtered by words; Enter takes one.
package struct PromptSearch: SearchOverlay, Sendable {
    package private(set) var editor = TextEditor(isMultiline: false)
    package internal(set) var selection = 0
    private let texts: [String]

    let title = "Earlier prompts"
    let nothingFound = "No earlier prompt has these words."
    var allCount: Int { texts.count }

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

    func size(_ screen: (width: Int, height: Int)) -> (width: Int, height: Int) { (76, min(18, screen.height - 2)) }

    func draw(_ text: String, y: Int, isSelected: Bool, _ look: Look, on canvas: inout Canvas) {
        canvas.writeFitted(
            text.replacing("\n", with: " "), x: 0, y: y, columns: canvas.width,
            style: isSelected ? look.selection : look.text)
    }
}
