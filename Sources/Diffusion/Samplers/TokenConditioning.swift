package import Tensors

/// Tokens that are given rather than generated, as images and clips to start from are.
///
/// Source: engine reference, section 7, steps 5 and 6; `LTXVideoPipeline` of ltx_video.
package struct TokenConditioning: Sendable {
    /// How far each token is given, `[batch, tokens]`: 1 keeps it, 0 generates it.
    package let mask: Tensor
    /// The latents before the first step, `[batch, tokens, channels]`.
    package let initial: Tensor
    /// k: fully given tokens are set to their initial value + k · noise · t² before each step; 0 is off.
    package let noiseScale: Float

    package init(mask: Tensor, initial: Tensor, noiseScale: Float = 0) {
        precondition(
            mask.rank == 2 && initial.rank == 3 && mask.shape == Array(initial.shape.dropLast()),
            "TokenConditioning: mask \(mask.shape) for \(initial.shape)")
        self.mask = mask
        self.initial = initial
        self.noiseScale = noiseScale
    }

    /// Each token's own noise level while the sampler is at `time`: min(t, 1 - mask), `[batch, tokens]`.
    package func times(at time: Float) -> Tensor {
        Tensor(mask.values.map { min(time, 1 - $0) }, shape: mask.shape)
    }

    /// `after` where a token is still being generated at `time`, `before` elsewhere; both `[batch, tokens, channels]`.
    package func merging(_ after: Tensor, keepingGivenOf before: Tensor, at time: Float) -> Tensor {
        select(after, before) { time - NoiseSchedule.tolerance < 1 - $0 }
    }

    /// Latents with the fully given tokens set back to their initial value plus noise of strength k t².
    func renewed(_ latents: Tensor, at time: Float, noise: Tensor) -> Tensor {
        let amount = noiseScale * time * time
        return select(initial + amount * noise, latents) { $0 > 1 - NoiseSchedule.tolerance }
    }

    /// Whole tokens of `first` where the mask passes the test, of `second` elsewhere.
    private func select(_ first: Tensor, _ second: Tensor, where test: (Float) -> Bool) -> Tensor {
        precondition(first.shape == second.shape && first.shape == initial.shape, "TokenConditioning: other latents")
        let channels = initial.shape[2]
        let choice = mask.values.map(test)
        return Tensor(shape: first.shape) { target in
            first.withUnsafeBuffer { first in
                second.withUnsafeBuffer { second in
                    for (token, takesFirst) in choice.enumerated() {
                        let range = token * channels..<(token + 1) * channels
                        let source = takesFirst ? first : second
                        for index in range { target[index] = source[index] }
                    }
                }
            }
        }
    }
}
