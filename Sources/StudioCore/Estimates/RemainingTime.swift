package import Generation

/// The steps of a pass that were done before a job went on.
package struct EarlierSteps: Sendable {
    let stage: Stage
    let steps: Int
    let count: Int

    package init(_ steps: Int, of count: Int, in stage: Stage) {
        (self.steps, self.count, self.stage) = (steps, count, stage)
    }

    /// Of all steps, those that are still to be made.
    var rest: Double { count > 0 ? Double(max(count - steps, 0)) / Double(count) : 1 }
}

/// Follows a running job and says how long it still takes.
package struct RemainingTime: Sendable {
    private let estimate: JobEstimate
    private let startSeconds: Double
    /// What earlier runs of a job have done of its steps; this one goes on after them.
    private let earlier: EarlierSteps?
    private var finished: Set<Stage> = []
    private var stage: Stage?
    private var stageStart: Double
    private var parts = (done: 0, count: 0)
    private var steps: [StepRecord] = []

    /// Begins at `now`, in seconds of any steadily rising clock.
    package init(estimate: JobEstimate, now: Double, earlier: EarlierSteps? = nil) {
        self.estimate = estimate
        self.earlier = earlier
        startSeconds = now
        stageStart = now
    }

    /// Takes in what the job told.
    package mutating func update(_ event: GenerationEvent, now: Double) {
        switch event {
        case .stageStarted(let started, let count):
            stage = started
            stageStart = now
            parts = (started == earlier?.stage ? min(earlier?.steps ?? 0, count) : 0, count)
            steps = []
        case .stepFinished(let step):
            parts = (step.number, step.count)
            steps.append(step)
        case .partsFinished(_, let done, let count):
            parts = (done, count)
        case .stageFinished(let ended, _):
            finished.insert(ended)
            if stage == ended { stage = nil }
        case .stageCached, .blockFinished, .preview, .stateSaved, .outputWritten, .noted, .finished: break
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
                if Self.isSampling(part.stage) { return nil }
                continue
            }
            let share = part.stage == earlier?.stage ? earlier?.rest ?? 1 : 1
            seconds += time.seconds * share
            low += time.low * share
            high += time.high * share
            runs = min(runs, time.runs)
        }
        let told = TimeEstimate(
            seconds: max(seconds, 1), low: max(low, 1), high: max(high, 1), runs: runs == .max ? 0 : runs, basis: basis)
        let spent = max(now - startSeconds, 0)
        // Once steps were measured, only these count.
        let isMeasured = !steps.isEmpty || finished.contains(where: Self.isSampling) || estimate.isOfKnownSize
        var ranged = estimate.errors.ranged(told, at: spent / (spent + told.seconds), keepsWider: !isMeasured)
        ranged.low = max(ranged.low, 1)
        return ranged
    }

    /// 0 to 1, by predicted time where it is known.
    package func fraction(now: Double) -> Double? {
        guard let remaining = remaining(now: now) else { return nil }
        let spent = max(now - startSeconds, 0)
        return spent / (spent + remaining.seconds)
    }

    private static func isSampling(_ stage: Stage) -> Bool { stage == .lr || stage == .hr }

    private func presentStage(_ stage: Stage, now: Double) -> TimeEstimate? {
        let spent = max(now - stageStart, 0)
        let model = estimate[stage]
        if Self.isSampling(stage) { return sampling(model, work: estimate.stepWork(stage), spent: spent) }
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

    /// `w * median(last 5) + (1 - w) * model`, `w = k / (k + 1)`, of one evaluation; times the evaluations that are left.
    ///
    /// `work`: of each step, in evaluations.
    private func sampling(_ model: TimeEstimate?, work: [Double], spent: Double) -> TimeEstimate? {
        let timed = measuredCalls
        let work = work.count == parts.count ? work : Array(repeating: 1, count: parts.count)
        let left = work.dropFirst(parts.done)
        let whole = work.reduce(0, +)
        let known = model.flatMap { whole > 0 ? $0.seconds / whole : nil }
        guard known != nil || timed.count >= 2 || left.isEmpty else { return nil }
        let recent = timed.suffix(5).sorted()
        let measured = recent.isEmpty ? nil : recent[recent.count / 2]
        let weight = known == nil ? 1 : Double(timed.count) / Double(timed.count + 1)
        let call = (measured ?? 0) * weight + (known ?? 0) * (1 - weight)
        // Time already spent in the step in flight.
        let inFlight = min(max(spent - steps.reduce(0) { $0 + $1.seconds }, 0), call * (left.first ?? 0))
        let seconds = max(call * left.reduce(0, +) - inFlight, 0)
        let modelSpread = model.map { $0.seconds > 0 ? ($0.high - $0.seconds) / $0.seconds : 0.3 } ?? 0.3
        let basis = timed.isEmpty ? (model?.basis ?? "model") : "model+\(timed.count) steps"
        return TimeEstimate(
            seconds: seconds, spread: modelSpread * (1 - weight) + 0.05 * weight, runs: model?.runs ?? 0, basis: basis)
    }

    /// Seconds of one evaluation in each step that computed every block. The first is left out when it took 1.5 times the
    /// median or more: warm-up.
    private var measuredCalls: [Double] {
        let seconds = steps.filter { !$0.isReused }.map { $0.seconds / Double(max($0.calls, 1)) }
        guard seconds.count >= 3 else { return seconds }
        let median = seconds.sorted()[seconds.count / 2]
        return seconds[0] >= 1.5 * median ? Array(seconds.dropFirst()) : seconds
    }
}
