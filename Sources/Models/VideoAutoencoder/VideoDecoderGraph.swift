package import Tensors

/// The decoder of the video autoencoder, in single precision: the reference, and what training differentiates.
///
/// Source: `Decoder` of `causal_video_autoencoder.py` of ltx_video; engine reference, section "Decoder".
package struct VideoDecoderGraph {
    private let configuration: VideoAutoencoderConfiguration
    private let input: VideoConvolution
    private let stages: [AutoencoderStageGraph]
    private let output: VideoConvolution
    private let conditioning: Conditioning?

    /// What a decoder has that is told the timestep.
    private struct Conditioning {
        let multiplier: Float
        let embedder: TimestepEmbedder
        let table: Tensor
    }

    /// - Parameters:
    ///   - configuration: sizes and settings of the model.
    ///   - weights: in LTX names without the `vae.` prefix.
    /// - Throws: ``ModelError`` where a tensor has another shape, and what the scope throws where one is missing.
    package init(_ configuration: VideoAutoencoderConfiguration, weights: WeightScope) throws {
        self.configuration = configuration
        let padding = configuration.spatialPadding
        let isCausal = configuration.isDecoderCausal
        let channels = configuration.decoderBaseChannels
        let weights = weights["decoder"]
        input = try VideoConvolution(
            weights["conv_in.conv"], from: configuration.latentChannels, to: configuration.decoderInputChannels,
            padding: padding, isCausal: isCausal)
        stages = try configuration.decoderStages.enumerated().map { index, stage in
            try AutoencoderStageGraph(stage, weights["up_blocks.\(index)"], padding: padding, isCausal: isCausal)
        }
        output = try VideoConvolution(
            weights["conv_out.conv"], from: channels, to: configuration.patchChannels, padding: padding,
            isCausal: isCausal)
        conditioning =
            configuration.hasTimestepConditioning
            ? Conditioning(
                multiplier: try weights.tensor("timestep_scale_multiplier", shape: []).scalarValue,
                embedder: try TimestepEmbedder(weights["last_time_embedder"], width: 2 * channels),
                table: try weights.tensor("last_scale_shift_table", shape: [2, channels])) : nil
    }

    /// - Parameters:
    ///   - latents: raw (not normalised), `[batch, latentChannels, frames, rows, columns]`.
    ///   - timesteps: how noisy the latents are, in 0...1, one for each batch element or one for all; needed by models
    ///     with timestep conditioning and ignored by others.
    ///   - noise: for models with noise injection; nil leaves it out.
    ///   - observe: is shown the activation behind every stage, `[batch, frames, rows, columns, channels]`.
    /// - Returns: pixels, about in -1...1, `[batch, 3, frames', rows', columns']`.
    package func callAsFunction(
        _ latents: Tensor, timesteps: [Float] = [0], noise: NoiseMaps? = nil, observe: ((Int, Tensor) -> Void)? = nil
    ) -> Tensor {
        precondition(
            latents.rank == 5 && latents.shape[1] == configuration.latentChannels,
            "decode: \(latents.shape), \(configuration.latentChannels) channels")
        let batch = latents.shape[0]
        precondition(
            timesteps.count == 1 || timesteps.count == batch,
            "decode: \(timesteps.count) timesteps for \(latents.shape)")
        let scaled = conditioning.map { conditioning in
            (0..<batch).map { timesteps[timesteps.count == 1 ? 0 : $0] * conditioning.multiplier }
        }
        var x = input(latents.channelsLast())
        for (index, stage) in stages.enumerated() {
            x = stage(x, scaledTimesteps: scaled, noise: noise)
            observe?(index, x)
        }
        x = pixelNorm(x)
        if let conditioning, let scaled {
            let rows = channelModulation(conditioning.embedder(scaled), table: conditioning.table)
            let (shift, scale) = (rows[0], rows[1])
            x = x * (1 + scale) + shift
        }
        return output(x.silu()).unpatched(configuration.patchSize).channelsFirst()
    }
}
