package import Tensors

/// `x Wᵀ + b` over the last axis; checkpoint names `weight` `[outputs, inputs]` and `bias` `[outputs]`.
package struct LinearLayer {
    let weight: Tensor
    let bias: Tensor

    /// - Throws: ``ModelError`` where a tensor is missing or has another shape.
    package init(_ weights: WeightScope, from inputs: Int, to outputs: Int) throws {
        weight = try weights.tensor("weight", shape: [outputs, inputs])
        bias = try weights.tensor("bias", shape: [outputs])
    }

    /// - Parameter x: `[…, inputs]`.
    /// - Returns: `[…, outputs]`.
    package func callAsFunction(_ x: Tensor) -> Tensor {
        x.linear(weight, bias: bias)
    }
}
