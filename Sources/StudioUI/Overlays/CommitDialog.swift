package import Foundation
package import Generation
package import Kernels
package import StudioCore
package import TerminalKit

/// The options of a commit, with what it will need.
package struct CommitDialog: Sendable {
    package enum Row: Int, CaseIterable, Sendable {
        case size, steps, guidance, precision, seed, buttons

        /// Where the row stands in the dialog.
        var y: Int { self == .buttons ? 9 : rawValue + 1 }
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

        /// `[ Commit ]`.
        var text: String { "[ \(title) ]" }
    }

    package let draft: Int
    package let draftRecipe: Recipe
    package private(set) var hr: PassSettings
    package private(set) var precision: Precision?
    package private(set) var seed: UInt32
    private let output: ResolvedPreset.OutputSettings
    private let date: Date
    package private(set) var row = Row.buttons
    package private(set) var button = Button.commit
    /// A seed that is being typed.
    private var seedEditor: TextEditor?
    /// Set once Enter was refused for want of memory.
    package private(set) var isRefused = false

    package init(
        draft: Int, recipe: Recipe, hr: PassSettings, precision: Precision?, output: ResolvedPreset.OutputSettings,
        date: Date
    ) {
        self.draft = draft
        draftRecipe = recipe
        self.hr = hr
        self.precision = precision
        seed = recipe.seed
        self.output = output
        self.date = date
    }

    /// The draft's recipe with these options: what the estimate is made for.
    package var recipe: Recipe {
        var recipe = draftRecipe
        recipe.hr = hr
        recipe.precision = precision
        recipe.seed = seed
        return recipe
    }

    /// Without folder.
    package var fileName: String {
        OutputName.name(template: output.name, recipe: recipe, kind: .commit, job: draft, date: date) + "."
            + output.format
    }

    package func choice(watches: Bool) -> CommitChoice {
        CommitChoice(draft: draft, hr: hr, precision: precision, seed: seed, fileName: fileName, watches: watches)
    }

    var isTypingSeed: Bool { seedEditor != nil }
    /// What Enter does in the present row.
    var enterTitle: String {
        switch row {
        case .seed: "type a seed"
        case .buttons: button.title.lowercased()
        case .size, .steps, .guidance, .precision: Button.commit.title.lowercased()
        }
    }
    var seedKeyTitle: String { isRefused ? "smaller" : "type a seed" }

    package var sizes: [VideoSize] { RecipeLimits.fittingSizes(forDraft: draftRecipe.lr.size) }

    // MARK: Keys

    package mutating func handle(_ key: Key, _ state: StudioState) -> OverlayOutcome {
        if seedEditor != nil {
            typeSeed(key, state)
            return .stays
        }
        switch key {
        case .escape, .control("c"): return .closes
        case .up, .backTab: row = Row(rawValue: row.rawValue - 1) ?? row
        case .down, .tab: row = Row(rawValue: row.rawValue + 1) ?? row
        case .left, .character("-"): change(by: -1)
        case .right, .character("+"): change(by: 1)
        case .enter where row == .seed, .character("s") where !isRefused:
            row = .seed
            seedEditor = TextEditor(isMultiline: false)
        case .enter: return choose(state)
        case .character("!") where isRefused:
            var choice = choice(watches: button == .watch)
            choice.startsAnyway = true
            return .answers(.commit(choice))
        case .character("s"):
            guard let fitting = state.commitEstimate?.fittingSize else { break }
            hr.size = fitting.size
            isRefused = false
        case .character("p") where isRefused && state.commitEstimate?.fittingWeights != nil:
            precision = .int8
            isRefused = false
        default: break
        }
        return .stays
    }

    /// A click chooses a row or presses a button.
    mutating func click(x: Int, y: Int, _ state: StudioState) -> OverlayOutcome {
        let inside = Dialog.inside(size, on: state)
        guard inside.contains(x: x, y: y), let row = Row.allCases.first(where: { $0.y == y - inside.y }) else {
            return .stays
        }
        self.row = row
        guard row == .buttons else { return .stays }
        var start = inside.x + Self.buttonsColumn
        for button in Button.allCases {
            if x >= start, x < start + button.text.count {
                self.button = button
                return choose(state)
            }
            start += button.text.count + 3
        }
        return .stays
    }

    private mutating func typeSeed(_ key: Key, _ state: StudioState) {
        switch key {
        case .escape, .control("c"): seedEditor = nil
        case .enter:
            // Nothing typed means the draft's own.
            if let text = seedEditor?.text { seed = text.isEmpty ? draftRecipe.seed : UInt32(text) ?? seed }
            seedEditor = nil
        case .character(let character) where !character.isASCII || !character.isNumber: break
        default:
            _ = seedEditor?.handle(key, bindings: state.bindings)
        }
    }

    private mutating func choose(_ state: StudioState) -> OverlayOutcome {
        if row == .buttons, button == .cancel { return .closes }
        if state.commitEstimate?.fit == .tooLarge {
            isRefused = true
            return .stays
        }
        return .answers(.commit(choice(watches: row == .buttons && button == .watch)))
    }

    private mutating func change(by step: Int) {
        isRefused = false
        switch row {
        case .size:
            let sizes = sizes
            guard !sizes.isEmpty else { return }
            let index = sizes.firstIndex(of: hr.size) ?? (step > 0 ? -1 : sizes.count)
            hr.size = sizes[min(max(index + step, 0), sizes.count - 1)]
        case .steps: hr.changeSteps(to: min(max(hr.steps + step, 1), 100))
        case .guidance: hr.guidance = min(max(hr.guidance + 0.5 * Float(step), 0), 30)
        case .precision:
            let choices: [Precision?] = [nil] + Precision.allCases
            let index = choices.firstIndex(of: precision) ?? 0
            precision = choices[min(max(index + step, 0), choices.count - 1)]
        case .seed: seed &+= UInt32(bitPattern: Int32(step))
        case .buttons: button = Button(rawValue: button.rawValue + step) ?? button
        }
    }

    // MARK: Drawing

    private static let buttonsColumn = 9

    private var size: (width: Int, height: Int) { (75, isRefused ? 17 : 12) }

    package func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        canvas.dialog(width: size.width, height: size.height, title: "Commit draft \(draft)", look: look) { canvas in
            write("Size", hr.size.description, .size, look, on: &canvas)
            write("Steps", String(hr.steps), .steps, look, on: &canvas)
            write("Guidance", Format.short(Double(hr.guidance)), .guidance, look, on: &canvas)
            write("Precision", precision?.rawValue ?? "auto", .precision, look, on: &canvas)
            write("Seed", seedEditor?.text ?? String(seed), .seed, look, on: &canvas)
            note(sizesText(columns: canvas.width - 26), .size, look, on: &canvas)
            note(
                "\(draftRecipe.frames) frames, \(Format.short(draftRecipe.fps)) fps", .steps, look, on: &canvas)
            note(seedNote, .seed, look, on: &canvas)
            if let seedEditor { canvas.placeCursor(x: 12 + seedEditor.cursor, y: Row.seed.y) }
            canvas.write("Needs", x: 1, y: 6, style: look.dim)
            canvas.write(needs(state), x: 12, y: 6, style: state.commitEstimate.map { look.fit($0.fit) } ?? look.text)
            canvas.write("File", x: 1, y: 7, style: look.dim)
            canvas.writeFitted(fileName, x: 12, y: 7, columns: canvas.width - 13, style: look.text)
            drawButtons(look, on: &canvas)
            if isRefused { drawRefusal(state, y: 11, on: &canvas) }
        }
    }

    private var seedNote: String {
        if seedEditor != nil { return "Enter takes it, empty the draft's own" }
        return seed == draftRecipe.seed ? "same as the draft; s types another" : "the draft has \(draftRecipe.seed)"
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
        let again = estimate.remakesDraft ? ", the draft again first" : ""
        return estimate.timeText + again + "    " + Format.share(estimate.neededBytes, of: estimate.availableBytes)
            + " " + estimate.fit.rawValue + disk
    }

    private func write(_ label: String, _ value: String, _ row: Row, _ look: Look, on canvas: inout Canvas) {
        let isSelected = row == self.row
        canvas.write(isSelected ? look.marker : " ", x: 0, y: row.y, style: look.focus)
        if isSelected { canvas.placeCursor(x: 12, y: row.y) }
        canvas.write(label, x: 1, y: row.y, style: look.dim)
        canvas.write(" \(value) ", x: 11, y: row.y, style: isSelected ? look.selection : look.text)
    }

    private func note(_ text: String, _ row: Row, _ look: Look, on canvas: inout Canvas) {
        canvas.writeFitted(text, x: 26, y: row.y, columns: canvas.width - 26, style: look.dim)
    }

    private func drawButtons(_ look: Look, on canvas: inout Canvas) {
        var x = Self.buttonsColumn
        for button in Button.allCases {
            let isSelected = row == .buttons && button == self.button
            if isSelected { canvas.placeCursor(x: x + 2, y: Row.buttons.y) }
            x = canvas.write(button.text, x: x, y: Row.buttons.y, style: isSelected ? look.selection : look.text) + 3
        }
    }

    /// What happened, the numbers that prove it, and what to press.
    private func drawRefusal(_ state: StudioState, y: Int, on canvas: inout Canvas) {
        guard let estimate = state.commitEstimate else { return }
        let look = state.look
        canvas.write(
            "Not started: \(hr.size), \(draftRecipe.frames) frames needs about \(Format.bytes(estimate.neededBytes)),",
            x: 1, y: y, style: look.error)
        let largest = estimate.largestPart.map { " The largest: \($0)." } ?? ""
        canvas.writeFitted(
            "\(Format.bytes(estimate.availableBytes)) is available.\(largest)", x: 1, y: y + 1,
            columns: canvas.width - 2, style: look.error)
        func share(_ choice: FormEstimate.Alternative) -> String { "(\(Format.bytes(choice.neededBytes)))" }
        let smaller = estimate.fittingSize.map { [("s", "\($0.size) \(share($0))")] } ?? []
        let lighter = estimate.fittingWeights.map { [("p", "int8 weights \(share($0))")] } ?? []
        let choices = smaller + lighter
        let start = canvas.write(choices.isEmpty ? "No size fits." : "Would fit: ", x: 1, y: y + 2, style: look.text)
        for (row, keys) in [(y + 2, choices), (y + 3, [("!", "start anyway"), ("Esc", "back")])] {
            var x = row == y + 2 ? start : 1
            for (key, text) in keys {
                x = canvas.write(key, x: x, y: row, style: look.key.bold)
                x = canvas.write(" \(text)   ", x: x, y: row, style: look.text)
            }
        }
    }
}
