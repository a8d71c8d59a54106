import Foundation
import Generation
import StudioCore
import TerminalKit
import VideoIO

/// Jobs and the history: started in tasks of their own, told through the mailbox.
extension StudioApp {
    // MARK: History

    /// Opens the history away from the loop; until it is open, drafts wait.
    func openHistory() {
        let (paths, service, mailbox) = (options.paths, service, mailbox)
        do {
            let history = try History(paths: paths)
            self.history = history
            runner = JobRunner(service: service, history: history, paths: paths, metadata: settings.metadata)
            Task.detached {
                do {
                    mailbox.post(.historyLoaded(try StoredHistory.load(history)))
                } catch {
                    mailbox.post(.problem(String(describing: error), .error))
                }
            }
        } catch {
            state.say(error.description, .error)
        }
    }

    func changeHistory(_ change: @escaping @Sendable (History) throws -> Void) {
        guard let history else { return }
        let mailbox = mailbox
        Task.detached {
            do {
                try change(history)
            } catch {
                mailbox.post(.problem(String(describing: error), .error))
            }
        }
    }

    func setTags(_ tags: [String], of id: Int) {
        changeHistory { history in
            let former = try history.tags(of: id)
            for tag in former where !tags.contains(tag) { try history.removeTag(tag, from: id) }
            for tag in tags where !former.contains(tag) { try history.addTag(tag, to: id) }
        }
    }

    func restore(_ id: Int) {
        let mailbox = mailbox
        changeHistory { history in
            try history.restore(id)
            mailbox.post(.restored(DraftEntry(try history.job(id), commit: .none, tags: try history.tags(of: id))))
        }
    }

    // MARK: Starting

    func submitDraft(_ recipe: Recipe, preset: String) {
        start(draft: nil) { runner in try await runner.draft(recipe, preset: preset) }
    }

    /// Enters the drafts in their order; they run one after another.
    func submitBatch(_ drafts: [BatchDraft], preset: String, batch: Int) {
        guard let runner = openRunner() else { return }
        let mailbox = mailbox
        Task.detached {
            for (index, draft) in drafts.enumerated() {
                do {
                    let handle = try await runner.draft(draft.recipe, preset: preset)
                    let place = BatchPlace(batch: batch, index: index, count: drafts.count)
                    mailbox.post(.jobEntered(handle, draft: nil, batch: place))
                    Task.detached { await Self.follow(handle, mailbox) }
                } catch {
                    return mailbox.post(.submitFailed(error))
                }
            }
        }
    }

    func submitCommit(_ choice: CommitChoice) {
        let folder = options.paths.expanding(state.form.values.output.folder)
        let (crf, metadata) = (state.form.values.output.crf, state.form.metadata)
        start(draft: choice.draft) { runner in
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            } catch {
                throw StudioError.cannotWrite("The folder \(folder.path(percentEncoded: false)) cannot be made.")
            }
            let name = URL(filePath: choice.fileName)
            let file = OutputName.freeFile(
                named: name.deletingPathExtension().lastPathComponent, extension: name.pathExtension, in: folder)
            return try await runner.commit(
                draft: choice.draft, hr: choice.hr, precision: choice.precision, seed: choice.seed,
                output: JobOutput(file: file, crf: crf, metadata: metadata)
            )
        }
    }

    /// Goes on with a stopped or failed job from the state on its disk.
    func resume(_ id: Int) {
        guard let job = state.queue.jobs.first(where: { $0.id == id }) else { return }
        start(draft: job.draft) { runner in try await runner.resume(id) }
    }

    private func start(draft: Int?, _ submit: @escaping @Sendable (JobRunner) async throws -> JobHandle) {
        guard let runner = openRunner() else { return }
        let mailbox = mailbox
        Task.detached {
            do {
                let handle = try await submit(runner)
                mailbox.post(.jobEntered(handle, draft: draft, batch: nil))
                await Self.follow(handle, mailbox)
            } catch {
                mailbox.post(.submitFailed(error))
            }
        }
    }

    func changeGate(_ change: @escaping @Sendable (JobGate) async -> Void) {
        guard let gate = runner?.gate else { return }
        Task.detached { await change(gate) }
    }

    private func openRunner() -> JobRunner? {
        if runner == nil {
            state.say("The history is not open, so nothing can be kept. Nothing was started.", .error)
        }
        return runner
    }

    /// Passes on what a job tells until it ends.
    nonisolated private static func follow(_ handle: JobHandle, _ mailbox: Mailbox) async {
        do {
            for try await event in handle.events { mailbox.post(.job(event)) }
            mailbox.post(.jobEnded(handle.id, error: nil))
        } catch {
            mailbox.post(.jobEnded(handle.id, error: error))
        }
    }

    // MARK: News

    func handleNews(_ event: AppEvent) {
        switch event {
        case .jobEntered(let handle, let draft, let batch): entered(handle, draft: draft, batch: batch)
        case .job(let event): take(event)
        case .jobEnded(let id, let error): ended(id, error)
        case .submitFailed(let error): state.say(String(describing: error), .error)
        case .clip(let clip): state.clipLoaded(clip)
        case .thumbnail(let frame, let draft): state.thumbnails[draft] = frame
        case .sheetClip(let clip, let draft): state.sheetClipLoaded(clip, draft: draft)
        case .historyLoaded(let stored): adopt(stored)
        case .estimated(let draft, let commit, let request):
            guard request == estimateRequests else { return }
            state.draftEstimate = draft
            state.commitEstimate = commit
        case .thumbnailClip(let clip, let draft): state.movingThumbnail = (draft, clip)
        case .features(let pictures, let draft): state.featuresLoaded(pictures, draft: draft)
        case .featuresFailed(let text, let draft): state.featuresFailed(text, draft: draft)
        case .tokens(let length): take(length)
        case .recipe(let document, let name, let missing):
            state.recipeRead(document, from: name, missing: missing)
        case .clipOffered(let text, let isClip): perform(state.clipOffered(text, isClip: isClip))
        case .restored(let entry):
            state.drafts.add(entry)
            state.drafts.select(entry.id)
            state.say("Draft \(entry.id) is back.")
            perform(state.show(entry))
        case .facts(let facts): state.facts = facts
        case .filesChanged: readFilesAgain()
        case .problem(let text, let kind): state.say(text, kind)
        case .terminal, .tick, .tmux, .control: break
        }
    }

    private func entered(_ handle: JobHandle, draft: Int?, batch: BatchPlace?) {
        handles[handle.id] = handle
        if let draft { parents[handle.id] = draft }
        let expected = handle.kind == .draft ? state.draftEstimate?.time : state.commitEstimate?.time
        let actions = state.jobEntered(
            handle.id, kind: handle.kind, recipe: handle.recipe, draft: draft, expected: expected?.seconds,
            batch: batch)
        perform(actions)
    }

    private func take(_ event: JobEvent) {
        switch event.content {
        case .state(.running):
            guard let handle = handles[event.job] else { return }
            state.jobStarted(event.job, kind: handle.kind, recipe: handle.recipe, draft: parents[event.job])
        case .state: break
        case .remaining(let estimate): state.jobRemaining(event.job, estimate)
        case .generation(let told):
            if case .finished(let result) = told { results[event.job] = result }
            if case .outputWritten(let file, let bytes) = told { outputs[event.job] = (file, bytes) }
            state.jobTold(event.job, told)
        }
    }

    private func ended(_ id: Int, _ error: (any Error)?) {
        // The number -1 only says that waiting for stopped jobs has an end.
        if id < 0 { return handles.removeAll() }
        let handle = handles.removeValue(forKey: id)
        let draft = parents.removeValue(forKey: id)
        let result = results.removeValue(forKey: id)
        let output = outputs.removeValue(forKey: id)
        if let error {
            if error is CancellationError {
                state.jobStopped(id, draft: draft)
            } else {
                state.jobFailed(id, draft: draft, String(describing: error))
            }
        } else if let handle, let result {
            if let draft, let file = output?.file ?? result.file {
                state.commitFinished(id, draft: draft, file: file, seconds: result.seconds, bytes: output?.bytes ?? 0)
            } else {
                finishDraft(handle, result)
            }
        }
        tellEnd(of: id)
        perform([.estimate])
    }

    /// Rings, as the settings want it, if the terminal has no focus and nothing else is left to do.
    private func tellEnd(of id: Int) {
        guard !hasFocus, state.queue.waitingCount == 0, let message = state.message else { return }
        terminal.write(
            Notice.bytes(
                settings.notify, message.text, environment: environment, passesThroughTmux: tmux.allowsPassthrough))
    }

    private func finishDraft(_ handle: JobHandle, _ result: GenerationResult) {
        let entry = DraftEntry(
            id: handle.id, recipe: result.recipe, seconds: result.seconds, folder: handle.folder,
            made: state.date)
        let attributes = try? FileManager.default.attributesOfItem(atPath: entry.clip.path(percentEncoded: false))
        perform(state.draftFinished(entry, bytes: attributes?[.size] as? Int))
    }

    private func adopt(_ stored: StoredHistory) {
        state.drafts.replace(stored.drafts)
        state.promptHistory = PromptHistory(stored.prompts)
        state.queue.jobs += stored.unfinished
        state.showsTour = stored.drafts.isEmpty
        if let notice = stored.notice { state.say(notice, .warning) }
        if let job = stored.unfinished.last {
            state.say("Job \(job.id) was left unfinished. R in the queue starts it again.", .warning)
        }
        if let newest = state.drafts.selected { perform(state.show(newest)) }
        perform([.estimate])
    }
}
