import Foundation
import Kernels
import Models

/// A running job: where its events go, when it must stop, what it took so far.
final class JobContext {
    let stop: StopFlag
    /// Pictures that are asked for while the job runs.
    let looks: LookWishes
    /// Nil: the job ends where it ends.
    let stepEnd: StepEnd?
    /// Takes events from any thread.
    let send: @Sendable (GenerationEvent) -> Void
    private let start = ContinuousClock.now
    private(set) var stageSeconds: [Stage: Double] = [:]
    private(set) var steps: [StepRecord] = []

    init(
        stop: StopFlag, looks: LookWishes = LookWishes(), stepEnd: StepEnd? = nil,
        send: @escaping @Sendable (GenerationEvent) -> Void
    ) {
        self.stop = stop
        self.looks = looks
        self.stepEnd = stepEnd
        self.send = send
    }

    var seconds: Double { Self.seconds(since: start) }

    static func seconds(since start: ContinuousClock.Instant) -> Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Sends an event; steps are remembered for the result.
    func emit(_ event: GenerationEvent) {
        if case .stepFinished(let record) = event { steps.append(record) }
        send(event)
    }

    func checkCancellation() throws {
        if stop.isStopped { throw CancellationError() }
    }

    /// Announces a stage, runs it and adds its time.
    func stage<Result>(_ stage: Stage, parts: Int = 1, _ body: () throws -> Result) throws -> Result {
        try checkCancellation()
        emit(.stageStarted(stage, parts: parts))
        let start = ContinuousClock.now
        let result = try body()
        try checkCancellation()
        let seconds = Self.seconds(since: start)
        stageSeconds[stage, default: 0] += seconds
        emit(.stageFinished(stage, seconds: seconds))
        return result
    }

    /// Time that belongs to a stage which runs interleaved with another.
    func add(_ seconds: Double, to stage: Stage) { stageSeconds[stage, default: 0] += seconds }
}
