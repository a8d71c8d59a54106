extension Tensor {
    /// `x / √(mean(x²) + epsilon) · weight` over the last axis.
    ///
    /// - Parameters:
    ///   - weight: `[channels]`, or nil for 1.
    ///   - epsilon: keeps the divisor from 0.
    /// - Returns: the shape of this tensor.
    package func rmsNorm(weight: Tensor? = nil, epsilon: Float) -> Tensor {
        let channels = shape.last ?? 0
        precondition(weight.map { $0.shape == [channels] } ?? true, "rmsNorm: \(shape) by \(weight?.shape ?? [])")
        let x = detached()
        let normalized = normalizedRows(x, centred: false, epsilon: epsilon).recorded(from: [self]) { dy in
            [normalizedRowsGradient(x, dy, centred: false, epsilon: epsilon)]
        }
        return weight.map { normalized * $0 } ?? normalized
    }

    /// `(x - mean) / √(variance + epsilon) · weight + bias` over the last axis, with the biased variance.
    ///
    /// - Parameters:
    ///   - weight: `[channels]`, or nil for 1.
    ///   - bias: `[channels]`, or nil for 0.
    ///   - epsilon: keeps the divisor from 0.
    /// - Returns: the shape of this tensor.
    package func layerNorm(weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Float) -> Tensor {
        let channels = shape.last ?? 0
        for operand in [weight, bias].compactMap({ $0 }) {
            precondition(operand.shape == [channels], "layerNorm: \(shape) by \(operand.shape)")
        }
        let x = detached()
        var result = normalizedRows(x, centred: true, epsilon: epsilon).recorded(from: [self]) { dy in
            [normalizedRowsGradient(x, dy, centred: true, epsilon: epsilon)]
        }
        if let weight { result = result * weight }
        if let bias { result = result + bias }
        return result
    }
}
