package import Models
package import Tensors

/// Clean tokens, the noise they are mixed with, and what the model is told besides: one batch of flow matching.
package struct FlowMatchingBatch: Sendable {
    /// Normalised latents, `[batch, tokens, channels]`.
    package let clean: Tensor
    /// Standard normal, the shape of `clean`.
    package let noise: Tensor
    /// The noise's share, in 0...1, `[batch]`.
    package let times: Tensor
    /// Seconds, pixel rows and pixel columns of every token, `[batch or 1, 3, tokens]`.
    package let coordinates: Tensor
    /// States of the text encoder, `[batch, words, captionChannels]`.
    package let prompt: Tensor
    /// 1 for words, 0 for padding, `[batch, words]`.
    package let promptMask: Tensor

    package init(
        clean: Tensor, noise: Tensor, times: Tensor, coordinates: Tensor, prompt: Tensor, promptMask: Tensor
    ) {
        precondition(
            clean.rank == 3 && noise.shape == clean.shape && times.shape == [clean.shape[0]],
            "flow matching: \(clean.shape) with noise \(noise.shape) and times \(times.shape)")
        (self.clean, self.noise, self.times) = (clean, noise, times)
        (self.coordinates, self.prompt, self.promptMask) = (coordinates, prompt, promptMask)
    }

    /// `(1 - t) clean + t noise`, as the transformer takes it.
    package var input: VideoTransformerInput {
        let t = times.reshaped([times.count, 1, 1])
        return VideoTransformerInput(
            tokens: (1 - t) * clean + t * noise, coordinates: coordinates, timesteps: times.reshaped([times.count, 1]),
            prompt: prompt, promptMask: promptMask)
    }

    /// The mean over all elements of `(velocity - (noise - clean))²`.
    ///
    /// - Parameter velocity: the model's prediction, `[batch, tokens, channels]`.
    /// - Returns: a scalar.
    package func loss(_ velocity: Tensor) -> Tensor {
        (velocity - (noise - clean)).squared().mean()
    }
}

/// Trains a transformer to predict the velocity from data to noise.
///
/// Source: Liu et al. 2022, arXiv:2209.03003; engine reference, section "Training".
package struct FlowMatchingObjective {
    private let configuration: VideoTransformerConfiguration

    package init(_ configuration: VideoTransformerConfiguration) {
        self.configuration = configuration
    }

    /// - Parameters:
    ///   - parameters: the transformer's weights in LTX names without a prefix.
    ///   - batch: what to learn from.
    /// - Throws: ``ModelError`` where a parameter is missing or has another shape.
    /// - Returns: the loss to differentiate.
    package func callAsFunction(_ parameters: ParameterSet, _ batch: FlowMatchingBatch) throws -> TrainingLoss {
        let model = try VideoTransformerGraph(configuration, weights: parameters.scope())
        let loss = batch.loss(model(batch.input).velocity)
        return TrainingLoss(total: loss, parts: ["flow": loss])
    }
}
