import Foundation
import Generation
import Kernels
import StudioCore
import TerminalKit

extension StudioState {
    // MARK: The prompt

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
    private var promptColumns: Int { max((layout.panes[.prompt]?.width ?? 40) - 4, 2) }

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

    // MARK: Lists

    /// Arrows and pages in the focused pane.
    mutating func move(_ command: Command) -> [StudioAction] {
        let step: Int
        switch command {
        case .up: step = -1
        case .down: step = 1
        case .pageUp: step = -8
        case .pageDown: step = 8
        case .first: step = -100_000
        case .last: step = 100_000
        case .left: return moveSideways(-1)
        case .right: return moveSideways(1)
        default: return []
        }
        switch focus {
        case .params: paramsPane.move(by: step)
        case .drafts:
            // In the strip a row holds as many drafts as fit; up and down go by one all the same.
            return moveDraft(by: step)
        case .queue: queue.move(by: step)
        case .presets: presets.move(by: step)
        case .log: log.move(by: step)
        case .preview where sheet != nil: moveInSheet(by: abs(step) == 1 ? step * sheetColumns : step)
        case .preview: preview.step(by: step.signum() * 8, now: now)
        case .prompt, .steps: break
        }
        return []
    }

    private mutating func moveSideways(_ step: Int) -> [StudioAction] {
        switch focus {
        case .preview where sheet != nil: moveInSheet(by: step)
        case .preview: preview.step(by: step, now: now)
        case .drafts: return moveDraft(by: step)
        case .params: form.step(paramsPane.field, by: step)
        default: break
        }
        return []
    }

    /// Selects an older (positive) or newer draft and shows it.
    mutating func moveDraft(by step: Int) -> [StudioAction] {
        guard drafts.move(by: step), let draft = drafts.selected else { return [] }
        return show(draft)
    }

    /// Brings a draft's clip to the preview.
    func show(_ draft: DraftEntry) -> [StudioAction] {
        [.showClip(.draft(draft.id), draft.clip)]
    }

    mutating func activate() -> [StudioAction] {
        switch focus {
        case .params: ask(for: paramsPane.field)
        case .drafts:
            guard let draft = selectedDraft else { return [] }
            preview.followsJob = false
            if case .done(let job, let file) = draft.commit, preview.clip?.source == .draft(draft.id) {
                return [.showClip(.commit(job), file)]
            }
            return show(draft)
        case .presets:
            guard let preset = presets.selected else { return [] }
            return [.applyPreset(preset.name)]
        case .queue: focus(on: .steps)
        case .preview where sheet != nil: return openFromSheet()
        case .preview: preview.setPlaying(!preview.isPlaying, now: now)
        case .steps: focus(on: .preview)
        case .prompt: return perform(.draft)
        case .log: break
        }
        return []
    }

    mutating func startFilter() {
        switch focus {
        case .drafts: drafts.setFilter(drafts.filter, isFocused: true)
        case .presets: presets.setFilter(presets.filter, isFocused: true)
        default:
            focus(on: .drafts)
            drafts.setFilter(drafts.filter, isFocused: true)
        }
    }

    mutating func changeValue(_ command: Command) {
        let field = paramsPane.field
        switch command {
        case .increase: form.step(field, by: 1)
        case .decrease: form.step(field, by: -1)
        default: form.reset(field)
        }
    }

    // MARK: The picture

    mutating func performOnPreview(_ command: Command) {
        switch command {
        case .playPause: preview.setPlaying(!preview.isPlaying, now: now)
        case .frameBack: preview.step(by: -1, now: now)
        case .frameForward: preview.step(by: 1, now: now)
        case .slower: preview.changeSpeed(by: -1, now: now)
        case .faster: preview.changeSpeed(by: 1, now: now)
        case .loop: preview.isLooping.toggle()
        case .follow:
            preview.followsJob.toggle()
            say(preview.followsJob ? "The preview follows the running job." : "The preview stays with the draft.")
        case .setReference:
            preview.setReference()
            if let draft = selectedDraft { say("Draft \(draft.id) is A. Choose another and press b.") }
        default:
            if preview.reference == nil {
                say("Press a on one draft first, then b on another.", .warning)
            } else {
                preview.comparesSideBySide = (layout.panes[.preview]?.width ?? 0) >= 62
                preview.toggleComparing(now: now)
            }
        }
    }

    // MARK: Drafts

    mutating func loadSelectedRecipe() {
        guard let draft = selectedDraft else { return }
        form.load(draft.recipe, draft: draft.id)
        prompt.setText(draft.recipe.prompt)
        negative.setText(draft.recipe.negative)
        say("Prompt and settings of draft \(draft.id) are in the form.")
    }

    mutating func lockSeedToSelection() {
        guard let draft = selectedDraft else {
            form.lockSeed(form.seed, draft: nil)
            say("Seed locked to \(form.seed).")
            return
        }
        form.lockSeed(draft.recipe.seed, draft: draft.id)
        say("Seed locked to \(draft.recipe.seed), that of draft \(draft.id).")
    }

    mutating func performOnDraft(_ command: Command) -> [StudioAction] {
        if command == .restore {
            guard let id = lastTrashed else { return [] }
            lastTrashed = nil
            return [.restore(id)]
        }
        guard let draft = selectedDraft else { return [] }
        switch command {
        case .star:
            drafts.change(draft.id) { $0.isStarred.toggle() }
            return [.star(draft.id, !draft.isStarred)]
        case .tag:
            let hint = "Words with spaces between; tag:word in the filter finds them."
            let text = draft.tags.map { $0 + " " }.joined()
            overlays.append(
                .input(InputDialog(.tags(draft.id), title: "Tags of draft \(draft.id)", hint: hint, text: text)))
            return []
        case .trash:
            drafts.remove(draft.id)
            lastTrashed = draft.id
            say("Draft \(draft.id) is in the trash. u brings it back.")
            return [.trash(draft.id)] + (drafts.selected.map { show($0) } ?? [])
        case .copyCommand:
            let text = draft.commandLine
            say("Copied: \(text)")
            return [.copy(text)]
        default:
            overlays.append(.card(CardOverlay(title: "Recipe of draft \(draft.id)", text: draft.description)))
            return []
        }
    }
}

extension DraftEntry {
    /// The command that makes the same draft.
    fileprivate var commandLine: String {
        let recipe = recipe
        var words = ["turbo2k", "draft", Self.quoted(recipe.prompt), "--seed", String(recipe.seed)]
        words += ["--lr-size", recipe.lr.size.description, "--size", recipe.hr.size.description]
        words += ["--frames", String(recipe.frames), "--fps", Format.short(recipe.fps)]
        words += ["--steps", String(recipe.lr.steps), "--guidance", Format.short(Double(recipe.lr.guidance))]
        words += ["--model", Self.quoted(recipe.model)]
        if !recipe.negative.isEmpty { words += ["--negative", Self.quoted(recipe.negative)] }
        return words.joined(separator: " ")
    }

    private static func quoted(_ text: String) -> String {
        let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
        if plain, !text.isEmpty { return text }
        return "'" + text.replacing("\n", with: " ").replacing("'", with: "'\\''") + "'"
    }

    fileprivate var description: [String] {
        let recipe = recipe
        return [
            recipe.prompt, "",
            "Negative   \(recipe.negative.isEmpty ? "(none)" : recipe.negative)",
            "Seed       \(recipe.seed)",
            "Frames     \(recipe.frames) at \(Format.short(recipe.fps)) fps",
            "Draft      \(recipe.lr.size), \(recipe.lr.steps) steps, guidance \(Format.short(Double(recipe.lr.guidance)))",
            "Commit     \(recipe.hr.size), \(recipe.hr.steps) steps, guidance \(Format.short(Double(recipe.hr.guidance)))",
            "Model      \(recipe.model), precision \(recipe.precision?.rawValue ?? "auto")",
            "Took       \(Format.duration(seconds))",
            "Tags       \(tags.isEmpty ? "(none)" : tags.joined(separator: " "))",
            "Folder     \(folder.path(percentEncoded: false))",
        ]
    }
}
