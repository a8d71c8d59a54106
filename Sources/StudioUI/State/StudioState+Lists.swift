import Foundation
import Generation
import TerminalKit

/// Moving and opening in the focused pane, and the picture's own keys.
extension StudioState {
    /// Arrows and pages in the focused pane.
    mutating func move(_ command: Command) -> [StudioAction] {
        let step: Int
        switch command {
        case .up: step = -1
        case .down: step = 1
        case .pageUp: step = -8
        case .pageDown: step = 8
        case .first: step = -100_000
        case .last: step = 100_000
        case .left: return moveSideways(-1)
        case .right: return moveSideways(1)
        default: return []
        }
        switch focus {
        case .params: paramsPane.move(by: step, in: self)
        case .drafts:
            // In the strip a row holds as many drafts as fit; up and down go by one all the same.
            return moveDraft(by: step)
        case .queue: queue.move(by: step)
        case .presets: presets.move(by: step)
        case .log: log.move(by: step)
        case .preview where sheet != nil: moveInSheet(command, by: step)
        case .preview where features != nil && abs(step) == 1: moveFeatureBlock(by: step)
        case .preview: preview.step(by: step.signum() * 8, now: now)
        case .prompt, .steps: break
        }
        return []
    }

    private mutating func moveSideways(_ step: Int) -> [StudioAction] {
        switch focus {
        case .preview where sheet != nil: moveInSheet(by: step)
        case .preview: preview.step(by: step, now: now)
        case .drafts: return moveDraft(by: step)
        case .params: form.step(paramsPane.field, by: step)
        default: break
        }
        return []
    }

    /// The same from anywhere, where the list may not be seen: its ends are said.
    mutating func goToDraft(by step: Int) -> [StudioAction] {
        let before = drafts.selectedID
        let actions = moveDraft(by: step)
        guard drafts.selectedID == before else { return actions }
        let end = before.map { "Draft \($0) is the \(step > 0 ? "oldest" : "newest")" }
        say((end ?? "There is no draft") + (drafts.filter.isEmpty ? "." : " that fits the filter."), .warning)
        return actions
    }

    /// Selects an older (positive) or newer draft and shows it.
    mutating func moveDraft(by step: Int) -> [StudioAction] {
        guard drafts.move(by: step), let draft = drafts.selected else { return [] }
        return show(draft)
    }

    /// Brings a draft's clip, or its features where those are shown, to the preview.
    mutating func show(_ draft: DraftEntry) -> [StudioAction] {
        followFeatures(to: draft)
        guard let features else { return [.showClip(.draft(draft.id), draft.clip)] }
        return features.pictures == nil ? [.showFeatures(draft: draft.id)] : []
    }

    mutating func activate() -> [StudioAction] {
        switch focus {
        case .params: ask(for: paramsPane.field)
        case .drafts:
            guard let draft = selectedDraft else { return [] }
            preview.followsJob = false
            features = nil
            if let (job, file) = clipBehind(draft) { return [.showClip(.commit(job), file)] }
            return show(draft)
        case .presets:
            guard let preset = presets.selected else { return [] }
            return [.applyPreset(preset.name)]
        case .queue: return openSteps()
        case .preview where sheet != nil: return openFromSheet()
        case .preview: preview.setPlaying(!preview.isPlaying, now: now)
        case .steps: focus(on: .preview)
        case .prompt: return perform(.draft)
        case .log: break
        }
        return []
    }

    /// The finished commit that Enter shows next: that of the draft in the preview.
    func clipBehind(_ draft: DraftEntry) -> (job: Int, file: URL)? {
        guard case .done(let job, let file) = draft.commit, preview.clip?.source == .draft(draft.id) else { return nil }
        return (job, file)
    }

    /// The steps of the selected job: those of the running one live, others from the history.
    private mutating func openSteps() -> [StudioAction] {
        guard let job = jobForCommand() else { return [] }
        guard job.state != .waiting else {
            say("Job \(job.id) waits, so it has no steps yet.")
            return []
        }
        focus(on: .steps)
        openedRun = nil
        return run?.id == job.id ? [] : [.showSteps(job.id)]
    }

    package mutating func stepsRead(_ read: RunState) {
        guard read.id != run?.id else { return }
        openedRun = read
    }

    mutating func startFilter() {
        switch focus {
        case .drafts: drafts.setFilter(drafts.filter, isFocused: true)
        case .presets: presets.setFilter(presets.filter, isFocused: true)
        default:
            focus(on: .drafts)
            drafts.setFilter(drafts.filter, isFocused: true)
        }
    }

    mutating func changeValue(_ command: Command) {
        let field = paramsPane.field
        switch command {
        case .increase: form.step(field, by: 1)
        case .decrease: form.step(field, by: -1)
        default: form.reset(field)
        }
    }

    // MARK: The picture

    /// What is seen, and what the key does next.
    private mutating func sayComparison() {
        guard preview.isComparing else { return say("The comparison has ended.") }
        let sight = preview.comparesSideBySide ? "A is left, B is right" : "A and B take turns"
        say(preview.showsDifference ? "Grey is equal; b ends it." : "\(sight); b again: the difference. Esc ends it.")
    }

    mutating func performOnPreview(_ command: Command) {
        switch command {
        case .playPause:
            isTourAskedFor = false
            preview.setPlaying(!preview.isPlaying, now: now)
        case .frameBack: preview.step(by: -1, now: now)
        case .frameForward: preview.step(by: 1, now: now)
        case .slower: preview.changeSpeed(by: -1, now: now)
        case .faster: preview.changeSpeed(by: 1, now: now)
        case .loop: preview.isLooping.toggle()
        case .follow:
            preview.followsJob.toggle()
            say(preview.followsJob ? "The preview follows the running job." : "The preview stays with the draft.")
        case .setReference:
            preview.setReference()
            if let draft = selectedDraft { say("Draft \(draft.id) is A. Choose another with [ or ], then press b.") }
        default:
            if preview.reference == nil {
                say("Press a on one draft first, then b on another.", .warning)
            } else {
                // The clip of a draft just chosen may still be on its way.
                let isSame = preview.reference?.source == preview.clip?.source
                guard
                    preview.isComparing || !isSame || selectedDraft.map({ .draft($0.id) }) != preview.reference?.source
                else {
                    say("This one is A itself; [ or ] goes to another.", .warning)
                    return
                }
                preview.comparesSideBySide = (layout.panes[.preview]?.width ?? 0) >= 62
                preview.toggleComparing(now: now)
                sayComparison()
            }
        }
    }
}
