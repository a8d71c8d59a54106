import Foundation
package import Tensors

/// Adjustments of a pass's latents by their statistics. Source: engine reference 9.2 and 9.3.
extension Tensor {
    /// AdaIN: gives each channel the mean and standard deviation of a reference's channel.
    ///
    /// - Parameters:
    ///   - reference: `[batch, channels, …]`; its other axes may differ from those of this tensor.
    ///   - factor: 0 leaves the latents as they are, 1 adopts the statistics fully.
    /// - Returns: this tensor's shape, `[batch, channels, …]`.
    package func matchingStatistics(of reference: Tensor, factor: Float = 1) -> Tensor {
        precondition(
            rank > 2 && reference.rank > 2 && shape[..<2] == reference.shape[..<2],
            "matchingStatistics: \(shape) and \(reference.shape)")
        let channels = shape[0] * shape[1]
        let size = count / channels
        let referenceSize = reference.count / channels
        let (values, referenceValues) = (values, reference.values)
        return Tensor(shape: shape) { target in
            for channel in 0..<channels {
                let range = channel * size..<(channel + 1) * size
                let own = Spread(values[range])
                let other = Spread(referenceValues[channel * referenceSize..<(channel + 1) * referenceSize])
                let scale = Float(other.standardDeviation / own.standardDeviation)
                let (mean, otherMean) = (Float(own.mean), Float(other.mean))
                for index in range {
                    let matched = (values[index] - mean) * scale + otherMean
                    target[index] = values[index] + factor * (matched - values[index])
                }
            }
        }
    }

    /// Compresses large latents: x · (1 - 0.8 q · sigmoid(4 q (|x| - 1))) with q = 0.75 · `ratio`; 0 is the identity.
    package func toneMapped(ratio: Float) -> Tensor {
        precondition((0...1).contains(ratio), "toneMapped: ratio \(ratio)")
        guard ratio > 0 else { return self }
        let q = 0.75 * ratio
        return Tensor(values.map { x in x * (1 - 0.8 * q / (1 + expf(-4 * q * (abs(x) - 1)))) }, shape: shape)
    }
}
