package import Foundation
package import Generation

/// How far a running job is: what a front end that comes later needs to show it as if it had been there all along.
package struct RunProgress: Sendable, Hashable, Codable {
    package var job: Int
    package var startedAt: Date
    package var stage: Stage?
    package var stageStartedAt: Date
    package var stageParts = 0
    package var finishedParts = 0
    /// Blocks done of the present step, where it is a long one.
    package var block: Int?
    /// Those of earlier runs of the job included.
    package var steps: [StepRecord]
    package var stageSeconds: [StageRecord]
    /// Stages that found what they make.
    package var cachedStages: [Stage] = []
    /// The step whose state is on the disk.
    package var savedStep: Int?
    package var remaining: TimeEstimate?
    package var remainingAt: Date

    package init(
        job: Int, startedAt: Date = .now, steps: [StepRecord] = [], stageSeconds: [StageRecord] = [],
        savedStep: Int? = nil
    ) {
        self.job = job
        self.startedAt = startedAt
        stageStartedAt = startedAt
        remainingAt = startedAt
        self.steps = steps
        self.stageSeconds = stageSeconds
        self.savedStep = savedStep
    }

    mutating func apply(_ content: JobEvent.Content, now: Date = .now) {
        switch content {
        case .state: break
        case .remaining(let estimate):
            remaining = estimate
            remainingAt = now
        case .generation(let event): apply(event, now)
        }
    }

    private mutating func apply(_ event: GenerationEvent, _ now: Date) {
        switch event {
        case .stageStarted(let stage, let parts):
            self.stage = stage
            stageStartedAt = now
            stageParts = parts
            finishedParts = 0
        case .stageCached(let stage): cachedStages.append(stage)
        case .blockFinished(_, _, let number, _): block = number
        case .stepFinished(let step):
            block = nil
            steps.removeAll { $0.pass == step.pass && $0.number >= step.number }
            steps.append(step)
            finishedParts = step.number
        case .partsFinished(_, let parts, _): finishedParts = parts
        case .stateSaved(_, let step, _): savedStep = step
        case .stageFinished(let stage, let seconds):
            stageSeconds.removeAll { $0.stage == stage }
            stageSeconds.append(StageRecord(stage: stage, part: 0, seconds: seconds, work: 0, isWarm: false))
        case .preview, .outputWritten, .noted, .finished: break
        }
    }
}
