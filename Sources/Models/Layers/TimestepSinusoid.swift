import Foundation
package import Tensors

/// The sinusoid of a scaled timestep: the cosines of all frequencies, then the sines.
///
/// Source: `get_timestep_embedding` with `flip_sin_to_cos` and no frequency shift, as PixArt and LTX-Video use it.
package enum TimestepSinusoid {
    /// - Parameters:
    ///   - scaledTimesteps: times after their multiplier, such as 1000 t.
    ///   - width: channels of the result, even.
    /// - Returns: `[scaledTimesteps.count, width]`: `cos(s w_k)`, then `sin(s w_k)`, with
    ///   `w_k = exp(-ln(10000) k / (width / 2))`.
    package static func embedding(
        of scaledTimesteps: [Float], width: Int = VideoTransformerConfiguration.sinusoidWidth
    ) -> Tensor {
        precondition(width.isMultiple(of: 2), "timestep sinusoid of width \(width)")
        let half = width / 2
        let exponentScale = -Float(log(10000.0))
        let frequencies = (0..<half).map { exp(exponentScale * Float($0) / Float(half)) }
        return Tensor(shape: [scaledTimesteps.count, width]) { rows in
            for (row, timestep) in scaledTimesteps.enumerated() {
                for (index, frequency) in frequencies.enumerated() {
                    rows[row * width + index] = cos(timestep * frequency)
                    rows[row * width + half + index] = sin(timestep * frequency)
                }
            }
        }
    }
}

/// `linear_2(silu(linear_1(sinusoid)))`; checkpoint names below `timestep_embedder`.
struct TimestepEmbedder {
    private let first: LinearLayer
    private let second: LinearLayer

    init(_ weights: WeightScope, width: Int) throws {
        let weights = weights["timestep_embedder"]
        first = try LinearLayer(weights["linear_1"], from: VideoTransformerConfiguration.sinusoidWidth, to: width)
        second = try LinearLayer(weights["linear_2"], from: width, to: width)
    }

    /// - Returns: `[scaledTimesteps.count, width]`.
    func callAsFunction(_ scaledTimesteps: [Float]) -> Tensor {
        second(first(TimestepSinusoid.embedding(of: scaledTimesteps)).silu())
    }
}
