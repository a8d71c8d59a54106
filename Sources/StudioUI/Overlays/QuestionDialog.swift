package import TerminalKit

/// A question answered by one key.
package struct QuestionDialog: Sendable {
    package enum Purpose: Sendable, Equatable {
        case stopJob(Int)
        case quit
        case paste(String)
        case deletePreset(String)
        case batch([BatchDraft])
    }

    package struct Answer: Sendable {
        package var key: Character
        package var label: String

        package init(_ key: Character, _ label: String) {
            self.key = key
            self.label = label
        }
    }

    package var purpose: Purpose
    package var title: String
    package var lines: [String]
    /// The first is the one that Enter gives.
    package var answers: [Answer]

    package init(_ purpose: Purpose, title: String, lines: [String], answers: [Answer]) {
        self.purpose = purpose
        self.title = title
        self.lines = lines
        self.answers = answers
    }

    package func handle(_ key: Key) -> OverlayOutcome {
        switch key {
        case .escape: return .closes
        case .enter: return answers.first.map { .answers(.question(purpose, answer: $0.key)) } ?? .closes
        // The second Ctrl-C says yes to what the first one asked.
        case .control("c"): return answers.first.map { .answers(.question(purpose, answer: $0.key)) } ?? .closes
        case .character("n"): return .closes
        case .character(let character):
            let match = answers.first { $0.key == character }
            return match.map { .answers(.question(purpose, answer: $0.key)) } ?? .stays
        default: return .stays
        }
    }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let width = min(max((lines.map { TextWidth.width(of: $0) }.max() ?? 0) + 6, 48), 76, canvas.width - 2)
        let wrapped = lines.flatMap { TextWrap.lines($0, columns: width - 6) }
        let look = state.look
        canvas.dialog(width: width, height: wrapped.count + 5, title: title, look: look) { canvas in
            for (row, line) in wrapped.enumerated() { canvas.write(line, x: 1, y: row + 1, style: look.text) }
            var x = 1
            for answer in answers {
                x = canvas.write(String(answer.key), x: x, y: wrapped.count + 2, style: look.key.bold)
                x = canvas.write(" " + answer.label + "   ", x: x, y: wrapped.count + 2, style: look.text)
            }
            x = canvas.write("Esc", x: x, y: wrapped.count + 2, style: look.key.bold)
            canvas.write(" back", x: x, y: wrapped.count + 2, style: look.text)
        }
    }
}
