package import TerminalKit

/// A question answered by one key.
package struct QuestionDialog: Sendable {
    package enum Purpose: Sendable, Equatable {
        case stopJob(Int)
        /// A job was stopped by something else than the user.
        case goOn(Int)
        /// What was kept of a job is of other weights or another build.
        case otherState(Int)
        case dropJob(Int)
        /// A clip that could not be written.
        case writeAgain(Int)
        /// The trash goes for good before a clip is written again.
        case emptyTrash(thenWrite: Int)
        /// A commit in a format that cannot be written here.
        case otherFormat(CommitChoice)
        /// A job that found the same when it opened its file.
        case otherFormatOf(Int)
        case quit
        /// A model, by name or path, that cannot be used.
        case badModel(String)
        case paste(String)
        case deletePreset(String)
        /// A clip's path was pasted; the pasted text.
        case clipPath(String)
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

    private func width(_ screenWidth: Int) -> Int {
        let answerWidth = choices.reduce(0) { $0 + $1.text.count } + 4
        let widest = max((lines.map { TextWidth.width(of: $0) }.max() ?? 0) + 6, answerWidth, 48)
        return min(widest, 76, screenWidth - 2)
    }

    private func wrapped(_ width: Int) -> [String] { lines.flatMap { TextWrap.lines($0, columns: width - 6) } }

    /// The answers and the way back, as they stand in a row.
    private var choices: [(key: String, text: String)] {
        let all = answers.map { (String($0.key), $0.label) } + [("Esc", "back")]
        return all.map { ($0.0, "\($0.0) \($0.1)   ") }
    }

    /// A click on an answer gives it.
    func click(x: Int, y: Int, _ state: StudioState) -> OverlayOutcome {
        let width = width(state.width)
        let wrapped = wrapped(width)
        let inside = Dialog.inside((width, wrapped.count + 5), on: state)
        guard y == inside.y + wrapped.count + 2 else { return .stays }
        var start = inside.x + 1
        for (index, choice) in choices.enumerated() {
            defer { start += choice.text.count }
            guard x >= start, x < start + choice.text.count - 3 else { continue }
            return answers.indices.contains(index)
                ? .answers(.question(purpose, answer: answers[index].key)) : .closes
        }
        return .stays
    }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let width = width(canvas.width)
        let wrapped = wrapped(width)
        let look = state.look
        canvas.dialog(width: width, height: wrapped.count + 5, title: title, look: look) { canvas in
            for (row, line) in wrapped.enumerated() { canvas.write(line, x: 1, y: row + 1, style: look.text) }
            var x = 1
            canvas.placeCursor(x: x, y: wrapped.count + 2)
            for choice in choices {
                let next = canvas.write(choice.key, x: x, y: wrapped.count + 2, style: look.key.bold)
                canvas.write(
                    String(choice.text.dropFirst(choice.key.count)), x: next, y: wrapped.count + 2, style: look.text)
                x += choice.text.count
            }
        }
    }
}
