package import Tensors

/// Gives the decoder's residual blocks their random maps, in the order in which they ask: `[rows, columns]` each.
package typealias NoiseMaps = (_ rows: Int, _ columns: Int) -> Tensor

/// Two convolutions with pixel norms around a shortcut.
///
/// Source: `ResnetBlock3D` of ltx_video.
struct AutoencoderResidualBlock {
    private let first: VideoConvolution
    private let second: VideoConvolution
    /// `[4, channels]`, in blocks whose stage is told the timestep.
    private let table: Tensor?
    /// Strength of the random maps after each convolution, `[channels]`.
    private let noiseScales: (first: Tensor, second: Tensor)?
    private let shortcut: Shortcut?

    /// Brings the input to the output's width: a convolution that sees one position of the layer-normed input.
    private struct Shortcut {
        let normWeight: Tensor
        let normBias: Tensor
        let weight: Tensor
        let bias: Tensor

        init(_ weights: WeightScope, from inputs: Int, to outputs: Int) throws {
            normWeight = try weights.tensor("norm3.norm.weight", shape: [inputs])
            normBias = try weights.tensor("norm3.norm.bias", shape: [inputs])
            weight = try weights.tensor("conv_shortcut.weight", shape: [outputs, inputs, 1, 1, 1])
                .reshaped([outputs, inputs])
            bias = try weights.tensor("conv_shortcut.bias", shape: [outputs])
        }

        func callAsFunction(_ x: Tensor) -> Tensor {
            x.layerNorm(weight: normWeight, bias: normBias, epsilon: 1e-6).linear(weight, bias: bias)
        }
    }

    init(
        _ weights: WeightScope, from inputs: Int, to outputs: Int, padding: SpatialPadding, isCausal: Bool,
        isTimeConditioned: Bool = false, injectsNoise: Bool = false
    ) throws {
        first = try VideoConvolution(
            weights["conv1.conv"], from: inputs, to: outputs, padding: padding, isCausal: isCausal)
        second = try VideoConvolution(
            weights["conv2.conv"], from: outputs, to: outputs, padding: padding, isCausal: isCausal)
        table = isTimeConditioned ? try weights.tensor("scale_shift_table", shape: [4, outputs]) : nil
        func scale(_ name: String) throws -> Tensor {
            try weights.tensor(name, shape: [outputs, 1, 1]).reshaped([outputs])
        }
        noiseScales = injectsNoise ? (try scale("per_channel_scale1"), try scale("per_channel_scale2")) : nil
        shortcut = inputs == outputs ? nil : try Shortcut(weights, from: inputs, to: outputs)
    }

    /// - Parameters:
    ///   - x: `[batch, frames, rows, columns, inputs]`.
    ///   - timeEmbedding: the stage's, `[batch, 4 · outputs]`.
    ///   - noise: for blocks that add noise; nil leaves it out.
    /// - Returns: `[batch, frames, rows, columns, outputs]`.
    func callAsFunction(_ x: Tensor, timeEmbedding: Tensor? = nil, noise: NoiseMaps? = nil) -> Tensor {
        var modulation: [Tensor] = []
        if let table, let timeEmbedding {
            modulation = channelModulation(timeEmbedding, table: table)
        }
        var h = modulated(pixelNorm(x), modulation, row: 0).silu()
        h = withNoise(first(h), scale: noiseScales?.first, noise)
        h = modulated(pixelNorm(h), modulation, row: 2).silu()
        h = withNoise(second(h), scale: noiseScales?.second, noise)
        return (shortcut.map { $0(x) } ?? x) + h
    }

    private func modulated(_ h: Tensor, _ modulation: [Tensor], row: Int) -> Tensor {
        guard modulation.count > row + 1 else { return h }
        let (shift, scale) = (modulation[row], modulation[row + 1])
        return h * (1 + scale) + shift
    }

    /// One map serves all frames and batch elements.
    private func withNoise(_ h: Tensor, scale: Tensor?, _ noise: NoiseMaps?) -> Tensor {
        guard let scale, let noise else { return h }
        let (rows, columns) = (h.shape[2], h.shape[3])
        return h + noise(rows, columns).reshaped([rows, columns, 1]) * scale
    }
}

/// `x / √(mean over channels of x² + 1e-8)`.
func pixelNorm(_ x: Tensor) -> Tensor { x.rmsNorm(epsilon: 1e-8) }

/// The rows of a time embedding plus those of a table, ready to act on `[batch, frames, rows, columns, channels]`.
///
/// - Parameters:
///   - embedding: `[batch, rows · channels]`.
///   - table: `[rows, channels]`.
/// - Returns: for each row `[batch, 1, 1, 1, channels]`.
func channelModulation(_ embedding: Tensor, table: Tensor) -> [Tensor] {
    let batch = embedding.shape[0]
    return modulationRows(embedding.reshaped([batch, 1, -1]), table: table).map {
        $0.reshaped([batch, 1, 1, 1, table.shape[1]])
    }
}
