import Generation
import StudioCore

/// How near a commit's estimate is to its draft.
package struct DraftMatch: Sendable, Equatable {
    package var job: Int
    package var value: Double
    var hasWarned = false

    /// Below it a commit is no longer the draft's.
    static let limit = 0.8
    static let warning = "This commit is moving away from the draft"
}

/// Pictures of a job under way.
extension StudioState {
    /// First the small look, then the full one.
    mutating func askForSharperLook() -> [StudioAction] {
        guard let job = runningJob, let run, run.id == job.id, let step = run.presentStep else {
            say("A sharper look is there while a job samples. Nothing does now.", .warning)
            return []
        }
        let isSecond = askedLook?.job == job.id && askedLook?.step == step && askedLook?.look == .small
        let look: SharperLook = isSecond ? .full : .small
        askedLook = (job.id, step, look)
        preview.followsJob = true
        sheet = nil
        features = nil
        let cost = look == .full ? run.expectedStages[.decode].map { " and takes about \(Format.rough($0))" } ?? "" : ""
        let more = look == .small ? "; v again: at full size" : ""
        say("The decoder's picture of step \(step) comes when it is done\(cost)\(more).")
        return [.look(look)]
    }

    /// A picture of the running job's estimate, or its decoded frames.
    mutating func take(_ shown: Preview, job: Int) {
        if let seconds = shown.seconds { previewSeconds += seconds }
        if let match = shown.match { note(match: match, job: job) }
        keepStrip(of: shown, job: job)
        guard preview.followsJob, !shown.frames.isEmpty, features == nil else { return }
        let step = run?.steps.last?.number ?? 0
        let source: ShownClip.Source =
            switch shown.look {
            case .map: .estimate(job: job, step: step)
            case .small, .full: .sharper(job: job, step: step, isFull: shown.look == .full)
            case .decoded: .decoded(job: job)
            }
        preview.show(ShownClip(source: source, frames: shown.frames, fps: shown.fps), now: now)
    }

    /// The decoded clip is not an estimate: beside it stays the last one.
    private mutating func keepStrip(of shown: Preview, job: Int) {
        guard let run, run.id == job, shown.look != .decoded, !shown.frames.isEmpty else { return }
        estimateStrip = EstimateStrip(
            shown, job: job, step: run.steps.last?.number ?? 0, clipFrames: run.recipe.frames)
    }

    private mutating func note(match value: Double, job: Int) {
        var match = self.match.flatMap { $0.job == job ? $0 : nil } ?? DraftMatch(job: job, value: value)
        match.value = value
        defer { self.match = match }
        // It has come back: the warning does not outlast that.
        if value >= DraftMatch.limit, message?.text.hasPrefix(DraftMatch.warning) == true { message = nil }
        guard value < DraftMatch.limit, !match.hasWarned, let run, (run.steps.last?.number ?? 0) * 2 >= run.stepCount
        else { return }
        match.hasWarned = true
        let figure = Format.fixed(value, 2)
        say(DraftMatch.warning + " (\(figure)). Ctrl-C stops and keeps it.", .warning)
    }

    /// `match to draft 0.93`, for a commit under way; empty before the first estimate.
    package func matchText(job: Int) -> String {
        match.flatMap { $0.job == job ? "match to draft " + Format.fixed($0.value, 2) : nil } ?? ""
    }

    /// What the pictures between the steps took of the job's time, for the log.
    mutating func notePreviewCost() {
        defer { previewSeconds = 0 }
        let steps = run?.steps.reduce(0) { $0 + $1.seconds } ?? 0
        guard let run, previewSeconds > 0, steps > 0 else { return }
        let share = Format.fixed(previewSeconds / steps * 100, 1)
        say("job \(run.id): previews took \(Format.fixed(previewSeconds, 2))s, \(share) % of its steps", .detail)
    }
}
