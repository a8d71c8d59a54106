extension Tensor {
    /// A cross-correlation over frames, rows and columns.
    ///
    /// - Parameters:
    ///   - weight: `[outputs, inputs / groups, kernelFrames, kernelHeight, kernelWidth]`.
    ///   - bias: `[outputs]`, or nil for 0.
    ///   - stride: steps along frames, rows and columns.
    ///   - padding: zeros on both sides of frames, rows and columns.
    ///   - groups: 1, or the number of channels: then every channel has its own kernel and `outputs` equals `inputs`.
    /// - Returns: `[batch, frames', height', width', outputs]` for `[batch, frames, height, width, inputs]`, with
    ///   `n' = (n + 2 padding - kernel) / stride + 1`, rounded down.
    package func conv3d(
        weight: Tensor, bias: Tensor? = nil, stride: [Int] = [1, 1, 1], padding: [Int] = [0, 0, 0], groups: Int = 1
    ) -> Tensor {
        let geometry = ConvolutionGeometry(
            input: shape, weight: weight.shape, stride: stride, padding: padding, groups: groups)
        precondition(bias.map { $0.shape == [geometry.outputs] } ?? true, "conv3d: bias \(bias?.shape ?? [])")
        let (x, w) = (detached(), weight.detached())
        let (needsX, needsWeight, needsBias) = (isTracked, weight.isTracked, bias?.isTracked ?? false)
        let result =
            geometry.isDepthwise
            ? DepthwiseConvolution(geometry).forward(x, w, bias: bias)
            : DenseConvolution(geometry).forward(x, w, bias: bias)
        return result.recorded(from: [self, weight] + (bias.map { [$0] } ?? [])) { dy in
            let outputs = geometry.outputs
            let isDepthwise = geometry.isDepthwise
            return [
                !needsX
                    ? nil
                    : isDepthwise
                        ? DepthwiseConvolution(geometry).inputGradient(dy, w)
                        : DenseConvolution(geometry).inputGradient(dy, w),
                !needsWeight
                    ? nil
                    : isDepthwise
                        ? DepthwiseConvolution(geometry).weightGradient(x, dy)
                        : DenseConvolution(geometry).weightGradient(x, dy),
                needsBias ? dy.reshaped([-1, outputs]).reduced(to: [1, outputs]).reshaped([outputs]) : nil,
            ]
        }
    }
}
