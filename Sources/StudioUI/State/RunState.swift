package import Generation
package import StudioCore

/// A job as the steps pane shows it: running, or finished and looked at again.
package struct RunState: Sendable {
    package enum Phase: Sendable, Equatable {
        case running
        case stopping
        case stopped
        case failed(String)
        case done
    }

    package var id: Int
    package var kind: GenerationResult.Kind
    package var recipe: Recipe
    package var phase = Phase.running
    /// Seconds on the state's clock.
    package var startedAt: Double
    package var endedAt: Double?
    package var stage: Stage?
    package var stageStartedAt: Double
    /// When the step being worked on began; nil: with its stage.
    private var stepStartedAt: Double?
    /// Stages that found what they make.
    package private(set) var cachedStages: Set<Stage> = []
    package var stageParts = 0
    package var finishedParts = 0
    /// Inside a long step: block and count.
    package var block: (number: Int, count: Int)?
    package var steps: [StepRecord] = []
    package var stageSeconds: [Stage: Double] = [:]
    package var savedStep: Int?
    /// What is left of the job, as the screen shows it.
    private var countdown: Countdown
    /// Seconds of sampling that earlier runs of a resumed job have done.
    private var earlierSeconds = 0.0
    /// What each stage was expected to take before the start.
    package var expectedStages: [Stage: Double] = [:]
    package var notes: [Int: String] = [:]
    /// Whether its estimates are shown: without the map that earlier drafts have taught, they are not.
    package private(set) var hasEstimates = false
    /// Why a step that is slow now would be: `load average 31 on 16 cores`; nil where nothing is known.
    var slowReason: String?

    package init(id: Int, kind: GenerationResult.Kind, recipe: Recipe, now: Double) {
        self.id = id
        self.kind = kind
        self.recipe = recipe
        startedAt = now
        stageStartedAt = now
        countdown = Countdown(now: now)
    }

    /// The stages of this kind of job, in order.
    package var stages: [Stage] {
        switch kind {
        case .draft: [.load, .text, .lr, .decode, .encode]
        // The draft was cleaned away and is made again first.
        case .commit where stage == .lr || stageSeconds[.lr] != nil:
            [.load, .text, .lr, .features, .hr, .decode, .encode]
        case .commit: [.load, .text, .features, .hr, .decode, .encode]
        }
    }

    package var stepCount: Int { kind == .draft || stage == .lr ? recipe.lr.steps : recipe.hr.steps }
    package var isRunning: Bool { phase == .running || phase == .stopping }

    /// The step being worked on, 1-based; nil outside sampling.
    package var presentStep: Int? {
        guard isRunning, stage == .lr || stage == .hr else { return nil }
        return min((steps.last?.number ?? 0) + 1, stepCount)
    }

    package func elapsed(now: Double) -> Double { (endedAt ?? now) - startedAt }

    /// The remaining time, counted down since the estimator spoke.
    package func remaining(now: Double) -> TimeEstimate? { isRunning ? countdown.remaining(now: now) : nil }

    /// Whether the remaining time has just jumped.
    func hasJumped(now: Double) -> Bool { countdown.hasJumped(now: now) }

    /// The estimator has spoken. A small change is slid over where numbers may move by themselves.
    package mutating func take(remaining estimate: TimeEstimate?, now: Double, slides: Bool) {
        countdown.take(estimate, now: now, slides: slides)
    }

    /// What the estimator said before this studio looked.
    mutating func take(remaining estimate: TimeEstimate?, said: Double) {
        countdown = Countdown(now: said)
        countdown.take(estimate, now: said, slides: false)
    }

    /// Steps of an earlier run belong to the job, but not to the time since this run began.
    mutating func noteEarlierSteps(now: Double) {
        earlierSeconds = max(steps.reduce(0) { $0 + $1.seconds } - elapsed(now: now), 0)
    }

    /// Whether nothing is left to sample, or the last step of it.
    var isNearEnd: Bool { presentStep.map { $0 >= stepCount } ?? ((steps.last?.number ?? 0) >= stepCount) }

    /// 0 to 1 over the whole job: by time where the rest is known, else by finished steps.
    package func progress(now: Double) -> Double {
        if phase == .done { return 1 }
        let elapsed = earlierSeconds + elapsed(now: now)
        let steps = Double(max(stepCount, 1))
        guard let rest = remaining(now: now), elapsed + rest.seconds > 0, rest.runs > 0 || isNearEnd else {
            return Double(self.steps.last?.number ?? 0) / steps * 0.9
        }
        let byTime = min(elapsed / (elapsed + rest.seconds), 0.99)
        // A step that takes longer than was thought does not fill the bar.
        return presentStep.map { min(byTime, Double($0) / steps) } ?? byTime
    }

    /// Seconds that `fraction` of the steps did not exceed; nil without steps.
    package func stepSeconds(quantile fraction: Double) -> Double? {
        let sorted = steps.map(\.seconds).sorted()
        guard !sorted.isEmpty else { return nil }
        return sorted[min(Int(Double(sorted.count - 1) * fraction + 0.5), sorted.count - 1)]
    }

    /// What the steps of a pass took together; nil without any.
    func seconds(ofSteps stage: Stage) -> Double? {
        let seconds = steps.filter { $0.pass.rawValue == stage.rawValue }.map(\.seconds)
        return seconds.isEmpty ? nil : seconds.reduce(0, +)
    }

    /// Seconds until the step being worked on is done, by the median of those that are; nil outside sampling and before
    /// the second step.
    package func stepRemaining(now: Double) -> Double? {
        guard presentStep != nil, let median = stepSeconds(quantile: 0.5) else { return nil }
        return max(median - max(now - (stepStartedAt ?? stageStartedAt), 0), 0)
    }

    /// Shares of attention, linear layers and the rest in the steps' time, in percent.
    package var split: (attention: Int, linear: Int, other: Int)? {
        let total = steps.reduce(0) { $0 + $1.seconds }
        guard total > 0 else { return nil }
        let attention = Int((steps.reduce(0) { $0 + $1.attention } / total * 100).rounded())
        let linear = Int((steps.reduce(0) { $0 + $1.linear } / total * 100).rounded())
        return (attention, linear, max(100 - attention - linear, 0))
    }

    package mutating func apply(_ event: GenerationEvent, now: Double) {
        switch event {
        case .stageStarted(let stage, let parts):
            self.stage = stage
            stageStartedAt = now
            stepStartedAt = nil
            stageParts = parts
            finishedParts = 0
        case .blockFinished(_, _, let number, let count): block = (number, count)
        case .stepFinished(let record):
            block = nil
            stepStartedAt = now
            noteSlowStep(record)
            steps.removeAll { $0.number >= record.number }
            steps.append(record)
            finishedParts = record.number
        case .partsFinished(_, let parts, _): finishedParts = parts
        case .stateSaved(_, let step, _): savedStep = step
        case .stageCached(let stage): cachedStages.insert(stage)
        case .stageFinished(let stage, let seconds): stageSeconds[stage] = seconds
        case .finished(let result):
            phase = .done
            endedAt = now
            stageSeconds.merge(result.stageSeconds) { _, new in new }
        case .preview: hasEstimates = true
        case .outputWritten, .noted: break
        }
    }

    private mutating func noteSlowStep(_ record: StepRecord) {
        guard steps.count >= 2, let median = stepSeconds(quantile: 0.5), record.seconds > 1.5 * median else { return }
        notes[record.number] = "slow: " + (slowReason ?? "usually " + Format.fixed(median, 2) + "s")
    }
}
