/// The encoder's tensor names in a Hugging Face checkpoint; linear layers are named without `.weight`.
struct TextEncoderNames {
    static let embedding = "shared.weight"
    static let positionBias = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"
    static let finalNorm = "encoder.final_layer_norm.weight"

    /// Checkpoints of a whole T5 hold a decoder and an output layer, which the encoder has no use for.
    static func belongsToDecoder(_ name: String) -> Bool {
        name.hasPrefix("decoder.") || name.hasPrefix("lm_head.")
    }

    private let attention: String
    private let feedForward: String

    init(block: Int) {
        attention = "encoder.block.\(block).layer.0"
        feedForward = "encoder.block.\(block).layer.1"
    }

    var query: String { "\(attention).SelfAttention.q" }
    var key: String { "\(attention).SelfAttention.k" }
    var value: String { "\(attention).SelfAttention.v" }
    var attentionOutput: String { "\(attention).SelfAttention.o" }
    var attentionNorm: String { "\(attention).layer_norm.weight" }
    var gate: String { "\(feedForward).DenseReluDense.wi_0" }
    var up: String { "\(feedForward).DenseReluDense.wi_1" }
    var down: String { "\(feedForward).DenseReluDense.wo" }
    var feedForwardNorm: String { "\(feedForward).layer_norm.weight" }

    /// What the attention logits are made of. T5 does not divide them by the square root of the head's width, so a
    /// rounded query or key moves a sharp softmax by percents.
    var logitLayers: [String] { [query, key] }

    /// All linear layers of the block.
    var linearLayers: [String] { [query, key, value, attentionOutput, gate, up, down] }
}
