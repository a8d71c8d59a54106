import Foundation
import Generation
import TerminalKit

/// The prompt and the negative prompt.
extension StudioState {
    /// The editor that has the cursor.
    var editor: TextEditor {
        get { isNegativeOpen ? negative : prompt }
        set {
            if isNegativeOpen { negative = newValue } else { prompt = newValue }
        }
    }

    mutating func handlePrompt(_ key: Key) -> [StudioAction] {
        if isAfterControlX {
            isAfterControlX = false
            if let command = bindings.command(for: key, in: [.afterControlX]) { return perform(command) }
        }
        switch key {
        case .control("x"):
            isAfterControlX = true
            return []
        case .escape:
            if isNegativeOpen { isNegativeOpen = false } else { focus(on: .params) }
            return []
        case .paste(let text) where text.utf8.count > 64 << 10:
            overlays.append(
                .question(
                    QuestionDialog(
                        .paste(text), title: "Paste \(Format.bytes(text.utf8.count))?",
                        lines: ["That is much text for a prompt. The model reads its beginning only."],
                        answers: [.init("y", "paste it")])))
            return []
        case .paste(let text) where ClipPath.path(in: text) != nil: return [.offerClip(text)]
        case .up:
            moveInPrompt(by: -1)
            return []
        case .down:
            moveInPrompt(by: 1)
            return []
        default: break
        }
        var editor = editor
        if editor.handle(key, bindings: bindings) {
            self.editor = editor
            return []
        }
        guard let command = bindings.command(for: key, in: [.prompt, .everywhere]) else { return [] }
        return perform(command)
    }

    /// Where in the prompt the model stops reading; nil where it reads all.
    var readEnd: Int? {
        guard let read = tokens?.readCharacters else { return nil }
        let end = PromptChoices(prompt.text).sourceIndex(ofCharacter: read)
        return end < prompt.characters.count ? end : nil
    }

    mutating func editPrompt(_ command: Command) {
        var editor = editor
        switch command {
        case .selectUp, .selectDown:
            let width = promptColumns
            editor.select { _ = $0.moveVertically(by: command == .selectUp ? -1 : 1, width: width) }
        default: _ = editor.perform(command)
        }
        self.editor = editor
    }

    mutating func copySelection() -> [StudioAction] {
        guard let text = editor.selectedText else {
            say("Nothing is selected. Shift with the arrows selects.", .warning)
            return []
        }
        say("Copied \(text.count) character\(text.count == 1 ? "" : "s").")
        return [.copy(text)]
    }

    /// Columns of the prompt's text.
    var promptColumns: Int { max((layout.panes[.prompt]?.width ?? 40) - 4, 2) }

    /// Up on the first row and Down on the last walk through earlier prompts.
    private mutating func moveInPrompt(by rows: Int) {
        let width = promptColumns
        var editor = editor
        let moved = editor.moveVertically(by: rows, width: width)
        if !moved, !isNegativeOpen {
            let text = rows < 0 ? promptHistory.older(than: editor.text) : promptHistory.newer()
            if let text { editor.setText(text) }
        }
        self.editor = editor
    }
}
