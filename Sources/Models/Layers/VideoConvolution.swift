import Tensors

/// A 3x3x3 convolution of the video autoencoder: time is padded with copies of the end frames, rows and columns as the
/// config says. Checkpoint names `weight` and `bias`.
///
/// Source: `CausalConv3d` of ltx_video.
struct VideoConvolution {
    private let weight: Tensor
    private let bias: Tensor
    private let padding: SpatialPadding
    private let isCausal: Bool
    private let stride: AxisSteps

    /// - Parameter isCausal: whether a frame sees only itself and the two before it; else its two neighbours.
    init(
        _ weights: WeightScope, from inputs: Int, to outputs: Int, padding: SpatialPadding, isCausal: Bool,
        stride: AxisSteps = AxisSteps(time: 1, rows: 1, columns: 1)
    ) throws {
        weight = try weights.tensor("weight", shape: [outputs, inputs, 3, 3, 3])
        bias = try weights.tensor("bias", shape: [outputs])
        self.padding = padding
        self.isCausal = isCausal
        self.stride = stride
    }

    /// - Parameter x: `[batch, frames, rows, columns, inputs]`.
    func callAsFunction(_ x: Tensor) -> Tensor {
        let framed = isCausal ? x.repeatingEndFrames(before: 2, after: 0) : x.repeatingEndFrames(before: 1, after: 1)
        let hasZeros = padding == .zeros
        return (hasZeros ? framed : framed.paddedByOne(padding)).conv3d(
            weight: weight, bias: bias, stride: [stride.time, stride.rows, stride.columns],
            padding: hasZeros ? [0, 1, 1] : [0, 0, 0])
    }
}
