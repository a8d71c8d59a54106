package import Generation
package import Kernels
import StudioCore
package import TerminalKit

/// The options of a commit, with what it will need.
package struct CommitDialog: Sendable {
    package enum Row: Int, CaseIterable, Sendable {
        case size, steps, guidance, precision, buttons
    }

    package enum Button: Int, CaseIterable, Sendable {
        case commit, watch, cancel

        package var title: String {
            switch self {
            case .commit: "Commit"
            case .watch: "Commit and watch"
            case .cancel: "Cancel"
            }
        }
    }

    package let draft: Int
    package let draftRecipe: Recipe
    package private(set) var hr: PassSettings
    package private(set) var precision: Precision?
    package let fileName: String
    package private(set) var row = Row.buttons
    package private(set) var button = Button.commit
    /// Set once Enter was refused for want of memory.
    package private(set) var isRefused = false

    package init(draft: Int, recipe: Recipe, hr: PassSettings, precision: Precision?, fileName: String) {
        self.draft = draft
        draftRecipe = recipe
        self.hr = hr
        self.precision = precision
        self.fileName = fileName
    }

    /// The draft's recipe with these options: what the estimate is made for.
    package var recipe: Recipe {
        var recipe = draftRecipe
        recipe.hr = hr
        recipe.precision = precision
        return recipe
    }

    package var sizes: [VideoSize] { RecipeLimits.fittingSizes(forDraft: draftRecipe.lr.size) }

    package mutating func handle(_ key: Key, _ state: StudioState) -> OverlayOutcome {
        switch key {
        case .escape, .control("c"): return .closes
        case .up, .backTab: row = Row(rawValue: row.rawValue - 1) ?? row
        case .down, .tab: row = Row(rawValue: row.rawValue + 1) ?? row
        case .left, .character("-"): change(by: -1)
        case .right, .character("+"): change(by: 1)
        case .enter: return choose(state)
        case .character("!") where isRefused: return answer(watches: button == .watch)
        default: break
        }
        return .stays
    }

    private mutating func choose(_ state: StudioState) -> OverlayOutcome {
        if row == .buttons, button == .cancel { return .closes }
        if state.commitEstimate?.fit == .tooLarge {
            isRefused = true
            return .stays
        }
        return answer(watches: row == .buttons && button == .watch)
    }

    private func answer(watches: Bool) -> OverlayOutcome {
        .answers(
            .commit(
                CommitChoice(draft: draft, hr: hr, precision: precision, fileName: fileName, watches: watches)))
    }

    private mutating func change(by step: Int) {
        isRefused = false
        switch row {
        case .size:
            let sizes = sizes
            guard !sizes.isEmpty else { return }
            let index = sizes.firstIndex(of: hr.size) ?? (step > 0 ? -1 : sizes.count)
            hr.size = sizes[min(max(index + step, 0), sizes.count - 1)]
        case .steps: hr.steps = min(max(hr.steps + step, 1), 100)
        case .guidance: hr.guidance = min(max(hr.guidance + 0.5 * Float(step), 0), 30)
        case .precision:
            let choices: [Precision?] = [nil] + Precision.allCases
            let index = choices.firstIndex(of: precision) ?? 0
            precision = choices[min(max(index + step, 0), choices.count - 1)]
        case .buttons: button = Button(rawValue: button.rawValue + step) ?? button
        }
    }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        canvas.dialog(width: 75, height: isRefused ? 14 : 11, title: "Commit draft \(draft)", look: look) { canvas in
            let others = sizesText(columns: canvas.width - 26)
            write("Size", hr.size.description, .size, y: 1, look, on: &canvas)
            canvas.writeFitted(others, x: 26, y: 1, columns: canvas.width - 26, style: look.dim)
            write("Steps", String(hr.steps), .steps, y: 2, look, on: &canvas)
            write("Guidance", Format.short(Double(hr.guidance)), .guidance, y: 3, look, on: &canvas)
            write("Precision", precision?.rawValue ?? "auto", .precision, y: 4, look, on: &canvas)
            canvas.write("Seed \(draftRecipe.seed), the draft's", x: 26, y: 2, style: look.dim)
            canvas.write(
                "\(draftRecipe.frames) frames, \(Format.short(draftRecipe.fps)) fps", x: 26, y: 3, style: look.dim)
            canvas.write("Needs", x: 1, y: 5, style: look.dim)
            canvas.write(needs(state), x: 12, y: 5, style: state.commitEstimate.map { look.fit($0.fit) } ?? look.text)
            canvas.write("File", x: 1, y: 6, style: look.dim)
            canvas.writeFitted(fileName, x: 12, y: 6, columns: canvas.width - 13, style: look.text)
            drawButtons(look, y: 8, on: &canvas)
            if isRefused { drawRefusal(state, y: 10, on: &canvas) }
        }
    }

    /// The sizes that fit, those around the chosen one where there is no room for all.
    private func sizesText(columns: Int) -> String {
        let names = sizes.map(\.description)
        let room = max(columns / 11, 1)
        let chosen = sizes.firstIndex(of: hr.size) ?? 0
        let first = max(min(chosen - room / 2, names.count - room), 0)
        return names.dropFirst(first).prefix(room).joined(separator: "  ")
    }

    private func needs(_ state: StudioState) -> String {
        guard let estimate = state.commitEstimate else { return "not known yet" }
        let disk = estimate.diskBytes.map { "    \(Format.bytes($0)) disk" } ?? ""
        return estimate.timeText + "    " + Format.share(estimate.neededBytes, of: estimate.availableBytes)
            + " " + estimate.fit.rawValue + disk
    }

    private func write(
        _ label: String, _ value: String, _ row: Row, y: Int, _ look: Look, on canvas: inout Canvas
    ) {
        let isSelected = row == self.row
        canvas.write(isSelected ? look.marker : " ", x: 0, y: y, style: look.focus)
        canvas.write(label, x: 1, y: y, style: look.dim)
        canvas.write(" \(value) ", x: 11, y: y, style: isSelected ? look.selection : look.text)
    }

    private func drawButtons(_ look: Look, y: Int, on canvas: inout Canvas) {
        var x = 9
        for button in Button.allCases {
            let isSelected = row == .buttons && button == self.button
            x = canvas.write("[ \(button.title) ]", x: x, y: y, style: isSelected ? look.selection : look.text) + 3
        }
    }

    private func drawRefusal(_ state: StudioState, y: Int, on canvas: inout Canvas) {
        guard let estimate = state.commitEstimate else { return }
        let look = state.look
        canvas.write(
            "Not started: \(hr.size), \(draftRecipe.frames) frames needs about \(Format.bytes(estimate.neededBytes)),",
            x: 1, y: y, style: look.error)
        canvas.write("\(Format.bytes(estimate.availableBytes)) is available.", x: 1, y: y + 1, style: look.error)
        var x = canvas.write("!", x: 34, y: y + 1, style: look.key.bold)
        x = canvas.write(" start anyway   ", x: x, y: y + 1, style: look.text)
        x = canvas.write("Esc", x: x, y: y + 1, style: look.key.bold)
        canvas.write(" back", x: x, y: y + 1, style: look.text)
    }
}
