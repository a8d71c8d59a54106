import Foundation
import Generation
import StudioCore
import TerminalKit

/// The queue: asked through one face, and told by its news, whoever asked.
extension StudioApp {
    /// Stops the queue's patience with a job that was told to stop.
    private static let stopPatience = Duration.seconds(2)

    /// Listens to the queue from here on.
    func open(_ jobs: any JobService) {
        self.jobs = jobs
        state.engineOutlives = jobs.outlivesProgram
        let mailbox = mailbox
        let news = jobs.board.news()
        Task.detached {
            for await one in news { mailbox.post(.news(one)) }
        }
        joinEngine()
    }

    /// The queue of a worker that runs already is shown at once, and other studios see what this one does. One that was
    /// started otherwise makes room where it has nothing to do.
    private func joinEngine() {
        guard let client = jobs as? WorkerClient else { return }
        let mailbox = mailbox
        request { [engine] in mailbox.post(.engineJoined(try await client.open(engine: engine.identity))) }
    }

    /// Whose engine took the place of one that has left.
    private func lookAtEngine() {
        guard let client = jobs as? WorkerClient else { return }
        let mailbox = mailbox
        Task.detached {
            if let found = await client.joinedEngine() { mailbox.post(.engineJoined(found)) }
        }
    }

    /// An engine that was started otherwise than this studio would do it is told of, once.
    func engineJoined(_ found: String) {
        guard otherEngine != found else { return }
        otherEngine = found == engine.identity ? nil : found
        guard let other = otherEngine else { return }
        let options = other.isEmpty ? "the default options" : "\"\(TextCleaning.oneLine(other))\""
        state.say("Until its jobs are done, the engine that runs keeps its own options: \(options).", .warning)
    }

    // MARK: Asking

    /// Enters jobs, in the order in which they were asked for. `order` tells each that has its number.
    func submit(
        _ order: @escaping @Sendable (any JobService, _ entered: @Sendable (JobHandle) -> Void) async throws -> Void
    ) {
        guard let jobs else {
            let reason =
                history?.isReadOnly == true
                ? History.readOnlySentence + " Nothing was started."
                : "The history is not open, so nothing can be kept. Nothing was started."
            return state.say(reason, .error)
        }
        // A pause asked for before holds what is entered after it.
        let (mailbox, last, change, identity) = (mailbox, lastSubmission, lastChange, engine.identity)
        openRequests += 1
        lastSubmission = Task.detached {
            await last?.value
            await change?.value
            do {
                // An engine of another studio's options makes room where it has nothing to do.
                if let client = jobs as? WorkerClient {
                    mailbox.post(.engineJoined(try await client.open(engine: identity)))
                }
                try await order(jobs) { mailbox.post(.submitted($0.id)) }
                mailbox.post(.requestEnded(nil))
            } catch {
                mailbox.post(.requestEnded(error))
            }
        }
    }

    func resume(_ id: Int, using state: StateUse = .own) {
        submit { jobs, entered in entered(try await jobs.resume(id, using: state)) }
    }

    /// Goes on, and writes the clip into another folder.
    func resume(_ id: Int, in folder: String) {
        let folder = options.paths.expanding(folder.trimmingCharacters(in: .whitespaces))
        resume(id) { $0 = folder.appending(path: $0.lastPathComponent) }
    }

    /// Goes on, and writes the clip in another format.
    func resume(_ id: Int, as ending: String) {
        resume(id) { $0 = $0.deletingPathExtension().appendingPathExtension(ending) }
    }

    private func resume(_ id: Int, change: @escaping @Sendable (inout URL) -> Void) {
        submit { jobs, entered in
            let planned = try jobs.history.plannedOutput(of: id)
            var name = planned?.file ?? URL(filePath: "job-\(id).mp4")
            change(&name)
            let file = OutputName.freeFile(
                named: name.deletingPathExtension().lastPathComponent, extension: name.pathExtension,
                in: name.deletingLastPathComponent())
            entered(try await jobs.resume(id, output: JobOutput(file: file, crf: planned?.crf)))
        }
    }

    /// Beside the clip that the job was going to write, else where clips go, under a name that says what it is.
    func writePartial(_ id: Int) {
        let settings = state.form.values.output
        let (folder, crf, metadata, date) = (
            options.paths.expanding(settings.folder), settings.crf, state.form.metadata, state.date
        )
        submit { jobs, entered in
            let planned = try jobs.history.plannedOutput(of: id)
            let job = try jobs.history.job(id)
            let name = OutputName.name(
                template: settings.name, recipe: job.recipe.recipe, kind: job.kind, job: id, date: date)
            let whole = planned?.file ?? folder.appending(path: "\(name).\(settings.format)")
            try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let output = JobOutput(
                file: OutputName.partialFile(for: whole), crf: planned?.crf ?? crf, metadata: metadata)
            entered(try await jobs.partial(id, output: output))
        }
    }

    func emptyTrash(thenResume id: Int) {
        let mailbox = mailbox
        submit { jobs, entered in
            let freed = try jobs.history.emptyTrash().bytes
            mailbox.post(.problem("The trash is empty; \(ByteText.short(freed)) are free again.", .ok))
            entered(try await jobs.resume(id))
        }
    }

    /// In the order in which they were asked for: to let the queue go on before it is ordered would be another wish.
    func changeQueue(_ change: QueueChange) {
        guard let jobs else { return }
        lastChange = request { [last = lastChange] in
            await last?.value
            try await jobs.change(change)
        }
    }

    /// A job that does not stop in time is stopped with the engine's process.
    func stop(_ id: Int) {
        changeQueue(.stop(id, .now))
        guard let jobs, jobs.outlivesProgram else { return }
        Task.detached {
            try? await Task.sleep(for: Self.stopPatience)
            let isStopping = jobs.board.queue.jobs.contains { $0.id == id && $0.state == .stopping }
            if isStopping { jobs.endEngine() }
        }
    }

    @discardableResult
    func request(_ body: @escaping @Sendable () async throws -> Void) -> Task<Void, Never> {
        openRequests += 1
        let mailbox = mailbox
        return Task.detached {
            do {
                try await body()
                mailbox.post(.requestEnded(nil))
            } catch {
                mailbox.post(.requestEnded(error))
            }
        }
    }

    func requestEnded(_ error: (any Error)?) {
        openRequests = max(openRequests - 1, 0)
        // What an ended engine left unanswered is told with its end.
        if let error, !(error is EngineEnd) { state.jobRefused(error) }
    }

    // MARK: Leaving

    /// Leaves as soon as what was asked of the queue is answered. Jobs that this process runs are stopped.
    func quit() {
        isQuitting = true
        if let jobs, !jobs.outlivesProgram {
            for job in jobs.board.queue.jobs { changeQueue(.stop(job.id, .now)) }
        }
        let mailbox = mailbox
        Task.detached {
            try? await Task.sleep(for: .seconds(3))
            mailbox.post(.leaveAnyway)
        }
        mailbox.post(.tick)
    }

    var mayLeave: Bool {
        guard openRequests == 0 else { return false }
        return jobs.map { $0.outlivesProgram || $0.board.queue.jobs.isEmpty } ?? true
    }

    // MARK: News

    func take(_ news: JobNews) {
        switch news {
        case .queue(let queue):
            adopt(queue)
            lookAtEngine()
        case .entered(let job, let order):
            queued[job.id] = job
            enter(job)
            state.queue.arrange(order)
        case .order(let order): state.queue.arrange(order)
        case .paused(let isPaused): state.queue.isPaused = isPaused
        case .progress(let progress): state.jobContinues(progress)
        case .job(let event): take(event)
        case .ended(let id, let end): ended(id, end)
        case .engineEnded(let end):
            for id in results.keys { results[id] = nil }
            state.engineEnded(end)
            perform([.estimate])
            if let client = jobs as? WorkerClient { request { _ = try await client.open() } }
        }
    }

    private func adopt(_ queue: QueueState) {
        queued = Dictionary(queue.jobs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        state.queueLoaded(queue)
        for job in queue.jobs {
            enter(job)
            if job.state != .waiting { start(job) }
            if job.state == .stopping { state.jobStopping(job.id) }
        }
        state.queue.arrange(queue.waiting)
        if let run = queue.run { state.jobContinues(run) }
    }

    private func enter(_ job: QueuedJob) {
        let expected = job.kind == .draft ? state.draftEstimate?.time : state.commitEstimate?.time
        state.adopt(job.batch.map { [$0.batch(job: job.id)] } ?? [])
        let actions = state.jobEntered(
            job.id, kind: job.kind, recipe: job.recipe, draft: job.parent, expected: expected?.seconds,
            batch: job.batch.map { BatchPlace(batch: $0.id, index: $0.index, count: $0.count) })
        state.queue.change(job.id) { $0.isHeld = job.isHeld }
        // The order is the service's own.
        perform(actions.filter { if case .arrangeQueue = $0 { false } else { true } })
    }

    private func start(_ job: QueuedJob) {
        state.jobStarted(job.id, kind: job.kind, recipe: job.recipe, draft: job.parent)
    }

    private func take(_ event: JobEvent) {
        switch event.content {
        case .state(.running):
            if let job = queued[event.job] { start(job) }
        case .state(.stopping): state.jobStopping(event.job)
        case .state(.waiting): state.jobWaits(event.job)
        case .state: break
        case .remaining(let estimate): state.jobRemaining(event.job, estimate)
        case .generation(let told):
            if case .finished(let result) = told { results[event.job] = result }
            if case .outputWritten(let file, let bytes) = told { outputs[event.job] = (file, bytes) }
            state.jobTold(event.job, told)
            askForDecodedEstimate(after: told)
        }
    }

    private func ended(_ id: Int, _ end: JobEnd) {
        let job = queued.removeValue(forKey: id)
        let result = results.removeValue(forKey: id)
        let output = outputs.removeValue(forKey: id)
        let isOwn = ownJobs.remove(id) != nil
        switch end {
        case .stopped: state.jobStopped(id, draft: job?.parent)
        case .removed: state.jobRemoved(id, draft: job?.parent)
        case .partial(let error):
            if let file = result?.file, let steps = result?.partial {
                state.partialWritten(id, draft: job?.parent, file: file, steps: steps)
            } else {
                state.partialFailed(id, draft: job?.parent, error)
            }
        case .failed(let error):
            state.jobFailed(id, draft: job?.parent, error)
            if state.asksToWriteAgain(id) { measureTrash() }
        case .done:
            guard let job, let result else { return read(id) }
            if let draft = job.parent, let file = output?.file ?? result.file {
                state.commitFinished(id, draft: draft, file: file, seconds: result.seconds, bytes: output?.bytes ?? 0)
            } else {
                finishDraft(job, result, isOwn: isOwn)
            }
        }
        tellEnd()
        perform([.estimate])
    }

    /// Rings, as the settings want it, if the terminal has no focus and nothing else is left to do.
    private func tellEnd() {
        guard !hasFocus, state.queue.waitingCount == 0, let message = state.message else { return }
        terminal.write(
            Notice.bytes(
                settings.notify, message.text, environment: environment, passesThroughTmux: tmux.allowsPassthrough))
    }

    private func finishDraft(_ job: QueuedJob, _ result: GenerationResult, isOwn: Bool) {
        let entry = DraftEntry(
            id: job.id, recipe: result.recipe, seconds: result.seconds, folder: job.folder, made: state.date)
        guard isOwn else { return perform(state.othersDraftFinished(entry)) }
        let attributes = try? FileManager.default.attributesOfItem(atPath: entry.clip.path(percentEncoded: false))
        perform(state.draftFinished(entry, bytes: attributes?[.size] as? Int))
    }

    /// A job ended whose beginning was not seen here.
    private func read(_ id: Int) {
        let mailbox = mailbox
        changeHistory { history in
            let record = try history.job(id)
            guard record.kind == .draft else { return }
            mailbox.post(.draftRead(DraftEntry(record, commit: .none, tags: try history.tags(of: id))))
        }
    }
}

extension JobBatch {
    /// The batch with what is known of it: this one draft.
    func batch(job: Int) -> Batch {
        var batch = Batch(id: id, labels: Array(repeating: "", count: max(count, index + 1)))
        batch.members[index] = Batch.Member(label: label, job: job)
        return batch
    }
}
