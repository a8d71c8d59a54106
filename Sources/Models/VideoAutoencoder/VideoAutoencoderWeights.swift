extension VideoAutoencoderConfiguration {
    /// Names and shapes of all tensors, in LTX names without the file's `vae.` prefix.
    ///
    /// A file may hold more statistics (`per_channel_statistics.mean-of-stds` and the like), which are not used:
    /// ``unusedStatistics``.
    package var expectedWeights: [String: [Int]] {
        expectedStatistics.merging(expectedEncoderWeights) { $1 }.merging(expectedDecoderWeights) { $1 }
    }

    /// Mean and standard deviation of each latent channel.
    package var expectedStatistics: [String: [Int]] {
        [
            "per_channel_statistics.mean-of-means": [latentChannels],
            "per_channel_statistics.std-of-means": [latentChannels],
        ]
    }

    /// Tensors that LTX files hold and no computation reads.
    package static let unusedStatistics = [
        "per_channel_statistics.mean-of-stds", "per_channel_statistics.mean-of-stds_over_std-of-means",
        "per_channel_statistics.channel",
    ]

    package var expectedEncoderWeights: [String: [Int]] {
        var weights = WeightShapes()
        weights.convolution("encoder.conv_in.conv", from: patchChannels, to: encoderBaseChannels)
        for (index, stage) in encoderStages.enumerated() {
            Self.add(stage, named: "encoder.down_blocks.\(index)", to: &weights)
        }
        // One log-variance serves all latent channels.
        weights.convolution("encoder.conv_out.conv", from: encoderOutputChannels, to: latentChannels + 1)
        return weights.shapes
    }

    package var expectedDecoderWeights: [String: [Int]] {
        var weights = WeightShapes()
        weights.convolution("decoder.conv_in.conv", from: latentChannels, to: decoderInputChannels)
        for (index, stage) in decoderStages.enumerated() {
            Self.add(stage, named: "decoder.up_blocks.\(index)", to: &weights)
        }
        weights.convolution("decoder.conv_out.conv", from: decoderBaseChannels, to: patchChannels)
        if hasTimestepConditioning {
            weights.timestepEmbedder("decoder.last_time_embedder", width: 2 * decoderBaseChannels)
            weights.tensor("decoder.last_scale_shift_table", [2, decoderBaseChannels])
            weights.tensor("decoder.timestep_scale_multiplier", [])
        }
        return weights.shapes
    }

    private static func add(_ stage: VideoAutoencoderStage, named name: String, to weights: inout WeightShapes) {
        switch stage {
        case .residual(let channels, let layerCount, let isTimeConditioned, let injectsNoise):
            for layer in 0..<layerCount {
                let block = "\(name).res_blocks.\(layer)"
                addResidualBlock(block, from: channels, to: channels, injectsNoise: injectsNoise, to: &weights)
                if isTimeConditioned { weights.tensor("\(block).scale_shift_table", [4, channels]) }
            }
            if isTimeConditioned { weights.timestepEmbedder("\(name).time_embedder", width: 4 * channels) }
        case .widening(let input, let output, let injectsNoise):
            addResidualBlock(name, from: input, to: output, injectsNoise: injectsNoise, to: &weights)
        case .strided(let channels, _):
            weights.convolution("\(name).conv", from: channels, to: channels)
        case .spaceToDepth(let input, let output, let steps):
            weights.convolution("\(name).conv.conv", from: input, to: output / steps.product)
        case .depthToSpace(let input, let output, let steps, _):
            weights.convolution("\(name).conv.conv", from: input, to: output * steps.product)
        }
    }

    private static func addResidualBlock(
        _ name: String, from input: Int, to output: Int, injectsNoise: Bool, to weights: inout WeightShapes
    ) {
        weights.convolution("\(name).conv1.conv", from: input, to: output)
        weights.convolution("\(name).conv2.conv", from: output, to: output)
        if injectsNoise {
            weights.tensor("\(name).per_channel_scale1", [output, 1, 1])
            weights.tensor("\(name).per_channel_scale2", [output, 1, 1])
        }
        if input != output {
            weights.norm("\(name).norm3.norm", channels: input)
            weights.convolution("\(name).conv_shortcut", from: input, to: output, kernel: [1, 1, 1])
        }
    }
}
