import Tensors
import TestSupport
import Testing

/// Pairs of shapes that broadcast, with what they broadcast to.
private let shapes: [(first: [Int], second: [Int], result: [Int])] = [
    ([4], [4], [4]),
    ([2, 3, 5], [5], [2, 3, 5]),
    ([5], [2, 3, 5], [2, 3, 5]),
    ([2, 3, 5], [2, 1, 5], [2, 3, 5]),
    ([2, 3, 1], [1, 3, 7], [2, 3, 7]),
    ([2, 1, 3, 1], [4, 1, 5], [2, 4, 3, 5]),
    ([3, 2], [], [3, 2]),
    ([1, 1], [1], [1, 1]),
    ([0, 3], [3], [0, 3]),
    ([2, 17], [2, 1], [2, 17]),
]

@Suite struct ArithmeticTests {
    @Test("Elementwise ops broadcast as a Float64 reference does", arguments: shapes.indices)
    func broadcasts(problem: Int) {
        let (first, second, result) = shapes[problem]
        let a = randomTensor(first, seed: 1)
        let b = randomTensor(second, seed: 2, in: 0.5...2)
        let (x, y) = (DoubleArray(a), DoubleArray(b))
        let ops: [(Tensor, (Double, Double) -> Double)] = [(a + b, +), (a - b, -), (a * b, *), (a / b, /)]
        for (actual, op) in ops {
            let expected = DoubleArray(shape: result) { op(x.broadcast($0), y.broadcast($0)) }
            #expect(actual.shape == result)
            expectClose(actual.values.map(Double.init), expected.values, tolerance: 1e-7)
        }
    }

    @Test("Elementwise ops have the gradients of differences", arguments: shapes.indices.filter { $0 != 8 })
    func differentiates(problem: Int) {
        let a = randomTensor(shapes[problem].first, seed: 1)
        let b = randomTensor(shapes[problem].second, seed: 2, in: 0.5...2)
        checkGradient([a, b]) { $0[0] + $0[1] }
        checkGradient([a, b]) { $0[0] - $0[1] }
        checkGradient([a, b]) { $0[0] * $0[1] }
        checkGradient([a, b]) { $0[0] / $0[1] }
    }

    @Test("Ops with a number do the same as ops with a tensor of it")
    func takesScalars() {
        let x = randomTensor([3, 5])
        #expect((x + 2).values == x.values.map { $0 + 2 })
        #expect((2 - x).values == x.values.map { 2 - $0 })
        #expect((x - 2).values == x.values.map { $0 - 2 })
        #expect((3 * x).values == x.values.map { 3 * $0 })
        #expect((x / 3).values == x.values.map { $0 / 3 })
        #expect((-x).values == x.values.map { -$0 })
        checkGradient([x]) { (2 - (3 * $0[0] + 1)) / 4 }
    }

    @Test("Broadcasting to a shape repeats, and its gradient sums", arguments: shapes.indices.filter { $0 != 8 })
    func stretches(problem: Int) {
        let x = randomTensor(shapes[problem].second)
        let reference = DoubleArray(x)
        let target = shapes[problem].result
        #expect(
            x.broadcast(to: target).values.map(Double.init)
                == DoubleArray(shape: target) { reference.broadcast($0) }.values)
        checkGradient([x]) { $0[0].broadcast(to: target) }
    }

    @Test(
        "Sums and means over axes agree with a Float64 reference",
        arguments: [[0], [1], [2], [0, 2], [-1, -2], [0, 1, 2]])
    func reduces(axes: [Int]) {
        let x = randomTensor([3, 4, 9])
        let reference = DoubleArray(x)
        let summed = Set(axes.map { $0 < 0 ? $0 + 3 : $0 })
        let kept = (0..<3).map { summed.contains($0) ? 1 : x.shape[$0] }
        var expected = DoubleArray(shape: kept) { _ in 0 }
        for index in DoubleArray.indices(of: x.shape) {
            expected.values[expected.offset(index.enumerated().map { summed.contains($0) ? 0 : $1 })] +=
                reference[index]
        }
        let sum = x.sum(axes: axes, keepingAxes: true)
        #expect(sum.shape == kept)
        #expect(x.sum(axes: axes).shape == kept.indices.filter { !summed.contains($0) }.map { kept[$0] })
        expectClose(sum.values.map(Double.init), expected.values, tolerance: 1e-6)
        let divisor = Double(x.count / expected.values.count)
        expectClose(
            x.mean(axes: axes).values.map(Double.init), expected.values.map { $0 / divisor }, tolerance: 1e-6)
        checkGradient([x]) { $0[0].mean(axes: axes) }
    }

    @Test("The mean of many small numbers on a large one does not drift")
    func meanIsAccurate() {
        let x = Tensor.filled(with: 1.1, shape: [1000, 1000])
        #expect(abs(x.mean().scalarValue - 1.1) < 1e-6)
    }
}
