package import Tensors

/// Mean and standard deviation of each latent channel: what lies between raw and normalised latents.
package struct LatentStatistics {
    /// `[channels]` each.
    package let means: Tensor
    package let deviations: Tensor

    /// - Parameters:
    ///   - means: `[channels]`.
    ///   - deviations: `[channels]`, none 0.
    package init(means: Tensor, deviations: Tensor) {
        precondition(
            means.rank == 1 && means.shape == deviations.shape, "latent statistics \(means.shape), \(deviations.shape)")
        self.means = means
        self.deviations = deviations
    }

    /// - Throws: ``ModelError`` where a tensor has another shape, and what the scope throws where one is missing.
    package init(_ weights: WeightScope, channels: Int) throws {
        self.init(
            means: try weights.tensor("per_channel_statistics.mean-of-means", shape: [channels]),
            deviations: try weights.tensor("per_channel_statistics.std-of-means", shape: [channels]))
    }

    /// - Parameter raw: `[batch, channels, frames, rows, columns]`.
    /// - Returns: the same shape, with about mean 0 and deviation 1.
    package func normalized(_ raw: Tensor) -> Tensor {
        (raw - broadcast(means)) / broadcast(deviations)
    }

    /// - Parameter normalized: `[batch, channels, frames, rows, columns]`.
    /// - Returns: the same shape, as the decoder takes it.
    package func raw(_ normalized: Tensor) -> Tensor {
        normalized * broadcast(deviations) + broadcast(means)
    }

    private func broadcast(_ statistic: Tensor) -> Tensor { statistic.reshaped([1, statistic.count, 1, 1, 1]) }
}
