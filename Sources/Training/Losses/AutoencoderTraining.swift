package import Models
package import Tensors

/// Trains a video autoencoder: reconstruction, and latents that stay near a standard normal distribution.
///
/// Source: Kingma and Welling 2013, arXiv:1312.6114, on raw latents; engine reference, section "Training".
package struct AutoencoderObjective {
    private let configuration: VideoAutoencoderConfiguration
    private let fixedWeights: [String: Tensor]
    private let divergenceWeight: Float

    /// - Parameters:
    ///   - configuration: of the autoencoder.
    ///   - fixedWeights: the tensors of the checkpoint that are not trained: see ``isTrainable(_:)``.
    ///   - divergenceWeight: of the divergence in the total.
    package init(
        _ configuration: VideoAutoencoderConfiguration, fixedWeights: [String: Tensor], divergenceWeight: Float
    ) {
        self.configuration = configuration
        self.fixedWeights = fixedWeights
        self.divergenceWeight = divergenceWeight
    }

    /// Whether a tensor of the checkpoint is a parameter: statistics and the timestep's multiplier are constants.
    package static func isTrainable(_ name: String) -> Bool {
        !name.hasPrefix("per_channel_statistics.") && !name.hasSuffix(".timestep_scale_multiplier")
    }

    /// `total = reconstruction + divergenceWeight · kl`.
    ///
    /// - Parameters:
    ///   - parameters: in LTX names without a prefix.
    ///   - pixels: in -1...1, `[batch, 3, frames, rows, columns]`.
    ///   - noise: standard normal, the shape of the latents; it draws them from the encoder's distribution.
    ///   - timesteps: what the decoder is told, one for all or one for each batch element.
    /// - Throws: ``ModelError`` where a parameter is missing or has another shape.
    /// - Returns: the loss to differentiate.
    package func callAsFunction(
        _ parameters: ParameterSet, pixels: Tensor, noise: Tensor, timesteps: [Float]
    ) throws -> TrainingLoss {
        let weights = parameters.scope { name in
            guard let tensor = fixedWeights[name] else { throw ModelError.missingWeight(name: name) }
            return tensor
        }
        let model = try VideoAutoencoderGraph(configuration, weights: weights)
        let latents = model.encode(pixels)
        let decoded = model.decode(latents.sample(noise), timesteps: timesteps)
        let reconstruction = (decoded - pixels).squared().mean()
        let divergence = Self.divergence(latents)
        return TrainingLoss(
            total: reconstruction + divergence * divergenceWeight,
            parts: ["reconstruction": reconstruction, "kl": divergence])
    }

    /// The mean over latent elements of `0.5 (mean² + variance - 1 - ln variance)`: the divergence from the standard
    /// normal distribution. The one log-variance counts for every channel.
    package static func divergence(_ latents: LatentDistribution) -> Tensor {
        let logVariance = latents.logVariance
        return ((latents.mean.squared() + logVariance.exp() - 1 - logVariance) * 0.5).mean()
    }
}
