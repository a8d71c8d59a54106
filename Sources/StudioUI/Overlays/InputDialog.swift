import StudioCore
package import TerminalKit

/// One line of typed text with a purpose.
package struct InputDialog: Sendable {
    package enum Purpose: Sendable, Equatable {
        case field(ParametersForm.Field)
        case presetName
        case openFile
        case tags(Int)
        case presetRename(String)
        case presetImport
        case presetExport(String)
        /// Where the clip of a job is to be written instead.
        case otherFolder(Int)
    }

    package var purpose: Purpose
    package var title: String
    package var hint: String
    package var editor: TextEditor
    /// Why the last text was refused.
    package var problem: String?
    /// Texts that Up and Down put into the field.
    package let choices: [String]
    private var choice: Int?
    /// Whether the first typed letter replaces the text.
    private var isFresh = true

    /// Bytes of a paste that one line takes.
    private static let longestPaste = 64 << 10
    /// Choices in view.
    private static let choiceRows = 6

    package init(_ purpose: Purpose, title: String, hint: String, text: String = "", choices: [String] = []) {
        self.choices = choices
        self.purpose = purpose
        self.title = title
        self.hint = hint
        editor = TextEditor(text, isMultiline: false)
        if case .tags = purpose { isFresh = false }
        // Enter takes what is seen first.
        if text.isEmpty, !choices.isEmpty { choose(by: 1) }
    }

    package mutating func handle(_ key: Key, _ state: StudioState) -> OverlayOutcome {
        switch key {
        case .escape, .control("c"): return .closes
        case .enter:
            let text = editor.text
            if let reason = reason(against: text, state) {
                problem = reason
                return .stays
            }
            return .answers(.input(purpose, text))
        case .up where !choices.isEmpty, .down where !choices.isEmpty:
            choose(by: key == .down ? 1 : -1)
            return .stays
        case .paste(let text) where text.utf8.count > Self.longestPaste:
            problem = "That is too much text for one line."
            return .stays
        case .character, .paste:
            if isFresh { editor.setText("") }
        default: break
        }
        isFresh = false
        problem = nil
        _ = editor.handle(key, bindings: state.bindings)
        return .stays
    }

    private mutating func choose(by step: Int) {
        let next = min(max((choice ?? -1) + step, 0), choices.count - 1)
        choice = next
        editor.setText(choices[next])
        isFresh = true
        problem = nil
    }

    /// Why a text cannot be taken; nil if it can.
    private func reason(against text: String, _ state: StudioState) -> String? {
        switch purpose {
        case .field(let field):
            var form = state.form
            do {
                _ = try form.set(field, to: text)
                return nil
            } catch {
                return error.description
            }
        case .presetName, .presetRename: return state.presetNameProblem(text)
        case .presetImport, .presetExport: return text.isEmpty ? "Type the path of a file." : nil
        case .openFile: return text.isEmpty ? "Type the path of a clip." : nil
        case .otherFolder: return text.isEmpty ? "Type the path of a folder." : nil
        case .tags: return text.count > 200 ? "200 characters are enough." : nil
        }
    }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let width = min(72, canvas.width - 2)
        let notes = TextWrap.lines(problem ?? hint, columns: width - 6)
        let first = max(min((choice ?? 0) - Self.choiceRows / 2, choices.count - Self.choiceRows), 0)
        let shown = choices.dropFirst(first).prefix(Self.choiceRows)
        canvas.dialog(width: width, height: notes.count + shown.count + 6, title: title, look: look) { canvas in
            let columns = canvas.width - 2
            canvas.within(Rect(x: 1, y: 1, width: columns, height: 1)) { $0.field(editor, look: look) }
            for (row, line) in notes.enumerated() {
                canvas.write(line, x: 1, y: 2 + row, style: problem == nil ? look.dim : look.error)
            }
            for (row, text) in shown.enumerated() {
                let style = first + row == choice ? look.selection : look.text
                // Paths differ at their ends.
                let shown = TextWidth.cutStart(text, to: columns, mark: canvas.cutMark)
                canvas.writeFitted(shown, x: 1, y: 2 + notes.count + row, columns: columns, style: style)
            }
            let y = notes.count + shown.count + 3
            var x = canvas.write("Enter", x: 1, y: y, style: look.key.bold)
            x = canvas.write(" take it   ", x: x, y: y, style: look.text)
            x = canvas.write("Esc", x: x, y: y, style: look.key.bold)
            canvas.write(" back", x: x, y: y, style: look.text)
        }
    }
}
