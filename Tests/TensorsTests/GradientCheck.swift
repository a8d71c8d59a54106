import Tensors
import TestSupport
import Testing

/// Compares the gradients of `function` with central differences of fourth order.
///
/// The function's result is weighted with random numbers and summed in double precision, so that the differences are
/// limited by the rounding of the op alone, about 3e-6 for values near 1.
/// Every one of `inputs` is checked; `tolerance` is the largest relative L2 distance of an input's gradient.
func checkGradient(
    _ inputs: [Tensor], step: Float = 0.02, tolerance: Double = 1e-3, sourceLocation: SourceLocation = #_sourceLocation,
    _ function: ([Tensor]) -> Tensor
) {
    var random = SeededGenerator(seed: 11)
    let leaves = inputs.map { $0.tracked() }
    let result = function(leaves)
    let weights = random.floats(result.count)
    let gradients = result.backward(cotangent: Tensor(weights, shape: result.shape))
    for (position, leaf) in leaves.enumerated() {
        guard let gradient = gradients[leaf] else {
            Issue.record("no gradient for input \(position)", sourceLocation: sourceLocation)
            continue
        }
        #expect(gradient.shape == leaf.shape, sourceLocation: sourceLocation)
        let numeric = (0..<leaf.count).map { index in
            let samples = [Float(-2), -1, 1, 2].map { steps in
                var moved = inputs
                var values = inputs[position].values
                values[index] += steps * step
                moved[position] = Tensor(values, shape: leaf.shape)
                return zip(function(moved).values, weights).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            }
            return (8 * (samples[2] - samples[1]) - (samples[3] - samples[0])) / (12 * Double(step))
        }
        expectClose(
            gradient.values.map(Double.init), numeric, tolerance: tolerance, "gradient of input \(position)",
            sourceLocation: sourceLocation)
    }
}

/// A tensor of seeded random numbers.
func randomTensor(_ shape: [Int], seed: UInt64 = 3, in range: ClosedRange<Float> = -1...1) -> Tensor {
    var random = SeededGenerator(seed: seed)
    return Tensor(random.floats(elementCount(shape), in: range), shape: shape)
}
