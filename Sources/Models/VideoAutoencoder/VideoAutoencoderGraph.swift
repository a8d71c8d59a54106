package import Tensors

/// Encoder, decoder and latent statistics of one video autoencoder.
package struct VideoAutoencoderGraph {
    package let configuration: VideoAutoencoderConfiguration
    package let encoder: VideoEncoderGraph
    package let decoder: VideoDecoderGraph
    package let statistics: LatentStatistics

    /// - Parameters:
    ///   - configuration: sizes and settings of the model.
    ///   - weights: in LTX names without the `vae.` prefix.
    /// - Throws: ``ModelError`` where a tensor has another shape, and what the scope throws where one is missing.
    package init(_ configuration: VideoAutoencoderConfiguration, weights: WeightScope) throws {
        self.configuration = configuration
        encoder = try VideoEncoderGraph(configuration, weights: weights)
        decoder = try VideoDecoderGraph(configuration, weights: weights)
        statistics = try LatentStatistics(weights, channels: configuration.latentChannels)
    }

    /// Pixels to raw latents; see ``VideoEncoderGraph``.
    package func encode(_ pixels: Tensor) -> LatentDistribution {
        encoder(pixels)
    }

    /// Raw latents to pixels; see ``VideoDecoderGraph``.
    package func decode(_ latents: Tensor, timesteps: [Float] = [0], noise: NoiseMaps? = nil) -> Tensor {
        decoder(latents, timesteps: timesteps, noise: noise)
    }

    /// Normalised latents with some noise mixed in, as raw latents: what ltx_video does before a decoder with timestep
    /// conditioning.
    ///
    /// - Parameters:
    ///   - normalized: `[batch, latentChannels, frames, rows, columns]`.
    ///   - noise: standard normal, the shape of `normalized`.
    ///   - scale: the noise's share, in 0...1.
    /// - Returns: the shape of `normalized`.
    package func rawLatents(_ normalized: Tensor, mixing noise: Tensor, scale: Float) -> Tensor {
        statistics.raw(normalized * (1 - scale) + noise * scale)
    }
}
