import Kernels
import WeightFiles

/// A block's weights, laid out for the kernels.
struct ExecutorBlock: Sendable {
    /// The four projections and two norms of an attention layer.
    struct Attention: Sendable {
        let query: PackedLinear
        let key: PackedLinear
        let value: PackedLinear
        let output: PackedLinear
        let queryNorm: AlignedBuffer
        let keyNorm: AlignedBuffer

        init(_ checkpoint: Checkpoint, _ name: String, _ options: PackingOptions) throws(WeightError) {
            query = try options.linear(checkpoint, "\(name).to_q")
            key = try options.linear(checkpoint, "\(name).to_k")
            value = try options.linear(checkpoint, "\(name).to_v")
            output = try options.linear(checkpoint, "\(name).to_out.0")
            queryNorm = AlignedBuffer(floats: try checkpoint.floats("\(name).q_norm.weight"))
            keyNorm = AlignedBuffer(floats: try checkpoint.floats("\(name).k_norm.weight"))
        }

        var byteCount: Int { query.byteCount + key.byteCount + value.byteCount + output.byteCount }

        /// By name within the layer.
        var layers: [String: PackedLinear] { ["to_q": query, "to_k": key, "to_v": value, "to_out.0": output] }
    }

    let selfAttention: Attention
    let crossAttention: Attention
    let widen: PackedLinear
    let narrow: PackedLinear
    /// Six rows: shift, scale, gate of the attention, then of the feed-forward layer.
    let table: [Float]

    init(_ checkpoint: Checkpoint, _ index: Int, _ options: PackingOptions) throws(WeightError) {
        let name = "transformer_blocks.\(index)"
        selfAttention = try Attention(checkpoint, "\(name).attn1", options)
        crossAttention = try Attention(checkpoint, "\(name).attn2", options)
        widen = try options.linear(checkpoint, "\(name).ff.net.0.proj")
        narrow = try options.linear(checkpoint, "\(name).ff.net.2")
        table = try checkpoint.floats("\(name).scale_shift_table")
    }

    /// By name within the block.
    var layers: [String: PackedLinear] {
        var layers = ["ff.net.0.proj": widen, "ff.net.2": narrow]
        for (name, layer) in selfAttention.layers { layers["attn1.\(name)"] = layer }
        for (name, layer) in crossAttention.layers { layers["attn2.\(name)"] = layer }
        return layers
    }

    var byteCount: Int {
        selfAttention.byteCount + crossAttention.byteCount + widen.byteCount + narrow.byteCount + table.count * 4
    }
}

/// A fusion block's weights.
struct ExecutorFusionBlock: Sendable {
    /// `[channels, 9]` and `[channels]`.
    let depthwiseWeight: [Float]
    let depthwiseBias: [Float]
    let pointwise: PackedLinear
    let widen: PackedLinear
    let narrow: PackedLinear
    let gain: AlignedBuffer
    let modulation: PackedLinear
    /// Two rows: alpha, beta.
    let table: [Float]
    static let epsilon: Float = 1e-6

    init(_ checkpoint: Checkpoint, _ index: Int, _ options: PackingOptions) throws(WeightError) {
        let name = "fusion_blocks.\(index)"
        depthwiseWeight = try checkpoint.floats("\(name).depthwise.weight")
        depthwiseBias = try checkpoint.floats("\(name).depthwise.bias")
        pointwise = try options.linear(checkpoint, "\(name).pointwise")
        widen = try options.linear(checkpoint, "\(name).mlp.0")
        narrow = try options.linear(checkpoint, "\(name).mlp.2")
        gain = AlignedBuffer(floats: try checkpoint.floats("\(name).norm.weight"))
        modulation = try options.exact(checkpoint, "\(name).modulation")
        table = try checkpoint.floats("\(name).scale_shift_table")
    }

    /// By name within the block.
    var layers: [String: PackedLinear] {
        ["pointwise": pointwise, "mlp.0": widen, "mlp.2": narrow, "modulation": modulation]
    }

    var byteCount: Int {
        pointwise.byteCount + widen.byteCount + narrow.byteCount + modulation.byteCount + depthwiseWeight.count * 4
    }
}

/// How weights are laid out.
struct PackingOptions: Sendable {
    let precision: Precision
    let kernels: Kernels
    let parallel: Parallel
    /// Layers that are laid out already.
    var packed: PackedWeights?

    func linear(_ checkpoint: Checkpoint, _ name: String) throws(WeightError) -> PackedLinear {
        try PackedLinear(
            checkpoint, name, precision: precision, kernels: kernels, parallel: parallel, packed: packed)
    }

    /// Small layers whose rounding would touch every token: timestep, modulation, tokens in and out.
    func exact(_ checkpoint: Checkpoint, _ name: String) throws(WeightError) -> PackedLinear {
        try PackedLinear(checkpoint, name, precision: .fp32, kernels: kernels, parallel: parallel, packed: packed)
    }
}
