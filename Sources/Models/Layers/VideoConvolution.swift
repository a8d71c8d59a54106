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

    /// - Parameters:
    ///   - weights: of this convolution.
    ///   - inputs: channels of the input.
    ///   - outputs: channels of the result.
    ///   - padding: of rows and columns.
    ///   - isCausal: whether a frame sees only itself and the two before it; else its two neighbours.
    ///   - stride: steps from window to window.
    /// - Throws: ``ModelError`` where a tensor has another shape, and what the scope throws where one is missing.
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
    /// - Returns: `[batch, frames', rows', columns', outputs]`.
    func callAsFunction(_ x: Tensor) -> Tensor {
        let framed = isCausal ? x.repeatingEndFrames(before: 2, after: 0) : x.repeatingEndFrames(before: 1, after: 1)
        let hasZeros = padding == .zeros
        let x = hasZeros ? framed : framed.paddedByOne(padding)
        let frames = (x.shape[1] - 3) / stride.time
        // One sum for each frame of the kernel, and the bias last: one long sum would lose three times the digits.
        let sums = (0..<3).map { tap in
            x.sliced(axis: 1, tap..<tap + frames * stride.time + 1).conv3d(
                weight: weight.sliced(axis: 2, tap..<tap + 1), stride: [stride.time, stride.rows, stride.columns],
                padding: hasZeros ? [0, 1, 1] : [0, 0, 0])
        }
        return sums[0] + sums[1] + sums[2] + bias
    }
}
