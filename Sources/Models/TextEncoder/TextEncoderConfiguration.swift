package import WeightFiles

/// The sizes and constants of a T5 v1.1 encoder, read from its `config.json`.
///
/// Source: Raffel et al. 2020, arXiv:1910.10683; `T5EncoderModel` in Hugging Face transformers.
package struct TextEncoderConfiguration: Sendable, Equatable {
    package var layerCount: Int
    package var headCount: Int
    package var headWidth: Int
    /// Channels of the token stream; `headCount · headWidth` may differ from it.
    package var width: Int
    package var feedForwardWidth: Int
    /// Rows of the embedding.
    package var vocabularyCount: Int
    package var positions: RelativePositionBuckets
    package var normEpsilon: Float

    /// Width of queries, keys and values of all heads together.
    package var attentionWidth: Int { headCount * headWidth }

    static let component = "text encoder"

    /// - Parameter json: a checkpoint's `config`.
    /// - Throws: ``ModelError`` where a size is missing or a setting is not implemented.
    package init(_ json: JSONValue) throws(ModelError) {
        self = try ConfigurationReader.decode(Self.self, from: json.description, component: Self.component)
    }
}

extension TextEncoderConfiguration: Decodable {
    private enum CodingKeys: String, CodingKey {
        case layerCount = "num_layers"
        case headCount = "num_heads"
        case headWidth = "d_kv"
        case width = "d_model"
        case feedForwardWidth = "d_ff"
        case vocabularyCount = "vocab_size"
        case bucketCount = "relative_attention_num_buckets"
        case maximumDistance = "relative_attention_max_distance"
        case normEpsilon = "layer_norm_epsilon"
        case feedForward = "feed_forward_proj"
        case modelType = "model_type"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        layerCount = try values.decode(Int.self, forKey: .layerCount)
        headCount = try values.decode(Int.self, forKey: .headCount)
        headWidth = try values.decode(Int.self, forKey: .headWidth)
        width = try values.decode(Int.self, forKey: .width)
        feedForwardWidth = try values.decode(Int.self, forKey: .feedForwardWidth)
        vocabularyCount = try values.decode(Int.self, forKey: .vocabularyCount)
        normEpsilon = try values.decodeIfPresent(Float.self, forKey: .normEpsilon) ?? 1e-6
        positions = RelativePositionBuckets(
            count: try values.decodeIfPresent(Int.self, forKey: .bucketCount) ?? 32,
            maximumDistance: try values.decodeIfPresent(Int.self, forKey: .maximumDistance) ?? 128)
        let feedForward = try values.decodeIfPresent(String.self, forKey: .feedForward)
        try ConfigurationReader.require(
            feedForward ?? "relu", in: ["gated-gelu"], key: "feed_forward_proj", component: Self.component)
        try ConfigurationReader.require(
            try values.decodeIfPresent(String.self, forKey: .modelType), in: ["t5"], key: "model_type",
            component: Self.component)
        try checkSizes()
    }

    private func checkSizes() throws(ModelError) {
        let counts = [
            ("num_layers", layerCount), ("num_heads", headCount), ("d_kv", headWidth), ("d_model", width),
            ("d_ff", feedForwardWidth), ("vocab_size", vocabularyCount),
        ]
        for (key, count) in counts {
            try ConfigurationReader.requirePositive(count, key: key, component: Self.component)
        }
        guard positions.isUsable else {
            throw .unsupportedSetting(
                component: Self.component, key: "relative_attention_num_buckets", value: "\(positions.count)",
                supported: "a multiple of 4, and a fourth of it below relative_attention_max_distance")
        }
    }
}

extension TextEncoderConfiguration {
    /// Name and shape of every tensor of the encoder.
    package func expectedWeights() -> [String: [Int]] {
        var weights = WeightShapes()
        weights.tensor(TextEncoderNames.embedding, [vocabularyCount, width])
        weights.tensor(TextEncoderNames.positionBias, [positions.count, headCount])
        weights.tensor(TextEncoderNames.finalNorm, [width])
        for block in 0..<layerCount {
            let names = TextEncoderNames(block: block)
            for name in [names.query, names.key, names.value] {
                weights.tensor("\(name).weight", [attentionWidth, width])
            }
            weights.tensor("\(names.attentionOutput).weight", [width, attentionWidth])
            weights.tensor(names.attentionNorm, [width])
            for name in [names.gate, names.up] { weights.tensor("\(name).weight", [feedForwardWidth, width]) }
            weights.tensor("\(names.down).weight", [width, feedForwardWidth])
            weights.tensor(names.feedForwardNorm, [width])
        }
        return weights.shapes
    }
}
