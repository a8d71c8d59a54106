import Tensors

enum SamplerFixtures {
    /// One noise level for all tokens, `[batch, 1]`.
    static func times(_ time: Float, batch: Int) -> Tensor {
        Tensor.filled(with: time, shape: [batch, 1])
    }
}
