import Models
import Tensors
import TestSupport

/// Small random weights of the given shapes, the same for the same seed.
func randomWeights(_ shapes: [String: [Int]], seed: UInt64) -> [String: Tensor] {
    var random = SeededGenerator(seed: seed)
    var weights: [String: Tensor] = [:]
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
        let count = shape.reduce(1, *)
        // Norm weights stay near 1, so that no query or key vanishes.
        let offset: Float = name.hasSuffix("norm.weight") ? 1 : 0
        weights[name] = Tensor(random.floats(count, in: -0.3...0.3).map { $0 + offset }, shape: shape)
    }
    return weights
}

/// Uniform random values in -1...1.
func randomTensor(_ shape: [Int], seed: UInt64) -> Tensor {
    var random = SeededGenerator(seed: seed)
    return Tensor(random.floats(shape.reduce(1, *)), shape: shape)
}
