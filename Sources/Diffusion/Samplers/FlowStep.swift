package import Tensors

/// One step of the flow from a noise level to the next. Latents are `[batch, tokens, channels]`, times `[batch, 1 or tokens]`.
///
/// Source: engine reference 5.1; `RectifiedFlowScheduler.step` of ltx_video.
package enum FlowStep {
    /// Euler: x' = x - (t - next) v.
    package static func euler(_ x: Tensor, velocity v: Tensor, from t: Tensor, to next: Tensor) -> Tensor {
        x - column(t - next) * v
    }

    /// The clean latents that a velocity points at: x0 = x - t v.
    package static func clean(_ x: Tensor, velocity v: Tensor, at t: Tensor) -> Tensor {
        x - column(t) * v
    }

    /// Stochastic sampling: the clean estimate is noised anew, x' = (1 - next) x0 + next · noise.
    package static func stochastic(
        _ x: Tensor, velocity v: Tensor, from t: Tensor, to next: Tensor, noise: Tensor
    ) -> Tensor {
        noised(clean(x, velocity: v, at: t), noise: noise, at: next)
    }

    /// Clean latents at noise level t: x_t = (1 - t) x0 + t · noise.
    package static func noised(_ x0: Tensor, noise: Tensor, at t: Tensor) -> Tensor {
        let level = column(t)
        return (1 - level) * x0 + level * noise
    }

    /// Clean latents of any shape at one noise level.
    package static func noised(_ x0: Tensor, noise: Tensor, at t: Float) -> Tensor {
        (1 - t) * x0 + t * noise
    }

    /// `[batch, 1 or tokens]` to `[batch, 1 or tokens, 1]`.
    private static func column(_ times: Tensor) -> Tensor {
        precondition(times.rank == 2, "FlowStep: times of shape \(times.shape)")
        return times.expanded(at: 2)
    }
}
