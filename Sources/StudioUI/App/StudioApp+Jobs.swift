import Foundation
import Generation
import StudioCore
import TerminalKit
import VideoIO

/// Jobs and the history: started in tasks of their own, told through the mailbox.
extension StudioApp {
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

    /// What a job that is over took, step by step.
    func readSteps(_ id: Int) {
        let mailbox = mailbox
        changeHistory { history in
            let (steps, stages) = (try history.steps(of: id), try history.stages(of: id))
            mailbox.post(.stepsRead(RunState(try history.job(id), steps: steps, stages: stages)))
        }
    }

    // MARK: Starting

    func submitDraft(_ recipe: Recipe, preset: String) {
        submit { jobs, entered in entered(try await jobs.draft(recipe, preset: preset)) }
    }

    /// Enters the drafts in their order; they run one after another.
    func submitBatch(_ drafts: [BatchDraft], preset: String, batch: Int) {
        submit { jobs, entered in
            for (index, draft) in drafts.enumerated() {
                let place = JobBatch(id: batch, index: index, count: drafts.count, label: draft.label)
                entered(try await jobs.draft(draft.recipe, preset: preset, batch: place))
            }
        }
    }

    func submitCommit(_ choice: CommitChoice) {
        let folder = options.paths.expanding(state.form.values.output.folder)
        let (crf, metadata, mailbox) = (state.form.values.output.crf, state.form.metadata, mailbox)
        submit { jobs, entered in
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            } catch {
                throw StudioError.cannotWrite("The folder \(folder.path(percentEncoded: false)) cannot be made.")
            }
            let name = URL(filePath: choice.fileName)
            let file = OutputName.freeFile(
                named: name.deletingPathExtension().lastPathComponent, extension: name.pathExtension, in: folder)
            do {
                entered(
                    try await jobs.commit(
                        draft: choice.draft, hr: choice.hr, precision: choice.precision, seed: choice.seed,
                        output: JobOutput(file: file, crf: crf, metadata: metadata),
                        ignoresMemory: choice.startsAnyway))
            } catch let GenerationError.codecMissing(message) {
                mailbox.post(.formatMissing(choice, message))
            }
        }
    }

    // MARK: News

    func handleNews(_ event: AppEvent) {
        switch event {
        case .news(let news): take(news)
        case .submitted(let id): ownJobs.insert(id)
        case .requestEnded(let error): requestEnded(error)
        case .leaveAnyway: openRequests = 0
        case .draftRead(let entry): perform(state.othersDraftFinished(entry))
        case .stepsRead(let run): state.stepsRead(run)
        case .clip(let clip): state.clipLoaded(clip)
        case .thumbnail(let frame, let draft): state.keepThumbnail(frame, of: draft)
        case .sheetClip(let clip, let draft): state.sheetClipLoaded(clip, draft: draft)
        case .historyLoaded(let stored): adopt(stored)
        case .olderDrafts(let page): adopt(page)
        case .estimated(let found, let request): take(found, request: request)
        case .thumbnailClip(let clip, let draft): state.movingThumbnail = (draft, clip)
        case .features(let pictures, let draft): state.featuresLoaded(pictures, draft: draft)
        case .featuresFailed(let text, let draft): state.featuresFailed(text, draft: draft)
        case .modelRefused(let model, let reason): state.modelRefused(model, reason: reason)
        case .modelListed(let model, let files): state.modelListed(model, files: files)
        case .tokens(let length): take(length)
        case .recipe(let document, let name, let missing):
            state.recipeRead(document, from: name, missing: missing)
        case .clipOffered(let text, let isClip): perform(state.clipOffered(text, isClip: isClip))
        case .restored(let entry):
            state.drafts.add(entry)
            state.drafts.select(entry.id)
            state.say("Draft \(entry.id) is back.")
            perform(state.show(entry))
        case .trashMeasured(let contents): state.trashMeasured(contents)
        case .historyOpened(let history): use(history, wasAwaited: true)
        case .historyWritable: historyIsWritable()
        case .facts(let facts): state.facts = facts
        case .filesChanged: readFilesAgain()
        case .problem(let text, let kind): state.say(text, kind)
        case .formatMissing(let choice, let message): state.offerFormats(.otherFormat(choice), message)
        case .engineJoined(let found): engineJoined(found)
        case .terminal, .tick, .tmux, .control, .suspendAnyway: break
        }
    }

    private func adopt(_ stored: StoredHistory) {
        adopt(stored.first)
        state.promptHistory = PromptHistory(stored.prompts)
        let present = Set(state.queue.jobs.map(\.id))
        state.queue.jobs += stored.endedJobs.filter { !present.contains($0.id) }
        if state.run == nil { state.run = stored.lastRun }
        state.showsTour = stored.first.entries.isEmpty
        if state.showsTour, Machine.current.features.isEmpty {
            state.say("This CPU has no AVX2. Everything works, but slowly.", .warning)
        }
        if let notice = stored.notice { state.say(notice, .warning) }
        if let job = stored.abandoned.last {
            state.say("Job \(job) was left unfinished. R in the queue goes on with it.", .warning)
        }
        if let lostDesk { state.say(lostDesk.crashNotice(job: stored.jobState), .warning) }
        if let newest = state.drafts.selected { perform(state.show(newest)) }
        perform([.estimate])
    }

    private func adopt(_ page: StoredDrafts.Page) {
        state.drafts.take(page.entries)
        state.adopt(page.batches)
        state.noteOpenCommits()
    }
}
