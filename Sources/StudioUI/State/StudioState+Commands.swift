import Foundation
import Generation
import StudioCore
import TerminalKit

extension StudioState {
    /// Carries out a command, whatever key, click or palette row it came from.
    package mutating func perform(_ command: Command) -> [StudioAction] {
        switch command {
        case .draft: return startDraft()
        case .commit: return startCommit(asksFirst: false)
        case .commitOptions: return startCommit(asksFirst: true)
        case .stop: return askToStop()
        case .resume: return resumeSelected()
        case .removeJob: return removeSelected()
        case .moveJobUp: return moveJob(by: -1)
        case .moveJobDown: return moveJob(by: 1)
        case .pauseQueue: return pauseQueue()
        case .nextPane: moveFocus(by: 1)
        case .previousPane: moveFocus(by: -1)
        case .promptPane: focus(on: .prompt)
        case .paramsPane: focus(on: .params)
        case .previewPane: focus(on: .preview)
        case .stepsPane: focus(on: .steps)
        case .draftsPane: focus(on: .drafts)
        case .queuePane: focus(on: .queue)
        case .presetsPane: focus(on: .presets)
        case .logPane: focus(on: .log)
        case .palette: overlays.append(.palette(PaletteOverlay(self)))
        case .help: overlays.append(.help(HelpOverlay(self)))
        case .tour: showsTour = true
        case .searchPrompts: overlays.append(.prompts(PromptSearch(promptHistory)))
        case .repaint: return [.repaint]
        case .suspend: return [.suspend]
        case .leave: return [.quit]
        case .quit: return askToQuit()
        case .nextGraphics: return [.nextGraphics]
        case .nextArrangement: nextArrangement()
        case .nextTheme: return nextTheme()
        case .themePicker: overlays.append(.themes(ThemePicker(names: themeNames, current: themeName)))
        case .up, .down, .left, .right, .pageUp, .pageDown, .first, .last: return move(command)
        case .activate: return activate()
        case .filter: startFilter()
        case .fullPicture: toggleFullPicture()
        case .playPause, .frameBack, .frameForward, .slower, .faster, .loop, .follow, .setReference, .compare:
            performOnPreview(command)
        case .contactSheet: return toggleSheet()
        case .previousDraft: return moveDraft(by: 1)
        case .nextDraft: return moveDraft(by: -1)
        case .loadRecipe: loadSelectedRecipe()
        case .lockSeed: lockSeedToSelection()
        case .typeSeed: ask(for: .seed)
        case .randomSeed:
            form.unlockSeed()
            say("Every draft gets a new seed.")
        case .star, .tag, .trash, .restore, .copyCommand, .showRecipe: return performOnDraft(command)
        case .openFile:
            overlays.append(
                .input(
                    InputDialog(.openFile, title: "Open a clip with its settings", hint: "The path of a video file.")))
        case .increase, .decrease, .resetValue: changeValue(command)
        case .savePreset:
            overlays.append(
                .input(
                    InputDialog(
                        .presetName, title: "Save the form as a preset", hint: "1 to 40 characters.",
                        text: form.values.name)))
        case .deletePreset: askToDeletePreset()
        case .renamePreset, .diffPreset, .importPreset, .exportPreset: return performOnPreset(command)
        case .logLevel: log.nextLevel()
        case .externalEditor: return [.editText(editor.text)]
        case .copySelection: return copySelection()
        case .negativePrompt: isNegativeOpen.toggle()
        case .newline, .wordLeft, .wordRight, .lineStart, .lineEnd, .deleteBackward, .deleteForward,
            .killWordBackward, .killWordForward, .killToLineEnd, .killToLineStart, .yank, .undo, .redo, .selectLeft,
            .selectRight,
            .selectUp, .selectDown, .selectToLineStart, .selectToLineEnd:
            editPrompt(command)
        }
        return []
    }

    // MARK: Jobs

    private mutating func startDraft() -> [StudioAction] {
        guard !prompt.text.allSatisfy(\.isWhitespace) else {
            say("The prompt is empty.", .error)
            return []
        }
        if !form.isSeedLocked { form.showDrawnSeed(UInt32.random(in: 0...UInt32.max, using: &seeds)) }
        let count = form.draftCount(prompt: prompt.text)
        guard count <= Batch.limit else {
            let number = count == .max ? "far too many" : Format.grouped(count)
            say("That makes \(number) drafts; \(Batch.limit) is the most.", .error)
            return []
        }
        let drafts = form.drafts(prompt: prompt.text, negative: negative.text)
        do {
            for draft in drafts { try RecipeLimits.check(draft.recipe) }
        } catch {
            say(error.description, .error)
            return []
        }
        guard count > Batch.askAbove else { return submit(drafts) }
        let time = batchSeconds(count: count).map { "They take about \(Format.rough($0)). " } ?? ""
        overlays.append(
            .question(
                QuestionDialog(
                    .batch(drafts), title: "Make \(count) drafts?",
                    lines: [time + "They are made one after another, and can be stopped together."],
                    answers: [.init("y", "make them")])))
        return []
    }

    private mutating func submit(_ drafts: [BatchDraft]) -> [StudioAction] {
        promptHistory.add(prompt.text)
        showsTour = false
        guard drafts.count > 1 else {
            return drafts.map { .submitDraft($0.recipe, preset: form.values.name) }
        }
        let batch = Batch(id: (batches.last?.id ?? 0) + 1, labels: drafts.map(\.label))
        batches.append(batch)
        if preview.followsJob { sheet = ContactSheet(.batch(batch.id)) }
        say("A batch of \(drafts.count) drafts is entered.")
        return [.submitBatch(drafts, preset: form.values.name, batch: batch.id)]
    }

    /// What all drafts of the prompt take together; nil where the time of one is not known.
    package func batchSeconds(count: Int) -> Double? {
        guard let estimate = draftEstimate, let time = estimate.time else { return nil }
        let sampling = estimate.stages[.lr] ?? 0
        let steps = form.sweeps.steps
        let meanSteps = steps.isEmpty ? 1 : Double(steps.reduce(0, +)) / Double(steps.count * form.values.lr.steps)
        return (time.seconds - sampling + sampling * meanSteps) * Double(count)
    }

    private mutating func startCommit(asksFirst: Bool) -> [StudioAction] {
        guard let draft = selectedDraft else {
            say("There is no draft to commit. Enter in the prompt makes one.", .error)
            return []
        }
        var hr = form.values.hr
        if !RecipeLimits.fits(hr.size, draft: draft.recipe.lr.size) { hr = draft.recipe.hr }
        let dialog = CommitDialog(
            draft: draft.id, recipe: draft.recipe, hr: hr, precision: form.values.precision,
            fileName: commitFileName(draft, hr: hr))
        if !asksFirst, hasCommitted, commitEstimate?.fit != .tooLarge {
            return submitCommit(
                CommitChoice(
                    draft: draft.id, hr: hr, precision: form.values.precision, fileName: dialog.fileName, watches: false
                ))
        }
        overlays.append(.commit(dialog))
        return [.estimate]
    }

    private func commitFileName(_ draft: DraftEntry, hr: PassSettings) -> String {
        var recipe = draft.recipe
        recipe.hr = hr
        let name = OutputName.name(
            template: form.values.output.name, recipe: recipe, kind: .commit, job: draft.id, date: date)
        return name + "." + form.values.output.format
    }

    mutating func submitCommit(_ choice: CommitChoice) -> [StudioAction] {
        hasCommitted = true
        if choice.watches { preview.followsJob = true }
        return [.submitCommit(choice)]
    }

    private mutating func askToStop() -> [StudioAction] {
        guard let job = runningJob else {
            overlays.append(
                .question(
                    QuestionDialog(
                        .quit, title: "Quit?", lines: ["No job is running. The prompt is kept for next time."],
                        answers: [.init("y", "quit")])))
            return []
        }
        if job.state == .stopping {
            say("Job \(job.id) is stopping.")
            return []
        }
        let kept = run.flatMap { $0.id == job.id ? $0.savedStep : nil }
        let state = kept.map { "Its state after step \($0) is kept." } ?? "It has not finished a step yet."
        let rest = job.batch.map { queue.waiting(inBatch: $0.batch).count } ?? 0
        let whole: [QuestionDialog.Answer] = rest == 0 ? [] : [.init("a", "stop the whole batch")]
        overlays.append(
            .question(
                QuestionDialog(
                    .stopJob(job.id), title: "Stop job \(job.id)?",
                    lines: ["The \(job.kind.rawValue) is running. " + state],
                    answers: [.init("y", "stop it")] + whole)))
        return []
    }

    private mutating func askToQuit() -> [StudioAction] {
        guard let job = runningJob, !stopsOnQuit else { return [.quit] }
        overlays.append(
            .question(
                QuestionDialog(
                    .quit, title: "Quit?",
                    lines: ["Job \(job.id) is running. Quitting stops it; its state after the last step is kept."],
                    answers: [.init("s", "stop it and quit")])))
        return []
    }

    private mutating func resumeSelected() -> [StudioAction] {
        guard let job = queue.selected else { return [] }
        switch job.state {
        case .stopped, .failed: return [.resumeJob(job.id)]
        case .waiting, .running, .stopping, .done:
            say("Job \(job.id) is not stopped.", .warning)
            return []
        }
    }

    private mutating func removeSelected() -> [StudioAction] {
        guard let job = queue.selected else { return [] }
        switch job.state {
        case .running, .stopping: return askToStop()
        case .waiting:
            guard let batch = job.batch else { return [.removeJob(job.id)] }
            return queue.waiting(inBatch: batch.batch).map { .removeJob($0.id) }
        case .stopped, .failed, .done:
            queue.jobs.removeAll { $0.id == job.id }
            return []
        }
    }

    private mutating func moveJob(by step: Int) -> [StudioAction] {
        guard queue.selected?.state == .waiting else {
            say("Only a waiting job can be moved.", .warning)
            return []
        }
        return queue.moveSelected(by: step) ? [.arrangeQueue(queue.waitingIDs)] : []
    }

    private mutating func pauseQueue() -> [StudioAction] {
        queue.isPaused.toggle()
        let after = runningJob.map { " after job \($0.id)" } ?? ""
        say(queue.isPaused ? "The queue stands still\(after); P lets it go on." : "The queue goes on.")
        return [.pauseQueue(queue.isPaused)]
    }

    // MARK: Answers

    mutating func takeAnswer(_ purpose: QuestionDialog.Purpose, _ answer: Character) -> [StudioAction] {
        switch purpose {
        case .stopJob(let id):
            queue.change(id) { $0.state = .stopping }
            if run?.id == id { run?.phase = .stopping }
            let batch = queue.jobs.first { $0.id == id }?.batch
            guard answer == "a", let batch else { return [.stopJob(id)] }
            return queue.waiting(inBatch: batch.batch).map { .removeJob($0.id) } + [.stopJob(id)]
        case .batch(let drafts): return submit(drafts)
        case .quit: return [.quit]
        case .paste(let text):
            prompt.paste(text)
            return [.countTokens]
        case .deletePreset(let name): return [.deletePreset(name)]
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

    func presetNameProblem(_ name: String) -> String? {
        PresetName.problem(name).map { "The name " + $0 }
    }

    mutating func ask(for field: ParametersForm.Field) {
        overlays.append(
            .input(
                InputDialog(
                    .field(field), title: field.title, hint: field.hint, text: form.text(of: field))))
    }

    private mutating func askToDeletePreset() {
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

    // MARK: Screen

    private mutating func nextArrangement() {
        let all = Layout.Arrangement.allCases
        arrangement = all[(arrangement.rawValue + 1) % all.count]
        if layout.panes[focus] == nil { focus = layout.order.first ?? .prompt }
        say("Arrangement: \(arrangement.title)", .ok)
    }

    /// While the picture has the whole screen the keys are the preview's.
    private mutating func toggleFullPicture() {
        if isPictureFull {
            focus(on: focusBeforePicture)
        } else {
            focusBeforePicture = focus
            focus = .preview
            isPictureFull = true
        }
    }

    private mutating func nextTheme() -> [StudioAction] {
        guard !themeNames.isEmpty else { return [] }
        let index = themeNames.firstIndex(of: themeName) ?? -1
        return [.setTheme(themeNames[(index + 1) % themeNames.count])]
    }
}

extension ParametersForm.Field {
    /// What may be typed.
    fileprivate var hint: String {
        switch self {
        case .lrSize: "WIDTHxHEIGHT in pixels, multiples of 32, for example 512x288."
        case .hrSize: "WIDTHxHEIGHT of the draft's shape, for example 2560x1440."
        case .frames: "A multiple of 8, plus 1, for example 25 or 121."
        case .fps: "1 to 120."
        case .lrSteps: "1 to 100. Several, as 4,8,16, make a draft each."
        case .hrSteps: "1 to 100."
        case .lrGuidance, .hrGuidance:
            "0 to 30; 1 switches guidance off. Several for the draft, as 1,3,5, make a draft each."
        case .seed: "0 to 4294967295, or random. A range, as 41870..41877, makes a draft of each."
        case .count: "1 to 500: drafts with seeds that follow on each other."
        case .model: "The name of an installed model, or a path."
        case .precision: "auto, fp32, bf16 or int8."
        case .folder: "Where commits are written; ~ is your home."
        case .name: "Words in braces are filled in: {date} {slug} {seed} {kind} {size} {model} {job}."
        }
    }
}
