package import Tensors

/// The latent upsampler in single precision: doubles rows and columns, or frames, of raw latents.
///
/// Source: `LatentUpsampler` of ltx_video; engine reference, section "Latent upsampler".
package struct LatentUpsamplerGraph {
    private let configuration: LatentUpsamplerConfiguration
    private let input: PlainConvolution
    private let inputNorm: GroupNorm
    private let before: [ResidualBlock]
    private let upsampling: PlainConvolution
    private let after: [ResidualBlock]
    private let output: PlainConvolution

    /// - Parameters:
    ///   - configuration: sizes and settings of the model.
    ///   - weights: in the names of the upsampler's file.
    /// - Throws: ``ModelError`` where a tensor has another shape, and what the scope throws where one is missing.
    package init(_ configuration: LatentUpsamplerConfiguration, weights: WeightScope) throws {
        self.configuration = configuration
        let (channels, hidden) = (configuration.latentChannels, configuration.hiddenChannels)
        let seesTime = configuration.dimensions == 3
        input = try PlainConvolution(weights["initial_conv"], from: channels, to: hidden, seesTime: seesTime)
        inputNorm = try GroupNorm(weights["initial_norm"], channels: hidden)
        func blocks(_ list: String) throws -> [ResidualBlock] {
            try (0..<configuration.blockCount).map {
                try ResidualBlock(weights["\(list).\($0)"], channels: hidden, seesTime: seesTime)
            }
        }
        before = try blocks("res_blocks")
        upsampling = try PlainConvolution(
            weights["upsampler.0"], from: hidden, to: hidden * configuration.steps.product,
            seesTime: configuration.upsamplesTime)
        after = try blocks("post_upsample_res_blocks")
        output = try PlainConvolution(weights["final_conv"], from: hidden, to: channels, seesTime: seesTime)
    }

    /// - Parameter latents: raw, `[batch, channels, frames, rows, columns]`.
    /// - Returns: `[batch, channels, frames', rows', columns']`: rows and columns doubled, or `2 frames - 1`.
    package func callAsFunction(_ latents: Tensor) -> Tensor {
        precondition(
            latents.rank == 5 && latents.shape[1] == configuration.latentChannels,
            "upsample: \(latents.shape), \(configuration.latentChannels) channels")
        let (batch, frames) = (latents.shape[0], latents.shape[2])
        var x = latents.channelsLast()
        // Without a view of time every frame is a batch element of its own, with its own statistics.
        let foldsFrames = configuration.dimensions == 2
        if foldsFrames { x = x.reshaped([batch * frames, 1] + x.shape[2...]) }
        x = inputNorm(input(x)).silu()
        x = before.reduce(x) { $1($0) }
        x = upsampling(x).depthToSpace(configuration.steps)
        if configuration.upsamplesTime { x = x.droppingFirstFrame() }
        x = output(after.reduce(x) { $1($0) })
        if foldsFrames { x = x.reshaped([batch, frames] + x.shape[2...]) }
        return x.channelsFirst()
    }
}

/// A convolution with kernel 3 and zeros around the picture and, where it sees time, around the clip.
private struct PlainConvolution {
    private let weight: Tensor
    private let bias: Tensor
    private let padding: [Int]

    init(_ weights: WeightScope, from inputs: Int, to outputs: Int, seesTime: Bool) throws {
        let kernel = seesTime ? [3, 3, 3] : [3, 3]
        weight = try weights.tensor("weight", shape: [outputs, inputs] + kernel)
            .reshaped([outputs, inputs, seesTime ? 3 : 1, 3, 3])
        bias = try weights.tensor("bias", shape: [outputs])
        padding = [seesTime ? 1 : 0, 1, 1]
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        x.conv3d(weight: weight, bias: bias, padding: padding)
    }
}

private struct GroupNorm {
    private let weight: Tensor
    private let bias: Tensor

    init(_ weights: WeightScope, channels: Int) throws {
        weight = try weights.tensor("weight", shape: [channels])
        bias = try weights.tensor("bias", shape: [channels])
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        x.groupNorm(
            groupCount: LatentUpsamplerConfiguration.groupCount, weight: weight, bias: bias,
            epsilon: LatentUpsamplerConfiguration.normEpsilon)
    }
}

/// `silu(x + norm2(conv2(silu(norm1(conv1(x))))))`: the activation comes after the sum.
private struct ResidualBlock {
    private let convolutions: (first: PlainConvolution, second: PlainConvolution)
    private let norms: (first: GroupNorm, second: GroupNorm)

    init(_ weights: WeightScope, channels: Int, seesTime: Bool) throws {
        convolutions = (
            try PlainConvolution(weights["conv1"], from: channels, to: channels, seesTime: seesTime),
            try PlainConvolution(weights["conv2"], from: channels, to: channels, seesTime: seesTime)
        )
        norms = (
            try GroupNorm(weights["norm1"], channels: channels), try GroupNorm(weights["norm2"], channels: channels)
        )
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let h = norms.first(convolutions.first(x)).silu()
        return (x + norms.second(convolutions.second(h))).silu()
    }
}
