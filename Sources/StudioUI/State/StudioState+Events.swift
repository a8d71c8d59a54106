package import Foundation
package import Generation
package import StudioCore
import VideoIO

/// What comes back from the program: jobs, clips, estimates, lists.
extension StudioState {
    // MARK: Jobs

    /// A job was entered and has its number.
    @discardableResult
    package mutating func jobEntered(
        _ id: Int, kind: GenerationResult.Kind, recipe: Recipe, draft: Int?, expected: Double?,
        batch: BatchPlace? = nil
    ) -> [StudioAction] {
        let size = kind == .draft ? recipe.lr.size : recipe.hr.size
        // A resumed job comes back under its own number.
        queue.jobs.removeAll { $0.id == id }
        let goesFirst = queue.enter(
            JobEntry(
                id: id, kind: kind, size: size, draft: draft, state: .waiting, expected: expected, batch: batch))
        if let batch { noteMember(id, batch) }
        let actions: [StudioAction] = goesFirst ? [.arrangeQueue(queue.waitingIDs)] : []
        if let draft, runningJob != nil { drafts.change(draft) { $0.commit = .waiting(id) } }
        if queue.isPaused, runningJob == nil {
            say("Job \(id) waits, since the queue is paused; P in the queue lets it go on.", .warning)
        } else if let running = runningJob, batch == nil {
            say("\(kind == .draft ? "Draft" : "Commit") \(id) waits for job \(running.id).")
        }
        return actions
    }

    private mutating func noteMember(_ job: Int, _ place: BatchPlace) {
        guard let index = batches.firstIndex(where: { $0.id == place.batch }),
            batches[index].members.indices.contains(place.index)
        else { return }
        batches[index].members[place.index].job = job
    }

    package mutating func jobStarted(_ id: Int, kind: GenerationResult.Kind, recipe: Recipe, draft: Int?) {
        queue.change(id) { $0.state = .running }
        var run = RunState(id: id, kind: kind, recipe: recipe, now: now)
        let estimate = kind == .draft ? draftEstimate : commitEstimate
        run.expectedStages = estimate?.stages ?? [:]
        self.run = run
        openedRun = nil
        if let draft { drafts.change(draft) { $0.commit = .running(id) } }
        say("\(kind == .draft ? "draft" : "commit") \(id) started", .detail)
        // The lower pane turns to the steps unless the person is in it.
        if layout.sizeClass == .small, focus.rawValue < PaneKind.steps.rawValue { sharedPane = .steps }
    }

    package mutating func jobTold(_ id: Int, _ event: GenerationEvent) {
        guard run?.id == id else { return }
        run?.slowReason = facts.slowReason
        run?.apply(event, now: now)
        switch event {
        case .stepFinished(let step):
            say("job \(id) step \(step.number)/\(step.count) \(Format.fixed(step.seconds, 2))s", .detail)
        case .preview(let shown): take(shown, job: id)
        case .finished: notePreviewCost()
        case .noted(let text): say(text, .warning)
        default: break
        }
    }

    package mutating func jobRemaining(_ id: Int, _ estimate: TimeEstimate?) {
        guard run?.id == id else { return }
        run?.take(remaining: estimate, now: now, slides: !hasReducedMotion)
    }

    package mutating func draftFinished(_ entry: DraftEntry, bytes: Int?) -> [StudioAction] {
        queue.change(entry.id) { $0.state = .done(seconds: entry.seconds, bytes: bytes) }
        finishRun(entry.id, .done)
        keep(entry)
        let clips = sheetClips(of: [entry])
        let size = bytes.map { " " + Format.bytes($0) } ?? ""
        say("draft \(entry.id) saved\(size)")
        let isComparing = preview.isComparing
        guard preview.followsJob, !isComparing else { return clips }
        drafts.select(entry.id)
        // The sheet has its own small picture of it.
        return sheet == nil ? show(entry) : clips
    }

    mutating func keep(_ entry: DraftEntry) { drafts.add(entry) }

    package mutating func commitFinished(_ id: Int, draft: Int, file: URL, seconds: Double, bytes: Int) {
        queue.change(id) { $0.state = .done(seconds: seconds, bytes: bytes) }
        finishRun(id, .done)
        drafts.change(draft) { $0.commit = .done(id, file: file) }
        let folder = shownPath(file.deletingLastPathComponent())
        say("2k done in \(Format.duration(seconds)), \(Format.bytes(bytes)), in \(folder)  m in Drafts shows its path")
        say("commit \(id): \(file.path(percentEncoded: false))", .detail)
    }

    package mutating func jobStopped(_ id: Int, draft: Int?) {
        let steps = run?.id == id ? run?.savedStep ?? 0 : 0
        let count = run?.id == id ? run?.stepCount ?? 0 : 0
        queue.change(id) { $0.state = .stopped(step: steps, of: count) }
        finishRun(id, .stopped)
        if let draft { drafts.change(draft) { $0.commit = .stopped(id) } }
        // The keys are those of the queue, whatever pane has the focus.
        let keys = focus == .queue ? "R resume  w write  x drop" : "Queue: R resume, w write, x drop"
        say(
            steps > 0
                ? "Job \(id) stopped, step \(steps)/\(count) is kept.  \(keys)"
                : "Job \(id) stopped before its first step was done.", .warning)
    }

    /// A clip of what a stopped job has was written; the job is stopped as before.
    package mutating func partialWritten(_ id: Int, draft: Int?, file: URL, steps: StepsDone) {
        queue.change(id) { $0.state = .stopped(step: steps.done, of: steps.count) }
        finishRun(id, .stopped)
        if let draft { drafts.change(draft) { $0.commit = .stopped(id) } }
        say("Partial clip of job \(id), step \(steps.done)/\(steps.count), is written.  R goes on")
        say("the partial clip is \(file.path(percentEncoded: false))", .detail)
    }

    package mutating func partialFailed(_ id: Int, draft: Int?, _ error: (any Error)?) {
        jobStopped(id, draft: draft)
        if let error { say(JobFailure(error).message, .error) }
    }

    package mutating func jobFailed(_ id: Int, draft: Int?, _ text: String) {
        queue.change(id) { $0.state = .failed(text) }
        finishRun(id, .failed(text))
        if let draft { drafts.change(draft) { $0.commit = .stopped(id) } }
        say(text, .error)
    }

    mutating func finishRun(_ id: Int, _ phase: RunState.Phase) {
        // A question about a job that has just ended answers itself.
        overlays.removeAll { overlay in
            guard case .question(let question) = overlay else { return false }
            return [.stopJob(id), .goOn(id), .otherState(id), .dropJob(id), .quit].contains(question.purpose)
        }
        guard run?.id == id else { return }
        run?.phase = phase
        run?.endedAt = now
        run?.stage = nil
    }

    // MARK: Clips and estimates

    /// A clip was read. It is dropped if the selection has gone on meanwhile.
    package mutating func clipLoaded(_ clip: ShownClip) {
        if case .draft(let id) = clip.source, drafts.selectedID != id || features != nil { return }
        preview.show(clip, now: now)
    }

    /// What the form's estimate is to be made for: with the commit dialog open, the draft with the dialog's options.
    package var recipeToEstimate: Recipe {
        for case .commit(let dialog) in overlays.reversed() { return dialog.recipe }
        return form.recipe(prompt: prompt.text, negative: negative.text)
    }

    /// The draft that the open dialog commits.
    package var draftToEstimate: Int? {
        for case .commit(let dialog) in overlays.reversed() { return dialog.draft }
        return nil
    }

    // MARK: The prompt

    /// The user's own editor has ended; one undo takes back what it changed.
    package mutating func textEdited(_ text: String) -> [StudioAction] {
        focus(on: .prompt)
        // Editors end a file with a line end that nobody typed.
        let lines = text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard lines != editor.text else { return [] }
        var changed = editor
        changed.setText(lines)
        editor = changed
        return [.countTokens]
    }

    package mutating func presetApplied(_ preset: ResolvedPreset) {
        form.apply(preset)
        presets.select(named: preset.name)
        if !preset.negative.isEmpty, negative.isEmpty { negative.setText(preset.negative) }
        say("Preset \(preset.name) applied.")
    }
}
