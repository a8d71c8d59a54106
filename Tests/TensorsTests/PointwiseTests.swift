import Foundation
import Tensors
import TestSupport
import Testing

/// An op on one tensor, its reference, and where to try it.
struct PointwiseOp: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let range: ClosedRange<Float>
    let op: @Sendable (Tensor) -> Tensor
    let reference: @Sendable (Double) -> Double

    static let all = [
        PointwiseOp(testDescription: "squared", range: -3...3, op: { $0.squared() }, reference: { $0 * $0 }),
        PointwiseOp(testDescription: "squareRoot", range: 0.1...9, op: { $0.squareRoot() }, reference: { sqrt($0) }),
        PointwiseOp(testDescription: "exp", range: -20...20, op: { $0.exp() }, reference: { Foundation.exp($0) }),
        PointwiseOp(testDescription: "log", range: 0.1...9, op: { $0.log() }, reference: { Foundation.log($0) }),
        PointwiseOp(testDescription: "tanh", range: -4...4, op: { $0.tanh() }, reference: { Foundation.tanh($0) }),
        PointwiseOp(
            testDescription: "sigmoid", range: -9...9, op: { $0.sigmoid() },
            reference: { 1 / (1 + Foundation.exp(-$0)) }),
        PointwiseOp(
            testDescription: "silu", range: -9...9, op: { $0.silu() }, reference: { $0 / (1 + Foundation.exp(-$0)) }),
        PointwiseOp(
            testDescription: "geluTanh", range: -6...6, op: { $0.geluTanh() },
            reference: { 0.5 * $0 * (1 + Foundation.tanh(sqrt(2 / .pi) * ($0 + 0.044715 * $0 * $0 * $0))) }),
        PointwiseOp(testDescription: "magnitude", range: -3...3, op: { $0.magnitude() }, reference: { abs($0) }),
        PointwiseOp(
            testDescription: "clamped", range: -3...3, op: { $0.clamped(to: -1...2) },
            reference: { min(max($0, -1), 2) }),
    ]
}

@Suite struct PointwiseTests {
    // 1e-6: a few roundings in single precision per element.
    @Test("Each op agrees with a Float64 reference", arguments: PointwiseOp.all, [1, 7, 8, 9, 1001])
    func matches(op: PointwiseOp, count: Int) {
        let x = randomTensor([count], in: op.range)
        let expected = x.values.map { op.reference(Double($0)) }
        expectClose(op.op(x).values.map(Double.init), expected, tolerance: 1e-6)
    }

    @Test("Each op has the gradient of differences", arguments: PointwiseOp.all)
    func differentiates(op: PointwiseOp) {
        // Kinks of the last two lie at -1, 0 and 2: these points keep away from them by more than the steps.
        let points: [Float] = [-2.6, -1.7, -0.6, 0.3, 0.8, 1.6, 2.4, 2.9].filter { op.range.contains($0 - 0.05) }
        checkGradient([Tensor(points, shape: [points.count])]) { op.op($0[0]) }
    }

    @Test("The exponential is accurate element by element and right at its ends")
    func exponentialIsAccurate() {
        let x = (-870...880).map { Float($0) / 10 }
        let y = Tensor(x, shape: [x.count]).exp().values
        for (x, y) in zip(x, y) {
            let expected = Foundation.exp(Double(x))
            #expect(abs(Double(y) - expected) <= 3e-7 * expected, "exp(\(x))")
        }
        let ends = Tensor([-10000, -.infinity, 0, 200, .infinity, .nan], shape: [6]).exp().values
        #expect(ends[0] == 0 && ends[1] == 0 && ends[2] == 1)
        #expect(ends[3] == .infinity && ends[4] == .infinity && ends[5].isNaN)
    }

    @Test("Far out, GELU and SiLU are the identity or zero, never NaN")
    func saturates() {
        let x = Tensor([-1e4, -200, 200, 1e4], shape: [4])
        #expect(x.silu().values == [0, 0, 200, 1e4])
        #expect(x.geluTanh().values == [0, 0, 200, 1e4])
    }
}
