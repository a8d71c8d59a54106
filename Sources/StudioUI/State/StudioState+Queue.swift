import Foundation
import Generation
package import StudioCore

/// What the queue tells, whichever program asked for the jobs.
extension StudioState {
    /// The whole queue, at the start and after a loss: what is not in it neither waits nor runs.
    package mutating func queueLoaded(_ loaded: QueueState) {
        let known = Set(loaded.jobs.map(\.id))
        queue.jobs.removeAll { !$0.state.isFinished && !known.contains($0.id) }
        queue.isPaused = loaded.isPaused
        if let run, run.isRunning, !known.contains(run.id) { finishRun(run.id, .stopped) }
        let held = loaded.jobs.count { $0.isHeld }
        guard held > 0, message?.kind != .error else { return }
        say(
            held == 1
                ? "A job waits since last time; P in the queue starts it."
                : "\(held) jobs wait since last time; P in the queue starts them.", .warning)
    }

    /// A job that started before anybody looked, or goes on after a stop: its earlier steps are shown.
    package mutating func jobContinues(_ progress: RunProgress) {
        guard run?.id == progress.job else { return }
        run?.take(progress, now: now, date: date)
        guard let run, let step = progress.savedStep, run.stage == nil, step < run.stepCount else { return }
        // A commit that made room goes on by itself: the draft that has just ended is the news then.
        let isNews = message.map { $0.kind != .ok } ?? true
        say("Job \(run.id) goes on after step \(step)/\(run.stepCount).", isNews ? .ok : .detail)
    }

    package mutating func jobStopping(_ id: Int) {
        queue.change(id) { $0.state = .stopping }
        if run?.id == id, run?.phase == .running { run?.phase = .stopping }
    }

    /// It was running and has made room for others.
    package mutating func jobWaits(_ id: Int) {
        guard let job = queue.jobs.first(where: { $0.id == id }), job.state != .waiting else { return }
        queue.change(id) { $0.state = .waiting }
        finishRun(id, .stopped)
        if let draft = job.draft { drafts.change(draft) { $0.commit = .waiting(id) } }
        say("\(job.kind == .draft ? "Draft" : "Commit") \(id) waits at its last step and goes on after the drafts.")
    }

    package mutating func jobRemoved(_ id: Int, draft: Int?) {
        queue.jobs.removeAll { $0.id == id }
        finishRun(id, .stopped)
        if let draft { drafts.change(draft) { $0.commit = .none } }
        say("Job \(id) is out of the queue.")
    }

    /// A draft that another program asked for joins the list; nobody's view turns to it.
    package mutating func othersDraftFinished(_ entry: DraftEntry) -> [StudioAction] {
        queue.change(entry.id) { $0.state = .done(seconds: entry.seconds, bytes: nil) }
        finishRun(entry.id, .done)
        keep(entry)
        say("draft \(entry.id) saved")
        return drafts.selectedID == nil ? show(entry) : []
    }

    /// The engine's process is gone. What it ran can go on from its last step.
    package mutating func engineEnded(_ end: EngineEnd) {
        guard let job = runningJob else {
            say(end.wasAsked ? "The engine was ended." : end.description, end.wasAsked ? .ok : .error)
            return
        }
        jobStopped(job.id, draft: job.draft)
        guard !end.wasAsked else { return }
        say(end.description, .error)
        overlays.append(
            .question(
                QuestionDialog(
                    .goOn(job.id), title: "The engine ended", lines: [end.description],
                    answers: [
                        .init("R", "resume job \(job.id)"), .init("w", "write what there is"), .init("l", "log"),
                    ])))
    }

    /// Something was asked of the queue that it could not do.
    package mutating func jobRefused(_ error: any Error) {
        say(String(describing: error), .error)
    }

    /// A job ended with an error. What it can go on with is offered at once.
    package mutating func jobFailed(_ id: Int, draft: Int?, _ error: any Error) {
        let failure = JobFailure(error)
        guard failure.exitCode != JobFailure.otherStateExitCode else { return askAboutState(id, draft: draft, failure) }
        let isRun = run?.id == id
        let isSampled = isRun && run.map { ($0.steps.last?.number ?? 0) >= $0.stepCount } ?? false
        jobFailed(id, draft: draft, failure.message)
        switch failure.exitCode {
        case 6 where isSampled:
            askToWriteAgain(id, failure.message)
        case JobFailure.modelExitCode:
            refusedModel = nil
            modelRefused(
                run.flatMap { $0.id == id ? $0.recipe.model : nil } ?? form.values.model, reason: failure.message)
        case 5:
            overlays.append(
                .question(
                    QuestionDialog(
                        .goOn(id), title: "Memory ran out", lines: [failure.message],
                        answers: [
                            .init("R", "resume"), .init("w", "write what there is"), .init("l", "log"),
                        ])))
        case 7: offerFormats(.otherFormatOf(id), failure.message)
        default: break
        }
    }

    /// What was kept of the job is of other weights or another build: it is as it was, and the person says what happens.
    private mutating func askAboutState(_ id: Int, draft: Int?, _ failure: JobFailure) {
        let done = run.flatMap { $0.id == id ? ($0.savedStep ?? 0, $0.stepCount) : nil } ?? (0, 0)
        queue.change(id) { $0.state = .stopped(step: done.0, of: done.1) }
        finishRun(id, .stopped)
        if let draft { drafts.change(draft) { $0.commit = .stopped(id) } }
        say(failure.message, .warning)
        let goesOn: [QuestionDialog.Answer] =
            if case GenerationError.otherState(_, canGoOn: true) = failure.original { [.init("R", "go on")] } else {
                []
            }
        overlays.append(
            .question(
                QuestionDialog(
                    .otherState(id), title: "Go on with job \(id)?", lines: [failure.message],
                    answers: goesOn + [.init("a", "begin anew")])))
    }

    /// A pause is a stop with a bookmark: the same key goes on.
    mutating func pauseSelected() -> [StudioAction] {
        guard let job = jobForCommand() else { return [] }
        guard job.state == .running else { return resumeSelected() }
        say("Job \(job.id) pauses; p goes on with it.")
        return [.stopJob(job.id)]
    }

    /// The commit makes room at the end of its step.
    mutating func draftNow() -> [StudioAction] {
        guard let job = runningJob, job.kind == .commit else {
            say("No commit runs that could make room.", .warning)
            return []
        }
        guard queue.jobs.contains(where: { $0.state == .waiting && $0.kind == .draft }) else {
            say("No draft waits. Enter in the prompt makes one, then d lets it go first.", .warning)
            return []
        }
        say("Commit \(job.id) makes room at the end of its step, and goes on afterwards.")
        return [.parkJob(job.id)]
    }

    /// What waits goes on waiting, for the next studio.
    mutating func stopAndQuit() -> [StudioAction] {
        guard engineOutlives, let job = runningJob else { return [.quit] }
        return [.pauseQueue(true), .stopJob(job.id), .quit]
    }

    /// Batches of other programs, and of earlier times.
    package mutating func adopt(_ found: [Batch]) {
        for batch in found {
            guard let index = batches.firstIndex(where: { $0.id == batch.id }) else {
                let place = batches.firstIndex { $0.id > batch.id } ?? batches.count
                batches.insert(batch, at: place)
                if batches.count > Self.batchLimit { batches.removeFirst() }
                continue
            }
            for (place, member) in batch.members.enumerated() where member.job != nil {
                guard batches[index].members.indices.contains(place) else { continue }
                batches[index].members[place].job = member.job
                if !member.label.isEmpty { batches[index].members[place].label = member.label }
            }
        }
    }
}

extension QueueList {
    /// Puts the waiting jobs into the order in which they will run.
    package mutating func arrange(_ order: [Int]) {
        let places = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let waiting = jobs.filter { $0.state == .waiting }.enumerated().sorted {
            (places[$0.element.id] ?? .max, $0.offset) < (places[$1.element.id] ?? .max, $1.offset)
        }
        jobs = jobs.filter { $0.state != .waiting } + waiting.map(\.element)
    }
}

extension RunState {
    /// Takes over what was done before this studio looked.
    mutating func take(_ progress: RunProgress, now: Double, date: Date) {
        func clock(_ time: Date) -> Double { now - max(date.timeIntervalSince(time), 0) }
        startedAt = clock(progress.startedAt)
        stage = progress.stage
        stageStartedAt = clock(progress.stageStartedAt)
        stageParts = progress.stageParts
        finishedParts = progress.finishedParts
        steps = progress.steps
        savedStep = progress.savedStep
        for stage in progress.cachedStages { apply(.stageCached(stage), now: now) }
        for record in progress.stageSeconds { stageSeconds[record.stage] = record.seconds }
        take(remaining: progress.remaining, said: clock(progress.remainingAt))
        noteEarlierSteps(now: now)
    }

    /// A job that is over, as the history has it.
    init(_ record: JobRecord, steps: [StepRecord], stages: [StageRecord]) {
        self.init(id: record.id, kind: record.kind, recipe: record.recipe.recipe, now: 0)
        self.steps = steps
        for stage in stages { stageSeconds[stage.stage, default: 0] += stage.seconds }
        savedStep = steps.last?.number
        endedAt = record.seconds ?? steps.reduce(0) { $0 + $1.seconds }
        phase =
            switch record.state {
            case .done: .done
            case .failed: .failed(record.error ?? "failed")
            default: .stopped
            }
    }
}
