package import Tensors

/// The encoder's distribution of raw latents.
package struct LatentDistribution {
    /// `[batch, latentChannels, frames, rows, columns]`.
    package var mean: Tensor
    /// Natural logarithm of the variance, one for all channels: `[batch, 1, frames, rows, columns]`.
    package var logVariance: Tensor

    /// - Parameter noise: standard normal, the shape of `mean`.
    /// - Returns: latents drawn from the distribution, the shape of `mean`.
    package func sample(_ noise: Tensor) -> Tensor {
        mean + (logVariance * 0.5).exp() * noise
    }
}

/// The encoder of the video autoencoder, in single precision: the reference, and what training differentiates.
///
/// Source: `Encoder` of `causal_video_autoencoder.py` of ltx_video; engine reference, section "Encoder".
package struct VideoEncoderGraph {
    private let configuration: VideoAutoencoderConfiguration
    private let input: VideoConvolution
    private let stages: [AutoencoderStageGraph]
    private let output: VideoConvolution

    /// - Parameters:
    ///   - configuration: sizes and settings of the model.
    ///   - weights: in LTX names without the `vae.` prefix.
    /// - Throws: ``ModelError`` where a tensor has another shape, and what the scope throws where one is missing.
    package init(_ configuration: VideoAutoencoderConfiguration, weights: WeightScope) throws {
        self.configuration = configuration
        let padding = configuration.spatialPadding
        let weights = weights["encoder"]
        input = try VideoConvolution(
            weights["conv_in.conv"], from: configuration.patchChannels, to: configuration.encoderBaseChannels,
            padding: padding, isCausal: true)
        stages = try configuration.encoderStages.enumerated().map { index, stage in
            try AutoencoderStageGraph(stage, weights["down_blocks.\(index)"], padding: padding, isCausal: true)
        }
        output = try VideoConvolution(
            weights["conv_out.conv"], from: configuration.encoderOutputChannels, to: configuration.latentChannels + 1,
            padding: padding, isCausal: true)
    }

    /// - Parameters:
    ///   - pixels: in -1...1, `[batch, 3, frames, rows, columns]`; one frame more than a multiple of the temporal
    ///     factor, rows and columns multiples of the spatial one.
    ///   - observe: is shown the activation behind every stage, `[batch, frames, rows, columns, channels]`.
    /// - Returns: the distribution of raw latents.
    package func callAsFunction(_ pixels: Tensor, observe: ((Int, Tensor) -> Void)? = nil) -> LatentDistribution {
        precondition(
            pixels.rank == 5 && pixels.shape[1] == configuration.pixelChannels
                && (pixels.shape[2] - 1).isMultiple(of: configuration.temporalFactor)
                && pixels.shape[3].isMultiple(of: configuration.spatialFactor)
                && pixels.shape[4].isMultiple(of: configuration.spatialFactor),
            "encode: \(pixels.shape) by factors \(configuration.temporalFactor) and \(configuration.spatialFactor)")
        var x = input(pixels.channelsLast().patched(configuration.patchSize))
        for (index, stage) in stages.enumerated() {
            x = stage(x)
            observe?(index, x)
        }
        let moments = output(pixelNorm(x).silu()).channelsFirst()
        let channels = configuration.latentChannels
        return LatentDistribution(
            mean: moments.sliced(axis: 1, 0..<channels),
            logVariance: moments.sliced(axis: 1, channels..<channels + 1).clamped(to: -30...20))
    }
}
