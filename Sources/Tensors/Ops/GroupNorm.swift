extension Tensor {
    /// `(x - mean) / √(variance + epsilon) · weight + bias`, with the statistics of a group of neighbouring channels
    /// over all positions of a batch element.
    ///
    /// - Parameters:
    ///   - groupCount: divides the number of channels.
    ///   - weight: `[channels]`.
    ///   - bias: `[channels]`.
    ///   - epsilon: keeps the divisor from 0.
    /// - Returns: `[batch, …, channels]`, like this tensor. The variance is the biased one.
    package func groupNorm(groupCount: Int, weight: Tensor, bias: Tensor, epsilon: Float) -> Tensor {
        let channels = shape.last ?? 0
        precondition(
            rank >= 2 && channels.isMultiple(of: groupCount) && weight.shape == [channels] && bias.shape == [channels],
            "groupNorm: \(shape) in \(groupCount) groups by \(weight.shape) and \(bias.shape)")
        let (batch, width) = (shape[0], channels / groupCount)
        let positions = shape[1..<rank - 1].reduce(1, *)
        // A group becomes one row, which layer norm without weights then normalises.
        let rows = reshaped([batch, positions, groupCount, width]).permuted([0, 2, 1, 3])
            .reshaped([batch * groupCount, positions * width])
        let normalized = rows.layerNorm(epsilon: epsilon)
            .reshaped([batch, groupCount, positions, width]).permuted([0, 2, 1, 3]).reshaped(shape)
        return normalized * weight + bias
    }
}
