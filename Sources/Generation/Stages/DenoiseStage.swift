import Diffusion
import Foundation
import Kernels
import Models
import Tensors

/// How a pass guides its velocity.
struct PassGuidance: Sendable {
    let strengths: Guidance
    /// What the perturbed evaluation leaves out; nil where it would change nothing.
    let perturbation: AttentionPerturbation?
    /// The noise levels at which classifier-free guidance is on; nil: all.
    let interval: NoiseInterval?

    init(_ settings: PassSettings) {
        interval = settings.guidanceInterval
        strengths = Guidance(
            scale: settings.guidance, perturbationScale: settings.stg ?? 0, rescaling: settings.rescale ?? 1)
        let mode = settings.stgMode ?? .attentionValues
        perturbation =
            strengths.needsPerturbed && mode.hasEffect
            ? AttentionPerturbation.Mode(rawValue: mode.rawValue).map {
                AttentionPerturbation(mode: $0, blocks: Set(settings.stgBlocks ?? []), batchElements: [0])
            } : nil
    }

    /// The strengths at a noise level: classifier-free guidance costs diversity at high ones and does little at low ones
    /// (Kynkäänniemi et al. 2024, arXiv:2404.07724).
    func strengths(at level: Float) -> Guidance {
        var strengths = strengths
        if let interval, !interval.contains(level) { strengths.scale = 1 }
        return strengths
    }

    /// Model evaluations in a step.
    func branches(at level: Float) -> Set<StepReuse.Branch> {
        var branches: Set<StepReuse.Branch> = [.positive]
        if strengths(at: level).needsNegative { branches.insert(.negative) }
        if perturbation != nil { branches.insert(.perturbed) }
        return branches
    }
}

/// What a pass with sparse attention keeps from step to step.
struct SparsePass: Sendable {
    let order: TokenOrder
    let blocks: AttentionSparsity
}

/// One denoising pass: from a start latent to a clean one, step by step.
struct DenoiseStage {
    let pass: Pass
    let executor: VideoTransformerExecutor
    let grid: LatentGrid
    let schedule: NoiseSchedule
    let method: FlowSampler.Method
    /// Where stochastic steps draw their noise.
    let random: RandomSource
    let guidance: PassGuidance
    let rotary: RotaryRows
    let positive: PromptContext
    /// Needed where classifier-free guidance is on.
    let negative: PromptContext?
    let injections: [InjectedFeatures]
    /// Set where attention leaves out key blocks: `rotary` and `injections` are in this order of tokens then.
    let sparsity: SparsePass?
    /// Step caching; nil: every step computes all blocks.
    let reuse: StepReuse?
    /// Where the state is kept after each step.
    let state: StatePlace
    /// Shows the present estimate of the clean latent between two steps.
    let preview: EstimatePreview?

    private var channels: Int { executor.configuration.inputChannels }
    private var shape: [Int] { [1, grid.tokenCount, channels] }

    /// `start`: `[tokens, channels]`, at the schedule's first level.
    ///
    /// - Returns: `[tokens, channels]`.
    /// - Throws: `CancellationError`; the last finished step is on the disk then. ``GenerationError/otherState(_:canGoOn:)``.
    func run(from start: [Float], job: JobContext) throws -> [Float] {
        let workspace = executor.workspace(tokenCount: grid.tokenCount)
        let (latent, first) = try resumed(start, job)
        var random = random
        if method == .stochastic {
            for _ in 0..<first { _ = random.normal(count: latent.count) }
        }
        let saver = StateSaver(folder: state.folder) { [send = job.send, pass] in
            send(.stateSaved(pass: pass, step: $0, bytes: $1))
        } onFailure: { [send = job.send] step, error in
            send(
                .noted(
                    "The state after step \(step) could not be kept, so a stop would lose more than one step; the job goes "
                        + "on. \(error)"))
        }
        defer { saver.finish() }
        var preview = preview
        var estimate: [Float]?
        // Where going on begins.
        var (whole, wholeStep) = (latent, first)
        _ = executor.times.take()
        let result = try FlowSampler(schedule, method: method).sample(
            from: Tensor(latent, shape: shape), random: &random, firstStep: first,
            velocity: { tokens, step in
                let start = ContinuousClock.now
                let velocity = try velocity(tokens.values, step, workspace, start, job)
                let clean = Self.clean(tokens.values, velocity, at: step.time)
                let change = estimate.map { Self.relativeChange(from: $0, to: clean) }
                estimate = clean
                report(step, since: start, change: change, job)
                return Tensor(velocity, shape: shape)
            },
            afterStep: { step, tokens in
                // A step that nobody hears of any more must not be on the disk: its record would be missing for good.
                try job.checkCancellation()
                let isLast = step.index + 1 == schedule.stepCount
                // A finished draft is kept whole; a finished commit still has to be decoded and written.
                if !isLast || pass == .hr {
                    var state = SamplerState(
                        pass: pass, step: step.index + 1, stepCount: schedule.stepCount, latent: tokens.values,
                        tokenCount: grid.tokenCount, key: state.key, origin: state.origin, estimate: estimate,
                        estimatedStep: step.index + 1, attention: sparsity?.blocks.bits)
                    if let reuse, !isLast {
                        let next = state
                        reuse.keep {
                            (whole, wholeStep) = (next.latent, next.step)
                            saver.save(next)
                        }
                        (state.latent, state.step) = (whole, wholeStep)
                    }
                    saver.save(state)
                    // Here and not where the state's event is read: by then another step would have been begun.
                    if let end = job.stepEnd, end.isAsked, saver.hasSaved(step.index + 1) { throw CancellationError() }
                }
                if let estimate, !isLast { try preview?.show(estimate) }
            })
        return result.values
    }

    /// Where an interrupted run of the same job stopped, else the start.
    private func resumed(_ start: [Float], _ job: JobContext) throws -> (latent: [Float], firstStep: Int) {
        guard let kept = try state.kept(pass, job), kept.latent.count == start.count, kept.step <= schedule.stepCount
        else { return (start, 0) }
        if let sparsity, kept.step > 0 {
            guard let attention = kept.attention, sparsity.blocks.restore(attention) else { return (start, 0) }
        }
        if kept.estimatedStep > kept.step {
            let steps = kept.estimatedStep - kept.step
            job.emit(
                .noted(
                    steps == 1
                        ? "Step \(kept.estimatedStep) is made again: the step cache behind it is not kept."
                        : "Steps \(kept.step + 1) to \(kept.estimatedStep) are made again: the step cache behind them is "
                            + "not kept."))
        }
        return (kept.latent, kept.step)
    }

    /// The guided velocity.
    private func velocity(
        _ tokens: [Float], _ step: FlowSampler.Step, _ workspace: TransformerWorkspace,
        _ start: ContinuousClock.Instant, _ job: JobContext
    ) throws -> [Float] {
        let branches = guidance.branches(at: step.time)
        reuse?.beginStep(at: step.time, branches)
        let reporter = BlockReporter(
            pass: pass, step: step.index + 1, blocksPerCall: executor.configuration.layerCount, calls: branches.count,
            start: start, job: job)
        func evaluate(
            _ branch: StepReuse.Branch, _ prompt: PromptContext, _ perturbation: AttentionPerturbation? = nil
        ) throws -> Tensor {
            var evaluation = VideoTransformerExecutor.Evaluation(rotary: rotary, prompt: prompt, timesteps: [step.time])
            evaluation.injections = injections
            evaluation.perturbation = perturbation
            evaluation.reuse = reuse?.reuse(branch)
            evaluation.stop = job.stop
            nonisolated(unsafe) let reporter = reporter  // SAFETY: called on this thread, between blocks
            evaluation.onBlock = { _ in reporter.next() }
            guard let sparsity else {
                return Tensor(try executor.velocity(tokens, evaluation, workspace: workspace), shape: shape)
            }
            // What is measured is the positive prompt's attention; the other evaluations of a step share its blocks.
            let isMeasuring = step.index == 0 && branch == .positive
            let isApplied = step.index > 0
            evaluation.sparsity =
                isMeasuring ? .measured(sparsity.blocks) : isApplied ? .applied(sparsity.blocks) : .none
            let velocity = try executor.velocity(
                sparsity.order.applied(to: tokens, width: channels), evaluation, workspace: workspace)
            return Tensor(sparsity.order.undone(velocity, width: executor.configuration.outputChannels), shape: shape)
        }
        let without = try branches.contains(.negative) ? negative.map { try evaluate(.negative, $0) } : nil
        let with = try evaluate(.positive, positive)
        let perturbed = try guidance.perturbation.map { try evaluate(.perturbed, positive, $0) } ?? with
        return guidance.strengths(at: step.time).combined(positive: with, negative: without, perturbed: perturbed)
            .values
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
                    linear: parts.linear / threads, tokens: grid.tokenCount,
                    calls: guidance.branches(at: step.time).count, x0Change: change,
                    isReused: reuse?.isReused ?? false, residentBytes: ProcessMemory.residentBytes)))
    }

    /// x0 = x - t v.
    private static func clean(_ x: [Float], _ v: [Float], at t: Float) -> [Float] {
        [Float](unsafeUninitializedCapacity: x.count) { result, count in
            for index in x.indices { result[index] = x[index] - t * v[index] }
            count = x.count
        }
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
