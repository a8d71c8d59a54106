package import Tensors

/// Carries latents from noise to clean along a schedule. It knows a closure for the velocity and no model.
///
/// Source: engine reference, section 7.
package struct FlowSampler: Sendable {
    package enum Method: Sendable, Hashable {
        case euler
        /// Noises the clean estimate anew after every step (the 0.9.6 distilled model).
        case stochastic
    }

    /// Where the sampler is.
    package struct Step: Sendable {
        /// 0 for the first.
        package let index: Int
        package let count: Int
        /// The noise level of this step.
        package let time: Float
        /// Every token's own noise level: `[batch, 1]`, or `[batch, tokens]` with conditioning.
        package let tokenTimes: Tensor
    }

    package let schedule: NoiseSchedule
    package let method: Method

    package init(_ schedule: NoiseSchedule, method: Method = .euler) {
        self.schedule = schedule
        self.method = method
    }

    /// Runs all steps.
    ///
    /// - Parameters:
    ///   - latents: `[batch, tokens, channels]` at the schedule's first noise level.
    ///   - conditioning: tokens that are given; nil: none.
    ///   - random: draws the noise that ``Method/stochastic`` and conditioning need.
    ///   - firstStep: steps before it are already done, as after a restart.
    ///   - velocity: the guided velocity of latents at a step, of the latents' shape. What it throws ends the run.
    ///   - afterStep: sees each step's result, and may throw to cancel.
    /// - Returns: clean latents, `[batch, tokens, channels]`.
    /// - Throws: what the closures throw.
    package func sample(
        from latents: Tensor, conditioning: TokenConditioning? = nil, random: inout RandomSource, firstStep: Int = 0,
        velocity: (Tensor, Step) throws -> Tensor, afterStep: (Step, Tensor) throws -> Void = { _, _ in }
    ) throws -> Tensor {
        precondition(latents.rank == 3, "FlowSampler: latents of shape \(latents.shape)")
        var latents = latents
        for index in firstStep..<max(firstStep, schedule.stepCount) {
            let time = schedule.timesteps[index]
            if let conditioning, conditioning.noiseScale > 0 {
                latents = conditioning.renewed(latents, at: time, noise: random.normal(shape: latents.shape))
            }
            let times = conditioning?.times(at: time) ?? Tensor.filled(with: time, shape: [latents.shape[0], 1])
            let step = Step(index: index, count: schedule.stepCount, time: time, tokenTimes: times)
            let direction = try velocity(latents, step)
            precondition(direction.shape == latents.shape, "FlowSampler: \(direction.shape) for \(latents.shape)")
            let moved = advance(latents, direction, times, &random)
            latents = conditioning?.merging(moved, keepingGivenOf: latents, at: time) ?? moved
            try afterStep(step, latents)
        }
        return latents
    }

    private func advance(
        _ latents: Tensor, _ velocity: Tensor, _ times: Tensor, _ random: inout RandomSource
    ) -> Tensor {
        let next = schedule.next(after: times)
        switch method {
        case .euler:
            return FlowStep.euler(latents, velocity: velocity, from: times, to: next)
        case .stochastic:
            let noise = random.normal(shape: latents.shape)
            return FlowStep.stochastic(latents, velocity: velocity, from: times, to: next, noise: noise)
        }
    }
}
