import Tensors
import TestSupport
import Testing

/// A convolution to try: sizes without the batch and the channels.
struct ConvolutionProblem: Sendable, CustomTestStringConvertible {
    var size = [3, 4, 5]
    var kernel = [3, 3, 3]
    var stride = [1, 1, 1]
    var padding = [0, 1, 1]
    var inputs = 3
    var outputs = 4
    var isDepthwise = false

    var testDescription: String {
        "\(size) by \(kernel), stride \(stride), padding \(padding), \(inputs) to \(outputs)\(isDepthwise ? ", depthwise" : "")"
    }

    static let all = [
        ConvolutionProblem(),
        ConvolutionProblem(padding: [1, 1, 1], inputs: 1, outputs: 1),
        ConvolutionProblem(size: [4, 5, 6], stride: [2, 2, 2]),
        ConvolutionProblem(size: [5, 6, 5], stride: [1, 2, 2], padding: [1, 0, 2]),
        ConvolutionProblem(kernel: [1, 1, 1], padding: [0, 0, 0], inputs: 5, outputs: 2),
        ConvolutionProblem(kernel: [1, 1, 1], stride: [2, 1, 2], padding: [0, 0, 0]),
        ConvolutionProblem(kernel: [1, 1, 1], padding: [1, 0, 2]),
        ConvolutionProblem(kernel: [3, 1, 1], padding: [1, 0, 0]),
        ConvolutionProblem(kernel: [1, 3, 3], padding: [0, 1, 1]),
        ConvolutionProblem(size: [1, 1, 2], kernel: [1, 3, 3], padding: [0, 1, 1]),
        ConvolutionProblem(size: [1, 2, 1], kernel: [1, 3, 3], padding: [0, 3, 4]),
        ConvolutionProblem(kernel: [1, 3, 3], inputs: 9, outputs: 9, isDepthwise: true),
        ConvolutionProblem(
            kernel: [2, 3, 2], stride: [1, 2, 1], padding: [1, 1, 0], inputs: 3, outputs: 3, isDepthwise: true),
    ]

    var x: Tensor { randomTensor([2] + size + [inputs], seed: 1) }
    var weight: Tensor { randomTensor([outputs, isDepthwise ? 1 : inputs] + kernel, seed: 2) }
    var bias: Tensor { randomTensor([outputs], seed: 3) }

    func apply(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) -> Tensor {
        x.conv3d(weight: weight, bias: bias, stride: stride, padding: padding, groups: isDepthwise ? inputs : 1)
    }

    /// The plain sum over taps and channels, in double precision.
    func reference() -> DoubleArray {
        let (x, weight, bias) = (DoubleArray(x), DoubleArray(weight), DoubleArray(bias))
        let target: [Int] = (0..<3).map { axis in
            let room: Int = size[axis] + 2 * padding[axis] - kernel[axis]
            return room / stride[axis] + 1
        }
        let taps = DoubleArray.indices(of: kernel)
        return DoubleArray(shape: [2] + target + [outputs]) { (index: [Int]) -> Double in
            let channel = index[4]
            var sum: Double = bias[channel]
            for tap in taps {
                guard let place = inputPlace(index, tap) else { continue }
                let channels = isDepthwise ? [channel] : Array(0..<inputs)
                for input in channels {
                    let weightIndex: [Int] = [channel, isDepthwise ? 0 : input] + tap
                    sum += x[place + [input]] * weight[weightIndex]
                }
            }
            return sum
        }
    }

    /// Batch element, frame, row and column that a tap of an output looks at; nil outside of the input.
    private func inputPlace(_ index: [Int], _ tap: [Int]) -> [Int]? {
        var place = [index[0]]
        for axis in 0..<3 {
            let position = index[axis + 1] * stride[axis] + tap[axis] - padding[axis]
            guard position >= 0, position < size[axis] else { return nil }
            place.append(position)
        }
        return place
    }
}

@Suite struct ConvolutionTests {
    @Test("A convolution agrees with a Float64 reference", arguments: ConvolutionProblem.all)
    func matches(problem: ConvolutionProblem) {
        let expected = problem.reference()
        let actual = problem.apply(problem.x, problem.weight, problem.bias)
        #expect(actual.shape == expected.shape)
        expectClose(actual.values.map(Double.init), expected.values, tolerance: 1e-6)
        let plain = problem.apply(problem.x, problem.weight, nil) + problem.bias
        expectClose(plain.values, actual.values, tolerance: 1e-6)
    }

    @Test("A convolution has the gradients of differences", arguments: ConvolutionProblem.all)
    func differentiates(problem: ConvolutionProblem) {
        checkGradient([problem.x, problem.weight, problem.bias]) { problem.apply($0[0], $0[1], $0[2]) }
    }

    @Test("A convolution that needs several tiles agrees with one done row by row")
    func tiles() {
        // 27 · 600 inputs a patch: tiles of 64 of the 3 · 9 · 11 positions, the last one short.
        let x = randomTensor([1, 3, 9, 11, 600], seed: 1)
        let weight = randomTensor([2, 600, 3, 3, 3], seed: 2, in: -0.05...0.05)
        let whole = x.conv3d(weight: weight, padding: [1, 1, 1])
        let padded = x.padded(axis: 2, before: 1, after: 1)
        let rows = (0..<9).map {
            padded.sliced(axis: 2, $0..<$0 + 3).conv3d(weight: weight, padding: [1, 0, 1])
        }
        expectClose(whole, Tensor.concatenated(rows, axis: 2), tolerance: 2e-6)
        let cotangent = randomTensor(whole.shape, seed: 3)
        let (first, second) = (x.tracked(), weight.tracked())
        let gradients = first.conv3d(weight: second, padding: [1, 1, 1]).backward(cotangent: cotangent)
        // <dy, conv(x, w)> is linear in both, so it is the inner product of either with its gradient.
        let product = (cotangent * whole).sum().scalarValue
        for (leaf, values) in [(first, x), (second, weight)] {
            let same = gradients[leaf].map { ($0 * values).sum().scalarValue } ?? .nan
            #expect(abs(same - product) < 1e-3 * max(1, abs(product)))
        }
    }

    @Test(
        "Trilinear resizing agrees with a Float64 reference",
        arguments: [[3, 4, 5], [3, 7, 5], [6, 8, 10], [1, 1, 1], [2, 5, 3], [7, 3, 11]])
    func resizes(size: [Int]) {
        let x = randomTensor([2, 3, 4, 5, 3])
        let source = DoubleArray(x)
        func weights(_ axis: Int, _ index: Int) -> [(Int, Double)] {
            let length = x.shape[axis + 1]
            let position = max(0, (Double(index) + 0.5) * Double(length) / Double(size[axis]) - 0.5)
            let lower = Int(position)
            let fraction = position - Double(lower)
            return [(lower, 1 - fraction), (min(lower + 1, length - 1), fraction)]
        }
        let expected = DoubleArray(shape: [2] + size + [3]) { index in
            var sum = 0.0
            for (frame, first) in weights(0, index[1]) {
                for (row, second) in weights(1, index[2]) {
                    for (column, third) in weights(2, index[3]) {
                        sum += first * second * third * source[index[0], frame, row, column, index[4]]
                    }
                }
            }
            return sum
        }
        let actual = x.trilinearResized(to: size)
        #expect(actual.shape == expected.shape)
        expectClose(actual.values.map(Double.init), expected.values, tolerance: 1e-6)
        checkGradient([x]) { $0[0].trilinearResized(to: size) }
    }
}
