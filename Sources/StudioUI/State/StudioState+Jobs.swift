import Foundation
import Generation
import StudioCore
import TerminalKit

/// Jobs: started, stopped, moved, resumed.
extension StudioState {
    mutating func startDraft() -> [StudioAction] {
        guard !prompt.text.allSatisfy(\.isWhitespace) else {
            say("The prompt is empty.", .error)
            return []
        }
        form.drawSeed(using: &seeds)
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

    mutating func submit(_ drafts: [BatchDraft]) -> [StudioAction] {
        promptHistory.add(prompt.text)
        (showsTour, isTourAskedFor) = (false, false)
        guard drafts.count > 1 else {
            return drafts.map { .submitDraft($0.recipe, preset: form.values.name) }
        }
        // The number is for other programs too, which have batches of their own.
        let number = max((batches.map(\.id).max() ?? 0) + 1, Int(date.timeIntervalSince1970 * 1000))
        let batch = Batch(id: number, labels: drafts.map(\.label))
        batches.append(batch)
        features = nil
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

    mutating func startCommit(asksFirst: Bool) -> [StudioAction] {
        guard let draft = selectedDraft else {
            say("There is no draft to commit. Enter in the prompt makes one.", .error)
            return []
        }
        var hr = form.values.hr
        if !RecipeLimits.fits(hr.size, draft: draft.recipe.lr.size) { hr = draft.recipe.hr }
        let dialog = CommitDialog(
            draft: draft.id, recipe: draft.recipe, hr: hr, precision: form.values.precision,
            output: form.values.output, date: date)
        if !asksFirst, hasCommitted, commitEstimate?.fit != .tooLarge {
            return submitCommit(dialog.choice(watches: false))
        }
        overlays.append(.commit(dialog))
        return [.estimate]
    }

    mutating func submitCommit(_ choice: CommitChoice) -> [StudioAction] {
        hasCommitted = true
        if choice.watches { preview.followsJob = true }
        return [.submitCommit(choice)]
    }

    mutating func askToStop() -> [StudioAction] {
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
        let step = run.flatMap { $0.id == job.id ? $0.stepRemaining(now: now) : nil }
        let countdown = step.map { ", about \(Format.rough(max($0, 1)))" } ?? ""
        let isSampled = run.map { $0.id == job.id && ($0.stage == .decode || $0.stage == .encode) } ?? false
        let later: [QuestionDialog.Answer] = isSampled ? [] : [.init("e", "at the end of the step" + countdown)]
        let rest = job.batch.map { queue.waiting(inBatch: $0.batch).count } ?? 0
        let whole: [QuestionDialog.Answer] = rest == 0 ? [] : [.init("a", "stop the whole batch")]
        overlays.append(
            .question(
                QuestionDialog(
                    .stopJob(job.id), title: "Stop job \(job.id)?",
                    lines: ["The \(job.kind.rawValue) is running. " + state],
                    answers: [.init("y", "stop it")] + later + whole)))
        return []
    }

    mutating func askToQuit() -> [StudioAction] {
        guard let job = runningJob, !keepsOnQuit || !engineOutlives else { return [.quit] }
        guard !stopsOnQuit else { return stopAndQuit() }
        let end = engineOutlives ? "It goes on without the studio, or stops:" : "Quitting stops it;"
        let keep: [QuestionDialog.Answer] = engineOutlives ? [.init("k", "keep rendering")] : []
        overlays.append(
            .question(
                QuestionDialog(
                    .quit, title: "Quit?",
                    lines: ["Job \(job.id) is running. \(end) its state after the last step is kept."],
                    answers: keep + [.init("s", "stop it and quit")])))
        return []
    }

    /// The selected job; an empty queue is said.
    mutating func jobForCommand() -> JobEntry? {
        if queue.selected == nil { say("The queue is empty.", .warning) }
        return queue.selected
    }

    mutating func resumeSelected() -> [StudioAction] {
        guard let job = jobForCommand() else { return [] }
        switch job.state {
        case .stopped, .failed: return [.resumeJob(job.id)]
        case .waiting where job.isHeld: return [.resumeJob(job.id)]
        case .waiting, .running, .stopping, .done:
            say("Job \(job.id) is not stopped.", .warning)
            return []
        }
    }

    mutating func writePartialOfSelected() -> [StudioAction] {
        guard let job = jobForCommand() else { return [] }
        switch job.state {
        case .stopped, .failed:
            say("What job \(job.id) has is being written; it can go on afterwards.")
            return [.writePartial(job.id)]
        case .waiting, .running, .stopping, .done:
            say("Job \(job.id) is not stopped; what there is can be written of stopped jobs.", .warning)
            return []
        }
    }

    mutating func removeSelected() -> [StudioAction] {
        guard let job = jobForCommand() else { return [] }
        switch job.state {
        case .running, .stopping: return askToStop()
        case .waiting:
            guard let batch = job.batch else { return [.removeJob(job.id)] }
            return queue.waiting(inBatch: batch.batch).map { .removeJob($0.id) }
        case .stopped, .failed:
            overlays.append(
                .question(
                    QuestionDialog(
                        .dropJob(job.id), title: "Drop job \(job.id)?",
                        lines: ["It leaves the queue for good and cannot go on any more."],
                        answers: [.init("y", "drop it")])))
            return []
        case .done:
            queue.jobs.removeAll { $0.id == job.id }
            return []
        }
    }

    mutating func moveJob(by step: Int) -> [StudioAction] {
        guard queue.selected?.state == .waiting else {
            say("Only a waiting job can be moved.", .warning)
            return []
        }
        return queue.moveSelected(by: step) ? [.arrangeQueue(queue.waitingIDs)] : []
    }

    mutating func pauseQueue() -> [StudioAction] {
        if !queue.isPaused, queue.jobs.contains(where: \.isHeld) {
            say("The jobs that waited go on.")
            return [.pauseQueue(false)]
        }
        queue.isPaused.toggle()
        let after = runningJob.map { " after job \($0.id)" } ?? ""
        say(queue.isPaused ? "The queue stands still\(after); P lets it go on." : "The queue goes on.")
        return [.pauseQueue(queue.isPaused)]
    }
}
