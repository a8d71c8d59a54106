/// The sizes of one convolution, checked: which input each output looks at.
struct ConvolutionGeometry: Sendable {
    let batch: Int
    let inputs: Int
    let outputs: Int
    /// Frames, rows and columns of the input, of the kernel and of the output.
    let inputSize: [Int]
    let kernel: [Int]
    let outputSize: [Int]
    let stride: [Int]
    let padding: [Int]
    let isDepthwise: Bool

    init(input: [Int], weight: [Int], stride: [Int], padding: [Int], groups: Int) {
        precondition(
            input.count == 5 && weight.count == 5 && stride.count == 3 && padding.count == 3
                && stride.allSatisfy { $0 > 0 } && padding.allSatisfy { $0 >= 0 },
            "conv3d: \(input) by \(weight), stride \(stride), padding \(padding)")
        (batch, inputs, outputs) = (input[0], input[4], weight[0])
        precondition(
            groups == 1 ? weight[1] == inputs : groups == inputs && weight[1] == 1 && outputs == inputs,
            "conv3d: \(input) by \(weight) in \(groups) groups")
        isDepthwise = groups != 1
        inputSize = Array(input[1..<4])
        kernel = Array(weight[2..<5])
        outputSize = (0..<3).map { (input[$0 + 1] + 2 * padding[$0] - weight[$0 + 2]) / stride[$0] + 1 }
        let fits = (0..<3).allSatisfy { input[$0 + 1] + 2 * padding[$0] >= weight[$0 + 2] }
        precondition(fits, "conv3d: \(input) is smaller than the kernel of \(weight)")
        (self.stride, self.padding) = (stride, padding)
    }

    var inputShape: [Int] { [batch] + inputSize + [inputs] }
    var outputShape: [Int] { [batch] + outputSize + [outputs] }
    var outputPositions: Int { outputSize.reduce(1, *) }
    var inputPositions: Int { inputSize.reduce(1, *) }
    var taps: Int { kernel.reduce(1, *) }
    /// Inputs that one output is made of.
    var patchLength: Int { taps * inputs }

    /// Whether every output is made of the input at the same position alone, so the input is its own patch matrix.
    var isPointwise: Bool { taps == 1 && stride == [1, 1, 1] && padding == [0, 0, 0] }

    /// Frame, row and column of an output position.
    @inline(__always)
    func coordinates(of position: Int) -> (frame: Int, row: Int, column: Int) {
        let line = position / outputSize[2]
        return (line / outputSize[1], line % outputSize[1], position % outputSize[2])
    }

    /// The taps along `axis` whose input lies inside, for an output index: a half-open range and the input of tap 0.
    @inline(__always)
    func window(_ axis: Int, at index: Int) -> (taps: Range<Int>, origin: Int) {
        let origin = index * stride[axis] - padding[axis]
        let first = min(max(0, -origin), kernel[axis])
        return (first..<max(first, min(kernel[axis], inputSize[axis] - origin)), origin)
    }
}
