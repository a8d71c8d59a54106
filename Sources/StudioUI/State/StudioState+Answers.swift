import Foundation
import Generation
package import StudioCore
import TerminalKit

/// What dialogs ask, and what their answers do.
extension StudioState {
    mutating func takeAnswer(_ purpose: QuestionDialog.Purpose, _ answer: Character) -> [StudioAction] {
        switch purpose {
        case .stopJob(let id) where answer == "e": return [.stopJobAfterStep(id)]
        case .goOn(let id):
            switch answer {
            case "R": return [.resumeJob(id)]
            case "w": return [.writePartial(id)]
            default:
                focus(on: .log)
                return []
            }
        case .otherState(let id): return [.resumeJobUsing(id, answer == "R" ? .any : .none)]
        case .otherFormat(var choice):
            guard let ending = Self.ending(answer) else { return [] }
            choice.fileName = (choice.fileName as NSString).deletingPathExtension + "." + ending
            return [.submitCommit(choice)]
        case .otherFormatOf(let id): return Self.ending(answer).map { [.resumeJobAs(id, ending: $0)] } ?? []
        case .dropJob(let id): return [.removeJob(id)]
        case .writeAgain(let id): return writeAgain(id, answer)
        case .emptyTrash(let id):
            withdrawWriteAgain(id)
            return [.emptyTrash(thenResume: id)]
        case .stopJob(let id):
            queue.change(id) { $0.state = .stopping }
            if run?.id == id { run?.phase = .stopping }
            let batch = queue.jobs.first { $0.id == id }?.batch
            guard answer == "a", let batch else { return [.stopJob(id)] }
            return queue.waiting(inBatch: batch.batch).map { .removeJob($0.id) } + [.stopJob(id)]
        case .batch(let drafts): return submit(drafts)
        case .badModel(let model): return answerModel(model, answer)
        case .quit: return answer == "s" ? stopAndQuit() : [.quit]
        case .paste(let text): return insert(text)
        case .clipPath(let text):
            return answer == "o" ? [.openFile(ClipPath.path(in: text) ?? text)] : insert(text)
        case .deletePreset(let name): return [.deletePreset(name)]
        }
    }

    // MARK: Models

    /// The model cannot be used: offers what helps, once for each.
    package mutating func modelRefused(_ model: String, reason: String) {
        guard refusedModel != model else { return }
        refusedModel = model
        say(reason, .error)
        let other = form.models.first { $0 != model }.map { [QuestionDialog.Answer("b", "use \($0) now")] } ?? []
        overlays.append(
            .question(
                QuestionDialog(
                    .badModel(model), title: "This model cannot be used", lines: [reason],
                    answers: other + [.init("m", "choose another"), .init("l", "what is in its folder")])))
    }

    package mutating func modelListed(_ model: String, files: [String]) {
        overlays.append(.card(CardOverlay(title: "In \(model)", text: files)))
    }

    private mutating func answerModel(_ model: String, _ answer: Character) -> [StudioAction] {
        switch answer {
        case "b":
            guard let other = form.models.first(where: { $0 != model }) else { return [] }
            form.values.model = other
            say("The model is \(other) now.")
            return [.estimate, .countTokens]
        case "m":
            ask(for: .model)
            return []
        default: return [.listModel(model)]
        }
    }

    mutating func takeInput(_ purpose: InputDialog.Purpose, _ text: String) -> [StudioAction] {
        switch purpose {
        case .field(let field):
            do {
                if let note = try form.set(field, to: text) { say(note, .warning) }
            } catch {
                say(error.description, .error)
            }
            return [.estimate]
        case .otherFolder(let id):
            withdrawWriteAgain(id)
            return [.resumeJobIn(id, folder: text)]
        case .presetName: return [.savePreset(text)]
        case .openFile: return [.openFile(text)]
        case .presetRename(let name): return [.renamePreset(name, to: text)]
        case .presetImport: return [.importPreset(text)]
        case .presetExport(let name): return [.exportPreset(name, to: text)]
        case .tags(let draft):
            let words = text.split { $0.isWhitespace || $0 == "," }.map { String($0.drop { $0 == "#" }) }
            let tags = Set(words.filter { !$0.isEmpty }).sorted()
            drafts.change(draft) { $0.tags = tags }
            return [.setTags(draft, tags)]
        }
    }

    private mutating func insert(_ text: String) -> [StudioAction] {
        var editor = editor
        editor.paste(text)
        self.editor = editor
        return [.countTokens]
    }

    private static func ending(_ answer: Character) -> String? {
        OutputTarget.choices.first { $0.key == answer }?.ending
    }

    /// This FFmpeg lacks the codec that a clip was to have: what it can write is offered.
    package mutating func offerFormats(_ purpose: QuestionDialog.Purpose, _ message: String) {
        overlays.append(
            .question(
                QuestionDialog(
                    purpose, title: "The clip cannot be written so", lines: [message],
                    answers: OutputTarget.choices.map { .init($0.key, $0.title) })))
    }

    // MARK: Clips with their settings

    /// Whether a pasted path names a clip was found out.
    package mutating func clipOffered(_ text: String, isClip: Bool) -> [StudioAction] {
        guard isClip else { return insert(text) }
        let name = ClipPath.path(in: text).map { String($0.split(separator: "/").last ?? "") } ?? text
        overlays.append(
            .question(
                QuestionDialog(
                    .clipPath(text), title: "A clip's path", lines: ["\(name) is a video on this machine."],
                    answers: [.init("i", "insert as text"), .init("o", "open its recipe")])))
        return []
    }

    mutating func askForFile() {
        let clips = drafts.all.compactMap { draft in
            if case .done(_, let file) = draft.commit { file.path(percentEncoded: false) } else { nil }
        }
        let hint = clips.isEmpty ? "The path of a video file." : "The path of a video file; Up and Down choose."
        overlays.append(
            .input(InputDialog(.openFile, title: "Open a clip with its settings", hint: hint, choices: clips)))
    }

    /// The recipe of a clip is looked at before it is loaded.
    package mutating func recipeRead(_ document: RecipeDocument, from file: String, missing: [String]) {
        overlays.append(.recipe(RecipeCard(document, file: file, missing: missing)))
    }

    mutating func load(_ document: RecipeDocument, from file: String, hasNewSeed: Bool) -> [StudioAction] {
        form.load(document.recipe, draft: nil)
        if hasNewSeed {
            form.setSeedMode(.random)
            form.drawSeed(using: &seeds)
        }
        prompt.setText(document.recipe.prompt)
        negative.setText(document.recipe.negative)
        say("In the form: prompt\(hasNewSeed ? ", settings, new seeds" : " and settings") of \(file)")
        return [.estimate, .countTokens]
    }

    /// The line under the cursor goes to the terminal's clipboard.
    mutating func copyLogLine() -> [StudioAction] {
        guard let line = log.selected else { return [] }
        say("Copied a line of the log.", .ok)
        return [.copy(line.time + " " + line.text)]
    }

    func presetNameProblem(_ name: String) -> String? {
        PresetName.problem(name).map { "The name " + $0 }
    }

    mutating func ask(for field: ParametersForm.Field) {
        overlays.append(
            .input(
                InputDialog(
                    .field(field), title: field.title, hint: field.hint, text: form.text(of: field))))
    }

    mutating func askToDeletePreset() {
        guard let preset = presets.selected else { return }
        guard preset.origin != PresetLibrary.Origin.shipped.rawValue else {
            say("The preset \(preset.name) ships with the program and stays.", .warning)
            return
        }
        overlays.append(
            .question(
                QuestionDialog(
                    .deletePreset(preset.name), title: "Remove preset?",
                    lines: ["\(preset.name) is deleted from the disk."],
                    answers: [.init("y", "remove it")])))
    }
}
