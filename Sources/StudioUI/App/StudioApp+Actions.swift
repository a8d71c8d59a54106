import Foundation
import Generation
import Kernels
import StudioCore
import TerminalKit
import VideoIO

/// What the state asked for, carried out.
extension StudioApp {
    func perform(_ actions: [StudioAction]) {
        for action in actions { perform(action) }
    }

    private func perform(_ action: StudioAction) {
        switch action {
        case .submitDraft(let recipe, let preset): submitDraft(recipe, preset: preset)
        case .submitBatch(let drafts, let preset, let batch): submitBatch(drafts, preset: preset, batch: batch)
        case .submitCommit(let choice): submitCommit(choice)
        case .stopJob(let id): stop(id)
        case .stopJobAfterStep(let id): changeQueue(.stop(id, .afterStep))
        case .parkJob(let id): changeQueue(.stop(id, .park))
        case .removeJob(let id): changeQueue(.remove(id))
        case .resumeJob(let id): resume(id)
        case .resumeJobUsing(let id, let use): resume(id, using: use)
        case .resumeJobIn(let id, let folder): resume(id, in: folder)
        case .resumeJobAs(let id, let ending): resume(id, as: ending)
        case .writePartial(let id): writePartial(id)
        case .emptyTrash(let id): emptyTrash(thenResume: id)
        case .arrangeQueue(let jobs): changeQueue(.arrange(jobs))
        case .pauseQueue(let isPaused): changeQueue(.pause(isPaused))
        case .showSteps(let id): readSteps(id)
        case .showClip(let source, let file): loadClip(source, file)
        case .showFeatures(let draft): loadFeatures(draft: draft)
        case .look(let look): changeQueue(.look(look))
        case .loadSheet(let clips): loadSheet(clips)
        case .estimate: estimate()
        case .countTokens: countTokens()
        case .editText(let text): edit(text)
        case .applyPreset(let name): applyPreset(name)
        case .savePreset(let name): savePreset(name)
        case .deletePreset(let name):
            changePresets("Preset \(name) removed.") { library throws(StudioError) in
                try library.delete(name)
            }
        case .renamePreset(let name, let newName): renamePreset(name, to: newName)
        case .diffPreset(let name): diffPreset(name)
        case .importPreset(let path): importPreset(path)
        case .exportPreset(let name, let path): exportPreset(name, to: path)
        case .listModel(let model): listModel(model)
        case .setTheme(let name):
            if !setTheme(name) { state.say("There is no theme \(name).", .error) }
        case .star(let id, let isStarred): changeHistory { try $0.setStar(isStarred, of: id) }
        case .setTags(let id, let tags): setTags(tags, of: id)
        case .trash(let id): changeHistory { try $0.trash(id) }
        case .restore(let id): restore(id)
        case .copy(let text): copy(text)
        case .openFile(let path): open(path)
        case .offerClip(let text): offerClip(text)
        case .openOutput(let file): openWithDesktop(file)
        case .nextGraphics: nextGraphics()
        case .repaint: repaint()
        case .suspend: suspend()
        case .quit: if !options.ignoresQuitKeys { quit() }
        }
    }

    // MARK: Leaving

    /// Keeps the desk as that of a studio that was left as usual.
    func savePrompt() {
        do {
            try desk.save(SavedDesk(state, formWishes, process: nil))
        } catch {
            state.say("The prompt could not be kept for next time: \(error.localizedDescription)", .warning)
        }
    }

    /// - Returns: what somebody who left the form otherwise should know.
    func restoreDesk() -> String? {
        guard let saved = desk.load() else { return nil }
        saved.restore(&state)
        lostDesk = saved.wasLostInCrash ? saved : nil
        return saved.form.flatMap { restore($0) }
    }

    /// A preset or another model named on the command line comes before the form of last time.
    private func restore(_ form: SavedForm) -> String? {
        guard options.preset == nil, options.model == nil || options.model == form.model,
            form.isUsable(formWishes)
        else { return nil }
        var entry = try? presetLibrary.entry(named: form.preset).preset
        if let model = options.model { entry?.model = model }
        let preset = entry.flatMap { try? Self.resolved($0, settings, presetLibrary) }
        state.form.restore(form, over: preset ?? state.form.base)
        state.presets.select(named: state.form.base.name)
        let name = TextCleaning.shortened(TextCleaning.oneLine(form.preset), to: 40)
        return preset == nil ? "The preset \(name) is gone; the form keeps its values." : nil
    }

    /// Keeps what was typed, a second after it was: a crash loses no more.
    func saveDeskWhenDue() {
        if state.runningJob?.id != savedJob {
            savedJob = state.runningJob?.id
            deskDue = deskDue ?? state.now
        }
        guard let due = deskDue, state.now >= due else { return }
        deskDue = nil
        desk.saveSoon(SavedDesk(state, formWishes, process: ProcessInfo.processInfo.processIdentifier))
    }

    // MARK: Presets and themes

    static func entries(of library: PresetLibrary) -> [PresetEntry] {
        library.entries.map { entry in
            let resolved = try? library.resolved(entry.preset)
            let summary = resolved.map { "\($0.lr.size) -> \($0.hr.size)  \($0.frames)f" } ?? "cannot be used"
            return PresetEntry(
                name: entry.preset.name, about: entry.preset.about, origin: entry.origin.rawValue, summary: summary)
        }
    }

    func applyPreset(_ name: String) {
        do {
            let preset = try presetLibrary.entry(named: name).preset
            state.presetApplied(try Self.resolved(preset, settings, presetLibrary))
            perform(.estimate)
        } catch {
            state.say(error.description, .error)
        }
    }

    private func savePreset(_ name: String) {
        let values = state.form.values
        var preset = Preset(name: name, about: "", recipe: values.recipe(prompt: "", seed: 0))
        preset.negative = state.negative.text
        preset.promptTail = values.promptTail
        preset.output = .init(
            folder: values.output.folder, name: values.output.name, format: values.output.format, crf: values.output.crf
        )
        let saved = preset
        changePresets("Preset \(name) saved.") { library throws(StudioError) in _ = try library.save(saved) }
        if let kept = try? presetLibrary.entry(named: name).preset,
            let resolved = try? Self.resolved(kept, settings, presetLibrary)
        {
            state.form.apply(resolved)
        }
    }

    func changePresets(_ message: String, _ change: (inout PresetLibrary) throws(StudioError) -> Void) {
        do {
            try change(&presetLibrary)
            state.presets.replace(Self.entries(of: presetLibrary))
            state.say(message)
        } catch {
            state.say(error.description, .error)
        }
    }

    /// - Returns: whether there is a theme of that name.
    func setTheme(_ name: String) -> Bool {
        guard let theme = try? themeLibrary.theme(named: name) else {
            if state.look.depth == .mono, let first = themeLibrary.entries.first { adopt(first.theme) }
            return false
        }
        adopt(theme)
        return true
    }

    private func adopt(_ theme: Theme) {
        let wanted = settings.borders.flatMap { BorderKind(rawValue: $0.rawValue) }
        state.look = Look(theme, depth: screen.depth, borders: isUTF8 ? wanted : .ascii, background: background)
        state.themeName = theme.name
    }

    // MARK: Small things

    /// OSC 52, which works over ssh too.
    private func copy(_ text: String) {
        let encoded = Data(text.utf8).base64EncodedString()
        terminal.write("\u{1B}]52;c;\(encoded)\u{1B}\\")
    }

    func loadFacts() {
        let total = ProcessMemory.machineBytes
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: options.paths.home.path)
        state.facts = MachineFacts(
            usedBytes: total > 0 ? total - ProcessMemory.availableBytes : nil, totalBytes: total > 0 ? total : nil,
            freeDiskBytes: attributes?[.systemFreeSize] as? Int,
            threadCount: settings.threads ?? ProcessInfo.processInfo.activeProcessorCount,
            loadAverage: Self.loadAverage, coreCount: ProcessInfo.processInfo.activeProcessorCount,
            gigahertz: Self.gigahertz("scaling_cur_freq"), mostGigahertz: Self.gigahertz("cpuinfo_max_freq"))
    }

    /// Of the first core; nil where the system does not tell, as in most virtual machines.
    private static func gigahertz(_ name: String) -> Double? {
        let text = try? String(contentsOfFile: "/sys/devices/system/cpu/cpu0/cpufreq/\(name)", encoding: .utf8)
        return text.flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.map { $0 / 1e6 }
    }

    /// Of the last minute; nil where the system does not tell.
    private static var loadAverage: Double? {
        var loads = [0.0]
        return getloadavg(&loads, 1) == 1 ? loads[0] : nil
    }

    /// One count at a time, always of the newest text: a long prompt is counted many times over.
    func countTokens() {
        guard tokenTask == nil else { return countsAgain = true }
        let (service, mailbox) = (service, mailbox)
        let text = PromptChoices(state.prompt.text).first + state.form.values.promptTail
        let model = state.form.values.model
        tokenTask = Task.detached {
            // Without a tokenizer the title shows words alone; the model's own error comes with the first job.
            mailbox.post(.tokens(try? await service.tokenCount(of: text, model: model)))
        }
    }

    func take(_ length: PromptLength?) {
        state.tokens = length
        tokenTask = nil
        guard countsAgain else { return }
        countsAgain = false
        countTokens()
    }

    /// One estimate at a time, always of the newest form: a queue of short jobs asks for more than anybody sees.
    private func estimate() {
        estimateRequests += 1
        guard !isEstimating else { return }
        isEstimating = true
        let (service, mailbox, history, request) = (service, mailbox, history, estimateRequests)
        let recipe = state.recipeToEstimate
        let draft = state.draftToEstimate.map(options.paths.folder(ofJob:))
        Task.detached {
            do {
                let margin = ((try? history?.memoryMargin()) ?? MemoryMargin()).factor
                let plan = try await service.plan(recipe).multiplied(by: margin)
                let remakes = draft.map { !DraftFolder.hasLatent($0) } ?? false
                let estimator = try history?.estimator(for: recipe, plan: plan)
                var commit = FormEstimate(recipe, .commit, plan, estimator, remakesDraft: remakes)
                if draft != nil, commit.fit == .tooLarge { await commit.findFitting(recipe, service, margin) }
                let estimates = (draft: FormEstimate(recipe, .draft, plan, estimator), commit: commit)
                mailbox.post(.estimated(estimates, request: request))
            } catch  where JobFailure(error).exitCode == JobFailure.modelExitCode {
                mailbox.post(.modelRefused(recipe.model, reason: String(describing: error)))
                mailbox.post(.estimated(nil, request: request))
            } catch {
                mailbox.post(.problem(String(describing: error), .warning))
                mailbox.post(.estimated(nil, request: request))
            }
        }
    }

    func take(_ found: (draft: FormEstimate, commit: FormEstimate)?, request: Int) {
        isEstimating = false
        guard request == estimateRequests else { return estimate() }
        guard let found else { return }
        (state.draftEstimate, state.commitEstimate) = found
    }
}

extension FormEstimate {
    /// Bytes of H.264 per pixel and frame at the default quality; clips differ by a factor of three either way.
    private static let outputBytesPerPixel = 0.14

    init(
        _ recipe: Recipe, _ kind: GenerationResult.Kind, _ plan: GenerationPlan, _ estimator: TimeEstimator?,
        remakesDraft: Bool = false
    ) {
        let estimate = estimator?.job(recipe, kind: kind, remakesDraft: remakesDraft)
        var stages: [Stage: Double] = [:]
        for part in estimate?.parts ?? [] { stages[part.stage] = part.time?.seconds }
        let early = GenerationPlan.draftStages
        let pixels = Double(recipe.hr.size.width * recipe.hr.size.height * recipe.frames)
        self.init(
            time: estimate?.total, stages: stages, neededBytes: plan.peakBytes(of: kind),
            availableBytes: plan.availableBytes,
            diskBytes: kind == .commit ? Int(pixels * Self.outputBytesPerPixel) : nil,
            largestPart: Self.largestPart(of: plan.stages.filter { kind == .commit || early.contains($0.stage) }))
        self.remakesDraft = remakesDraft
    }

    /// Looks what of a commit would fit: plans alone, a few milliseconds each.
    fileprivate mutating func findFitting(
        _ recipe: Recipe, _ service: any GenerationService, _ margin: Double
    ) async {
        func needed(_ change: (inout Recipe) -> Void) async -> Int? {
            var other = recipe
            change(&other)
            guard let plan = try? await service.plan(other).multiplied(by: margin),
                plan.peakBytes <= plan.availableBytes
            else { return nil }
            return plan.peakBytes
        }
        let pixels = recipe.hr.size.width * recipe.hr.size.height
        let smaller = RecipeLimits.fittingSizes(forDraft: recipe.lr.size).filter { $0.width * $0.height < pixels }
        for size in smaller.reversed() {
            guard let bytes = await needed({ $0.hr.size = size }) else { continue }
            fittingSize = Alternative(size: size, neededBytes: bytes)
            break
        }
        guard recipe.precision != .int8, let bytes = await needed({ $0.precision = .int8 }) else { return }
        fittingWeights = Alternative(size: recipe.hr.size, neededBytes: bytes)
    }

    /// `hr activations 19.8 GiB`: the largest term of the stage that needs most.
    private static func largestPart(of stages: [GenerationPlan.StagePeak]) -> String? {
        guard let stage = stages.max(by: { $0.bytes < $1.bytes }),
            let term = stage.terms.max(by: { $0.bytes < $1.bytes })
        else { return nil }
        return "\(stage.stage.rawValue) \(term.name) \(Format.bytes(term.bytes))"
    }
}
