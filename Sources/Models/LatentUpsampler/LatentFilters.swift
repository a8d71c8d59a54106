package import Tensors

/// Corrections of latents between passes and before decoding. All latents are `[batch, channels, frames, rows, columns]`.
package enum LatentFilters {
    /// Gives every channel of every batch element the mean and deviation that it has in `reference` (AdaIN).
    ///
    /// - Parameters:
    ///   - latents: normalised latents of at least two positions.
    ///   - reference: of the same batch and channels; its grid may differ.
    ///   - factor: 0 leaves the latents as they are, 1 matches the reference fully.
    /// - Returns: the shape of `latents`. Deviations are unbiased.
    ///
    /// Source: `adain_filter_latent` of ltx_video.
    package static func matchingStatistics(_ latents: Tensor, of reference: Tensor, factor: Float = 1) -> Tensor {
        precondition(
            latents.rank == 5 && reference.rank == 5 && latents.shape[..<2] == reference.shape[..<2],
            "matchingStatistics: \(latents.shape) of \(reference.shape)")
        let own = statistics(latents)
        let wanted = statistics(reference)
        let matched = (latents - own.mean) / own.deviation * wanted.deviation + wanted.mean
        return latents + (matched - latents) * factor
    }

    /// Draws in values far from 0; `ratio` 0 is the identity.
    ///
    /// - Parameter ratio: strength in 0...1.
    ///
    /// Source: `tone_map_latents` of ltx_video.
    package static func toneMapped(_ latents: Tensor, ratio: Float) -> Tensor {
        let strength = 0.75 * ratio
        let share = ((latents.magnitude() - 1) * (4 * strength)).sigmoid()
        return latents * (1 - share * (0.8 * strength))
    }

    /// Mean and unbiased standard deviation over frames, rows and columns, `[batch, channels, 1, 1, 1]`.
    private static func statistics(_ latents: Tensor) -> (mean: Tensor, deviation: Tensor) {
        let axes = [2, 3, 4]
        let positions = axes.reduce(1) { $0 * latents.shape[$1] }
        precondition(positions > 1, "statistics of one position: \(latents.shape)")
        let mean = latents.mean(axes: axes, keepingAxes: true)
        let variance = (latents - mean).squared().sum(axes: axes, keepingAxes: true) / Float(positions - 1)
        return (mean, variance.squareRoot())
    }
}
