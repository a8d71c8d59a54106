import Diffusion
import Foundation
import Kernels
import Models
import Tensors

/// One denoising pass: from a start latent to a clean one, step by step.
struct DenoiseStage {
    let pass: Pass
    let executor: VideoTransformerExecutor
    let grid: LatentGrid
    let schedule: NoiseSchedule
    let guidance: Float
    let rotary: RotaryRows
    let positive: PromptContext
    /// Needed where guidance is on.
    let negative: PromptContext?
    let injections: [InjectedFeatures]
    /// Where the state is kept after each step, and under which key; nil: nowhere.
    let stateFolder: URL?
    let stateKey: String
    /// Shows the present estimate of the clean latent, `[tokens, channels]`.
    let showEstimate: (([Float]) -> Void)?

    private var channels: Int { executor.configuration.inputChannels }

    /// - Parameter start: `[tokens, channels]`, at the schedule's first level.
    /// - Returns: `[tokens, channels]`.
    func run(from start: [Float], job: JobContext) throws -> [Float] {
        let workspace = executor.workspace(tokenCount: grid.tokenCount)
        var latent = start
        var first = 0
        if let stateFolder, let state = SamplerState.read(in: stateFolder, key: stateKey),
            state.latent.count == start.count, state.step <= schedule.stepCount
        {
            latent = state.latent
            first = state.step
        }
        var random = RandomSource(seed: 0)  // Euler steps draw nothing
        var lastEstimate: [Float]?
        var stepStart = ContinuousClock.now
        let shape = [1, grid.tokenCount, channels]
        _ = executor.times.take()
        let result = try FlowSampler(schedule).sample(
            from: Tensor(latent, shape: shape), random: &random, firstStep: first,
            velocity: { tokens, step in
                stepStart = ContinuousClock.now
                let velocity = try velocity(tokens.values, step, workspace, stepStart, job)
                let estimate = tokens.values.withUnsafeBufferPointer { x in
                    velocity.withUnsafeBufferPointer { v in x.indices.map { x[$0] - step.time * v[$0] } }
                }
                let change = lastEstimate.map { Self.relativeChange(from: $0, to: estimate) }
                lastEstimate = estimate
                report(step, since: stepStart, change: change, job)
                return Tensor(velocity, shape: shape)
            },
            afterStep: { step, tokens in
                try job.checkCancellation()
                if let stateFolder {
                    try SamplerState(
                        step: step.index + 1, latent: tokens.values, tokenCount: grid.tokenCount, key: stateKey
                    ).write(in: stateFolder)
                    job.emit(.stateSaved(pass: pass, step: step.index + 1))
                }
                if let lastEstimate, step.index + 1 < schedule.stepCount { showEstimate?(lastEstimate) }
            })
        return result.values
    }

    private func velocity(
        _ tokens: [Float], _ step: FlowSampler.Step, _ workspace: TransformerWorkspace,
        _ start: ContinuousClock.Instant,
        _ job: JobContext
    ) throws -> [Float] {
        let guided = guidance > 1 && negative != nil
        let reporter = BlockReporter(
            pass: pass, step: step.index + 1, blocksPerCall: executor.configuration.layerCount, calls: guided ? 2 : 1,
            start: start, job: job)
        func evaluate(_ prompt: PromptContext) throws -> [Float] {
            var evaluation = VideoTransformerExecutor.Evaluation(rotary: rotary, prompt: prompt, timesteps: [step.time])
            evaluation.injections = injections
            evaluation.stop = job.stop
            nonisolated(unsafe) let reporter = reporter  // SAFETY: called on this thread, between blocks
            evaluation.onBlock = { _ in reporter.next() }
            return try executor.velocity(tokens, evaluation, workspace: workspace)
        }
        guard guided, let negative else { return try evaluate(positive) }
        let without = try evaluate(negative)
        let with = try evaluate(positive)
        let shape = [1, grid.tokenCount, channels]
        return Guidance(scale: guidance).combined(
            positive: Tensor(with, shape: shape), negative: Tensor(without, shape: shape)
        ).values
    }

    private func report(
        _ step: FlowSampler.Step, since start: ContinuousClock.Instant, change: Double?, _ job: JobContext
    ) {
        let parts = executor.times.take()
        let threads = Double(executor.parallel.threadCount)
        job.emit(
            .stepFinished(
                StepRecord(
                    pass: pass, number: step.index + 1, count: schedule.stepCount, sigma: step.time,
                    seconds: JobContext.seconds(since: start), attention: parts.attention / threads,
                    linear: parts.linear / threads, tokens: grid.tokenCount, calls: guidance > 1 ? 2 : 1,
                    x0Change: change)))
    }

    /// ||new - old|| / ||new||.
    private static func relativeChange(from old: [Float], to new: [Float]) -> Double {
        var (difference, norm) = (0.0, 0.0)
        for index in new.indices {
            let d = Double(new[index] - old[index])
            difference += d * d
            norm += Double(new[index]) * Double(new[index])
        }
        return norm > 0 ? (difference / norm).squareRoot() : 0
    }
}

/// Tells of blocks inside long steps, at most ten times a second.
private final class BlockReporter {
    private let pass: Pass
    private let step: Int
    private let count: Int
    private let start: ContinuousClock.Instant
    private let job: JobContext
    private var done = 0
    private var lastTime: ContinuousClock.Instant

    init(pass: Pass, step: Int, blocksPerCall: Int, calls: Int, start: ContinuousClock.Instant, job: JobContext) {
        self.pass = pass
        self.step = step
        count = blocksPerCall * calls
        self.start = start
        self.job = job
        lastTime = start
    }

    func next() {
        done += 1
        let now = ContinuousClock.now
        // A step that will take two seconds shows it after its first blocks.
        let expected = (now - start) / .seconds(1) / Double(done) * Double(count)
        guard expected > 2, now - lastTime >= .milliseconds(100) else { return }
        lastTime = now
        job.emit(.blockFinished(pass: pass, step: step, block: done, count: count))
    }
}
