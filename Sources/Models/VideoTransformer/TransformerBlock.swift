import Tensors

/// One block: modulated self-attention, cross-attention on the raw stream, modulated feed-forward.
///
/// Source: `BasicTransformerBlock` with `adaptive_norm = "single_scale_shift"` of ltx_video.
struct TransformerBlock {
    private let table: Tensor
    private let selfAttention: TransformerAttention
    private let crossAttention: TransformerAttention
    private let widen: LinearLayer
    private let narrow: LinearLayer
    private let epsilon: Float

    init(_ weights: WeightScope, configuration: VideoTransformerConfiguration) throws {
        let (width, hidden) = (configuration.width, configuration.feedForwardWidth)
        table = try weights.tensor("scale_shift_table", shape: [6, width])
        selfAttention = try TransformerAttention(weights["attn1"], configuration: configuration)
        crossAttention = try TransformerAttention(weights["attn2"], configuration: configuration)
        widen = try LinearLayer(weights["ff.net.0.proj"], from: width, to: hidden)
        narrow = try LinearLayer(weights["ff.net.2"], from: hidden, to: width)
        epsilon = configuration.normEpsilon
    }

    /// - Parameters:
    ///   - x: the stream, `[batch, tokens, width]`.
    ///   - context: what all blocks share.
    ///   - replacement: for a weakened self-attention.
    /// - Returns: `[batch, tokens, width]`.
    func callAsFunction(_ x: Tensor, _ context: TransformerContext, replacement: AttentionReplacement?) -> Tensor {
        let rows = modulationRows(context.modulation, table: table)
        let (shift1, scale1, gate1) = (rows[0], rows[1], rows[2])
        let (shift2, scale2, gate2) = (rows[3], rows[4], rows[5])
        var x = x
        let attended = selfAttention.selfAttention(
            x.rmsNorm(epsilon: epsilon) * (1 + scale1) + shift1, rotation: context.rotation, replacement: replacement)
        x = x + gate1 * attended
        x = x + crossAttention.crossAttention(x, caption: context.caption, bias: context.promptBias)
        let n = x.rmsNorm(epsilon: epsilon) * (1 + scale2) + shift2
        return x + gate2 * narrow(widen(n).geluTanh())
    }
}

/// What all blocks of a forward pass share.
struct TransformerContext {
    /// Projection of the embedded timestep, `[batch, 1 or tokens, 6 · width]`.
    let modulation: Tensor
    /// Cosines and sines, `[batch or 1, tokens, width]`.
    let rotation: (cosines: Tensor, sines: Tensor)
    /// The projected prompt, `[batch, words, width]`.
    let caption: Tensor
    /// `(1 - mask) · -10000`, `[batch, 1, 1, words]`.
    let promptBias: Tensor
}

/// The rows of a modulation: `modulation` cut into as many parts as `table` has rows, plus those rows.
///
/// - Parameters:
///   - modulation: `[batch, 1 or tokens, rows · width]`.
///   - table: `[rows, width]`.
/// - Returns: for each row `[batch, 1 or tokens, width]`.
func modulationRows(_ modulation: Tensor, table: Tensor) -> [Tensor] {
    let (rowCount, width) = (table.shape[0], table.shape[1])
    let rows = modulation.split(axis: 2, parts: rowCount)
    return rows.enumerated().map { index, row in
        row + table.sliced(axis: 0, index..<index + 1).reshaped([width])
    }
}
