import Foundation
import Generation
package import StudioCore
package import TerminalKit

/// The recipe that a clip carries, before it is loaded.
package struct RecipeCard: Sendable {
    package let document: RecipeDocument
    package let file: String
    /// What the recipe names and this machine lacks.
    package let missing: [String]

    package init(_ document: RecipeDocument, file: String, missing: [String]) {
        self.document = document
        self.file = file
        self.missing = missing
    }

    package func handle(_ key: Key) -> OverlayOutcome {
        switch key {
        case .enter: return .answers(.recipe(document, file: file, hasNewSeed: false))
        case .character("l"): return .answers(.recipe(document, file: file, hasNewSeed: true))
        case .escape, .control("c"), .character("q"): return .closes
        default: return .stays
        }
    }

    private var lines: [String] {
        let recipe = document.recipe
        let made = document.made.map { "Made       " + String($0.ISO8601Format().prefix(10)) }
        let preset = document.preset.map { "Preset     \($0)" }
        let partial = document.partial.map { "Partial    the estimate after step \($0.done) of \($0.count)" }
        return RecipeLines.lines(recipe)
            + [partial, preset, made, document.seconds.map { "Took       " + Format.duration($0) }]
            .compactMap { $0 } + (missing.isEmpty ? [] : [""] + missing.map { "! " + $0 })
    }

    /// A long prompt is cut, so that what follows it stays in view.
    private func rows(columns: Int, height: Int, mark: String) -> [String] {
        let rest = lines.dropFirst().flatMap { TextWrap.lines($0, columns: columns) }
        let prompt = TextWrap.lines(document.recipe.prompt, columns: columns)
        let room = max(height - rest.count, 2)
        guard prompt.count > room else { return prompt + rest }
        return prompt.prefix(room - 1) + [TextWidth.cut(prompt[room - 1] + " " + mark, to: columns, mark: mark)] + rest
    }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let width = min(78, canvas.width - 2)
        let shown = rows(columns: width - 4, height: canvas.height - 6, mark: canvas.cutMark)
        let height = min(shown.count + 4, canvas.height - 2)
        let title = "\(document.kind.rawValue.capitalized) in \(file)"
        canvas.dialog(width: width, height: height, title: title, look: look) { canvas in
            for (row, line) in shown.prefix(canvas.height - 2).enumerated() {
                canvas.write(line, x: 0, y: row, style: line.hasPrefix("! ") ? look.warning : look.text)
            }
            var x = 0
            for (key, text) in [("Enter", " load it   "), ("l", " load with a new seed   "), ("Esc", " back")] {
                x = canvas.write(key, x: x, y: canvas.height - 1, style: look.key.bold)
                x = canvas.write(text, x: x, y: canvas.height - 1, style: look.text)
            }
        }
    }
}
