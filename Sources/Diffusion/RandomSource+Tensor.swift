package import Tensors

extension RandomSource {
    /// Values of the standard normal distribution in row-major order; only their number matters to the generator.
    package mutating func normal(shape: [Int]) -> Tensor {
        Tensor(shape: shape) { fillNormal($0) }
    }
}
