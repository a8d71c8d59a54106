package import Generation

/// Follows a running job and says how long it still takes.
package struct RemainingTime: Sendable {
    private let estimate: JobEstimate
    private let startSeconds: Double
    private var finished: Set<Stage> = []
    private var stage: Stage?
    private var stageStart: Double
    private var parts = (done: 0, count: 0)
    private var stepSeconds: [Double] = []

    /// Begins at `now`, in seconds of any steadily rising clock.
    package init(estimate: JobEstimate, now: Double) {
        self.estimate = estimate
        startSeconds = now
        stageStart = now
    }

    /// Takes in what the job told.
    package mutating func update(_ event: GenerationEvent, now: Double) {
        switch event {
        case .stageStarted(let started, let count):
            stage = started
            stageStart = now
            parts = (0, count)
            stepSeconds = []
        case .stepFinished(let step):
            parts = (step.number, step.count)
            stepSeconds.append(step.seconds)
        case .partsFinished(_, let done, let count):
            parts = (done, count)
        case .stageFinished(let ended, _):
            finished.insert(ended)
            if stage == ended { stage = nil }
        case .stageCached, .blockFinished, .preview, .stateSaved, .outputWritten, .finished: break
        }
    }

    /// What is left, at least one second while anything runs; nil: `estimating`.
    package func remaining(now: Double) -> TimeEstimate? {
        var low = 0.0, seconds = 0.0, high = 0.0
        var runs = Int.max
        var basis = "model"
        if let stage {
            guard let present = presentStage(stage, now: now) else { return nil }
            (seconds, low, high, runs) = (present.seconds, present.low, present.high, present.runs)
            basis = present.basis
        }
        for part in estimate.parts where !finished.contains(part.stage) && part.stage != stage {
            guard let time = part.time else {
                // An unknown sampling pass ahead makes any total a lie; a small unknown stage does not.
                if part.stage == .lr || part.stage == .hr { return nil }
                continue
            }
            seconds += time.seconds
            low += time.low
            high += time.high
            runs = min(runs, time.runs)
        }
        return TimeEstimate(
            seconds: max(seconds, 1), low: max(low, 1), high: max(high, 1), runs: runs == .max ? 0 : runs, basis: basis)
    }

    /// 0 to 1, by predicted time where it is known.
    package func fraction(now: Double) -> Double? {
        guard let remaining = remaining(now: now) else { return nil }
        let spent = max(now - startSeconds, 0)
        return spent / (spent + remaining.seconds)
    }

    private func presentStage(_ stage: Stage, now: Double) -> TimeEstimate? {
        let spent = max(now - stageStart, 0)
        let model = estimate[stage]
        if stage == .lr || stage == .hr { return sampling(model, spent: spent) }
        if parts.count > 1, parts.done > 0 {
            let left = spent / Double(parts.done) * Double(parts.count - parts.done)
            return TimeEstimate(seconds: left, spread: 0.1, runs: model?.runs ?? 0, basis: "\(parts.done) parts")
        }
        guard let model else {
            return TimeEstimate(seconds: 0, spread: 0.05, runs: 0, basis: "unknown stage")
        }
        let left = max(model.seconds - spent, 0)
        return TimeEstimate(
            seconds: left, low: max(model.low - spent, 0), high: max(model.high - spent, left), runs: model.runs,
            basis: model.basis)
    }

    /// `w * median(last 5) + (1 - w) * model`, `w = k / (k + 1)`.
    private func sampling(_ model: TimeEstimate?, spent: Double) -> TimeEstimate? {
        let timed = withoutWarmUp(stepSeconds)
        let left = Double(max(parts.count - parts.done, 0))
        let perStep = model.map { $0.seconds / Double(max(parts.count, 1)) }
        guard perStep != nil || timed.count >= 2 || left == 0 else { return nil }
        let recent = timed.suffix(5).sorted()
        let measured = recent.isEmpty ? nil : recent[recent.count / 2]
        let weight = perStep == nil ? 1 : Double(timed.count) / Double(timed.count + 1)
        let step = (measured ?? 0) * weight + (perStep ?? 0) * (1 - weight)
        // Time already spent in the step in flight.
        let inFlight = min(max(spent - stepSeconds.reduce(0, +), 0), step)
        let seconds = max(step * left - (left > 0 ? inFlight : 0), 0)
        let modelSpread = model.map { $0.seconds > 0 ? ($0.high - $0.seconds) / $0.seconds : 0.3 } ?? 0.3
        let basis = timed.isEmpty ? (model?.basis ?? "model") : "model+\(timed.count) steps"
        return TimeEstimate(
            seconds: seconds, spread: modelSpread * (1 - weight) + 0.05 * weight, runs: model?.runs ?? 0, basis: basis)
    }

    /// The first step is left out when it took 1.5 times the median or more.
    private func withoutWarmUp(_ seconds: [Double]) -> [Double] {
        guard seconds.count >= 3 else { return seconds }
        let median = seconds.sorted()[seconds.count / 2]
        return seconds[0] >= 1.5 * median ? Array(seconds.dropFirst()) : seconds
    }
}
