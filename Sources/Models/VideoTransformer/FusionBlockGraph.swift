package import Tensors

/// A fusion block of the high-resolution model: merges guidance features into the token stream.
///
/// Source: engine reference, section "Turbo2K two-stage synthesis", steps 3 and 4.
package struct FusionBlockGraph {
    private let depthwise: (weight: Tensor, bias: Tensor)
    private let pointwise: LinearLayer
    private let widen: LinearLayer
    private let narrow: LinearLayer
    private let gain: Tensor
    private let modulation: LinearLayer
    private let table: Tensor
    private let width: Int
    private static let epsilon: Float = 1e-6

    /// - Parameters:
    ///   - weights: in the names below `fusion_blocks.{k}`.
    ///   - width: channels of the stream.
    ///   - hiddenRatio: hidden width of the feed-forward part as a multiple of `width`.
    /// - Throws: ``ModelError`` where a tensor has another shape, and what the scope throws where one is missing.
    package init(_ weights: WeightScope, width: Int, hiddenRatio: Int) throws {
        self.width = width
        depthwise = (
            try weights["depthwise"].tensor("weight", shape: [width, 1, 1, 3, 3]),
            try weights["depthwise"].tensor("bias", shape: [width])
        )
        pointwise = try LinearLayer(weights["pointwise"], from: width, to: width)
        widen = try LinearLayer(weights["mlp.0"], from: width, to: hiddenRatio * width)
        narrow = try LinearLayer(weights["mlp.2"], from: hiddenRatio * width, to: width)
        gain = try weights["norm"].tensor("weight", shape: [width])
        modulation = try LinearLayer(weights["modulation"], from: width, to: 2 * width)
        table = try weights.tensor("scale_shift_table", shape: [2, width])
    }

    /// Guidance features on the high-resolution grid: interpolated, then convolved frame by frame.
    ///
    /// - Parameters:
    ///   - feature: `[batch, low.tokenCount, width]`.
    ///   - low: the grid of `feature`.
    ///   - high: the grid of the result.
    /// - Returns: `[batch, high.tokenCount, width]`.
    package func injection(of feature: Tensor, from low: TokenGrid, to high: TokenGrid) -> Tensor {
        let batch = feature.shape[0]
        let convolved = Self.interpolated(feature, from: low, to: high)
            .reshaped([batch, high.frames, high.rows, high.columns, width])
            .conv3d(weight: depthwise.weight, bias: depthwise.bias, padding: [0, 1, 1], groups: width)
        return pointwise(convolved).reshaped([batch, high.tokenCount, width])
    }

    /// Tokens of one grid resampled to another between half-pixel centres.
    ///
    /// - Parameters:
    ///   - tokens: `[batch, low.tokenCount, channels]`.
    ///   - low: the grid of `tokens`.
    ///   - high: the grid of the result.
    /// - Returns: `[batch, high.tokenCount, channels]`.
    package static func interpolated(_ tokens: Tensor, from low: TokenGrid, to high: TokenGrid) -> Tensor {
        precondition(tokens.rank == 3 && tokens.shape[1] == low.tokenCount, "interpolate: \(tokens.shape) on \(low)")
        let (batch, channels) = (tokens.shape[0], tokens.shape[2])
        return tokens.reshaped([batch, low.frames, low.rows, low.columns, channels])
            .trilinearResized(to: [high.frames, high.rows, high.columns])
            .reshaped([batch, high.tokenCount, channels])
    }

    /// The stream with the injection merged in. It replaces the stream: there is no residual around the norm.
    ///
    /// - Parameters:
    ///   - h: the stream, `[batch, tokens, width]`.
    ///   - injection: `[1 or batch, tokens, width]`.
    ///   - embeddedTimestep: `[batch, 1 or tokens, width]`.
    /// - Returns: `[batch, tokens, width]`.
    package func callAsFunction(_ h: Tensor, injection: Tensor, embeddedTimestep: Tensor) -> Tensor {
        let m = h + narrow(widen(h).geluTanh())
        let y = m.rmsNorm(weight: gain, epsilon: Self.epsilon) + injection
        let rows = modulationRows(modulation(embeddedTimestep.silu()), table: table)
        let (alpha, beta) = (rows[0], rows[1])
        return y * (1 + alpha) + beta
    }
}
