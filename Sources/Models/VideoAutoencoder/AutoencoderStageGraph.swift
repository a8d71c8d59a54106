import Tensors

/// One entry of `down_blocks` or `up_blocks`, built from its ``VideoAutoencoderStage``.
///
/// Source: `UNetMidBlock3D`, `ResnetBlock3D`, `SpaceToDepthDownsample`, `DepthToSpaceUpsample` of ltx_video.
struct AutoencoderStageGraph {
    private enum Layers {
        case residual([AutoencoderResidualBlock], timestepEmbedder: TimestepEmbedder?)
        case widening(AutoencoderResidualBlock)
        case strided(VideoConvolution)
        case spaceToDepth(VideoConvolution, steps: AxisSteps, outputs: Int)
        case depthToSpace(VideoConvolution, steps: AxisSteps, repeats: Int?)
    }

    private let layers: Layers

    init(_ stage: VideoAutoencoderStage, _ weights: WeightScope, padding: SpatialPadding, isCausal: Bool) throws {
        switch stage {
        case .residual(let channels, let layerCount, let isTimeConditioned, let injectsNoise):
            layers = .residual(
                try (0..<layerCount).map {
                    try AutoencoderResidualBlock(
                        weights["res_blocks.\($0)"], from: channels, to: channels, padding: padding, isCausal: isCausal,
                        isTimeConditioned: isTimeConditioned, injectsNoise: injectsNoise)
                },
                timestepEmbedder: isTimeConditioned
                    ? try TimestepEmbedder(weights["time_embedder"], width: 4 * channels) : nil)
        case .widening(let inputs, let outputs, let injectsNoise):
            layers = .widening(
                try AutoencoderResidualBlock(
                    weights, from: inputs, to: outputs, padding: padding, isCausal: isCausal,
                    injectsNoise: injectsNoise))
        case .strided(let channels, let steps):
            layers = .strided(
                try VideoConvolution(
                    weights["conv"], from: channels, to: channels, padding: padding, isCausal: isCausal, stride: steps))
        case .spaceToDepth(let inputs, let outputs, let steps):
            layers = .spaceToDepth(
                try VideoConvolution(
                    weights["conv.conv"], from: inputs, to: outputs / steps.product, padding: padding,
                    isCausal: isCausal), steps: steps, outputs: outputs)
        case .depthToSpace(let inputs, let outputs, let steps, let hasShortcut):
            layers = .depthToSpace(
                try VideoConvolution(
                    weights["conv.conv"], from: inputs, to: outputs * steps.product, padding: padding,
                    isCausal: isCausal), steps: steps, repeats: hasShortcut ? outputs * steps.product / inputs : nil)
        }
    }

    /// - Parameters:
    ///   - x: `[batch, frames, rows, columns, channels]`.
    ///   - scaledTimesteps: one for each batch element, for stages that are told the time.
    ///   - noise: for residual blocks that add noise.
    /// - Returns: `[batch, frames', rows', columns', channels']`.
    func callAsFunction(_ x: Tensor, scaledTimesteps: [Float]? = nil, noise: NoiseMaps? = nil) -> Tensor {
        switch layers {
        case .residual(let blocks, let embedder):
            let embedding = scaledTimesteps.flatMap { timesteps in embedder.map { $0(timesteps) } }
            return blocks.reduce(x) { $1($0, timeEmbedding: embedding, noise: noise) }
        case .widening(let block):
            return block(x, noise: noise)
        case .strided(let convolution):
            return convolution(x)
        case .spaceToDepth(let convolution, let steps, let outputs):
            return Self.compressed(x, convolution, steps: steps, outputs: outputs)
        case .depthToSpace(let convolution, let steps, let repeats):
            return Self.expanded(x, convolution, steps: steps, repeats: repeats)
        }
    }

    /// The convolution's space-to-depth plus the input's, whose neighbouring channels are averaged down to `outputs`.
    private static func compressed(
        _ x: Tensor, _ convolution: VideoConvolution, steps: AxisSteps, outputs: Int
    ) -> Tensor {
        // An odd number of frames becomes even: the first frame stands alone in time.
        let x = steps.time == 2 ? x.repeatingEndFrames(before: 1, after: 0) : x
        let folded = x.spaceToDepth(steps)
        let averaged = folded.reshaped(Array(folded.shape[..<4]) + [outputs, -1]).mean(axes: [5])
        return convolution(x).spaceToDepth(steps) + averaged
    }

    /// The convolution's depth-to-space, plus the input's, whose channels are repeated as one block.
    private static func expanded(
        _ x: Tensor, _ convolution: VideoConvolution, steps: AxisSteps, repeats: Int?
    ) -> Tensor {
        func unfolded(_ tensor: Tensor) -> Tensor {
            let result = tensor.depthToSpace(steps)
            return steps.time == 2 ? result.droppingFirstFrame() : result
        }
        let main = unfolded(convolution(x))
        guard let repeats else { return main }
        return main + unfolded(x).repeated(repeats, axis: 4)
    }
}
