extension Tensor {
    /// `a·b / (max(‖a‖, epsilon) max(‖b‖, epsilon))` over the last axis.
    ///
    /// - Returns: the shape without its last axis.
    package func cosineSimilarity(to other: Tensor, epsilon: Float = 1e-8) -> Tensor {
        precondition(shape == other.shape && rank >= 1, "cosineSimilarity: \(shape) to \(other.shape)")
        let products = (self * other).sum(axes: [-1])
        return products / (rowNorms(atLeast: epsilon) * other.rowNorms(atLeast: epsilon))
    }

    /// `max(‖x‖, floor)` over the last axis. Below the floor, and at 0, no gradient flows.
    private func rowNorms(atLeast floor: Float) -> Tensor {
        squared().sum(axes: [-1]).clamped(to: floor * floor...Float.greatestFiniteMagnitude).squareRoot()
    }
}
