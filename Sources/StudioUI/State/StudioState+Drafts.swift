import Foundation
import Generation
import Kernels
import StudioCore
import TerminalKit

/// What is done with drafts.
extension StudioState {
    /// The selected draft; what it takes to have one is said where there is none.
    private mutating func draftForCommand() -> DraftEntry? {
        if selectedDraft == nil { say("No draft is selected. Enter in the prompt makes one.", .warning) }
        return selectedDraft
    }

    /// Drafts that were read while commits of theirs wait or run.
    package mutating func noteOpenCommits() {
        for job in queue.jobs where job.kind == .commit {
            guard let draft = job.draft, job.state == .waiting || job.state == .running else { continue }
            drafts.change(draft) { $0.commit = job.state == .running ? .running(job.id) : .waiting(job.id) }
        }
    }

    mutating func loadSelectedRecipe() {
        guard let draft = draftForCommand() else { return }
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
            if let id = trashed.popLast() { return [.restore(id)] }
            say("Nothing was moved to the trash since the start.", .warning)
            return []
        }
        if command == .copyCommand, focus == .params {
            return copyCommand(of: form.recipe(prompt: prompt.text, negative: negative.text))
        }
        guard let draft = draftForCommand() else { return [] }
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
            trashed.append(draft.id)
            say("Draft \(draft.id) is in the trash. u brings it back.")
            return [.trash(draft.id)] + (drafts.selected.map { show($0) } ?? [])
        case .copyCommand: return copyCommand(of: draft.recipe)
        default:
            overlays.append(.card(CardOverlay(title: "Recipe of draft \(draft.id)", text: draft.description)))
            return []
        }
    }

    private mutating func copyCommand(of recipe: Recipe) -> [StudioAction] {
        let text = recipe.commandLine
        say("Copied: \(text)")
        return [.copy(text)]
    }

    /// The newest clip of the selection, with the program that the desktop has for it.
    mutating func openOutput() -> [StudioAction] {
        guard let draft = draftForCommand() else { return [] }
        guard !isRemote else {
            say("This is another machine's terminal; its desktop does not show here. y copies the command.", .warning)
            return []
        }
        if case .done(_, let file) = draft.commit { return [.openOutput(file)] }
        return [.openOutput(draft.clip)]
    }
}

extension Recipe {
    /// The command that makes the same draft.
    fileprivate var commandLine: String {
        var words = ["turbo2k", "draft", Self.quoted(prompt), "--seed", String(seed)]
        words += ["--lr-size", lr.size.description, "--size", hr.size.description]
        words += ["--frames", String(frames), "--fps", Format.short(fps)]
        words += ["--steps", String(lr.steps), "--guidance", Format.short(Double(lr.guidance))]
        words += ["--hr-steps", String(hr.steps), "--hr-guidance", Format.short(Double(hr.guidance))]
        words += ["--model", Self.quoted(model)]
        if let precision { words += ["--precision", precision.rawValue] }
        if !negative.isEmpty { words += ["--negative", Self.quoted(negative)] }
        return words.joined(separator: " ")
    }

    private static func quoted(_ text: String) -> String {
        let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
        if plain, !text.isEmpty { return text }
        return "'" + text.replacing("\n", with: " ").replacing("'", with: "'\\''") + "'"
    }
}

extension DraftEntry {
    package var description: [String] {
        let clip: [String] =
            if case .done(_, let file) = commit { ["2K clip    \(file.path(percentEncoded: false))"] } else { [] }
        return RecipeLines.lines(recipe) + [
            "Took       \(Format.duration(seconds))",
            "Tags       \(tags.isEmpty ? "(none)" : tags.joined(separator: " "))",
        ] + clip + ["Folder     \(folder.path(percentEncoded: false))"]
    }
}

/// A recipe as lines to read.
enum RecipeLines {
    static func lines(_ recipe: Recipe) -> [String] {
        [
            recipe.prompt, "",
            "Negative   \(recipe.negative.isEmpty ? "(none)" : recipe.negative)",
            "Seed       \(recipe.seed)",
            "Frames     \(recipe.frames) at \(Format.short(recipe.fps)) fps",
            "Draft      " + text(recipe.lr),
            "Commit     " + text(recipe.hr),
            "Model      \(recipe.model), precision \(recipe.precision?.rawValue ?? "auto")",
        ]
    }

    private static func text(_ pass: PassSettings) -> String {
        let guidance = Format.short(Double(pass.guidance))
        return "\(pass.size), \(pass.steps) step\(pass.steps == 1 ? "" : "s"), guidance \(guidance)"
    }
}
