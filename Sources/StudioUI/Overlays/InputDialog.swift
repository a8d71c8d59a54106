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
    }

    package var purpose: Purpose
    package var title: String
    package var hint: String
    package var editor: TextEditor
    /// Why the last text was refused.
    package var problem: String?
    /// Whether the first typed letter replaces the text.
    private var isFresh = true

    package init(_ purpose: Purpose, title: String, hint: String, text: String = "") {
        self.purpose = purpose
        self.title = title
        self.hint = hint
        editor = TextEditor(text, isMultiline: false)
        if case .tags = purpose { isFresh = false }
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
        case .character, .paste:
            if isFresh { editor.setText("") }
        default: break
        }
        isFresh = false
        problem = nil
        _ = editor.handle(key, bindings: state.bindings)
        return .stays
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
        case .tags: return text.count > 200 ? "200 characters are enough." : nil
        }
    }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let width = min(72, canvas.width - 2)
        let notes = TextWrap.lines(problem ?? hint, columns: width - 6)
        canvas.dialog(width: width, height: notes.count + 6, title: title, look: look) { canvas in
            let columns = canvas.width - 2
            let layout = TextLayout(editor.characters, width: columns)
            let place = layout.position(of: editor.cursor)
            canvas.fill(Rect(x: 1, y: 1, width: columns, height: 1), style: look.text.underline)
            canvas.write(layout.text(ofRow: place.row), x: 1, y: 1, style: look.text.underline, limit: columns)
            canvas.placeCursor(x: 1 + place.column, y: 1)
            for (row, line) in notes.enumerated() {
                canvas.write(line, x: 1, y: 2 + row, style: problem == nil ? look.dim : look.error)
            }
            var x = canvas.write("Enter", x: 1, y: notes.count + 3, style: look.key.bold)
            x = canvas.write(" take it   ", x: x, y: notes.count + 3, style: look.text)
            x = canvas.write("Esc", x: x, y: notes.count + 3, style: look.key.bold)
            canvas.write(" back", x: x, y: notes.count + 3, style: look.text)
        }
    }
}
