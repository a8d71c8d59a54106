/// The sizes and constants of an LTX-Video transformer, read from an LTX `config` or a diffusers `config.json`.
///
/// Source: Transformer3DModel of ltx_video, LTXVideoTransformer3DModel of diffusers.
package struct VideoTransformerConfiguration: Sendable, Equatable {
    package var layerCount: Int
    package var headCount: Int
    package var headWidth: Int
    /// Channels of a latent token.
    package var inputChannels: Int
    package var outputChannels: Int
    /// Channels of the text encoder's states.
    package var captionChannels: Int
    /// Epsilon of the norms inside a block and before the output; the query and key norms have ``queryKeyNormEpsilon``.
    package var normEpsilon: Float
    package var queryKeyNormEpsilon: Float
    package var rotaryTheta: Double
    /// Seconds, pixel rows and pixel columns at which the rotary position is 1.
    package var maximumPositions: [Double]
    /// What a time in 0...1 is multiplied by before its sinusoid.
    package var timestepMultiplier: Float
    /// Whether the first latent frame stands for one pixel frame (0.9.5 and later). Nil where the config does not say:
    /// diffusers configs never do, and published LTX configs before 0.9.5 mean false.
    package var causalTemporalPositioning: Bool?

    /// Width of the token stream.
    package var width: Int { headCount * headWidth }
    /// Hidden width of a block's feed-forward layer.
    package var feedForwardWidth: Int { 4 * width }
    /// Width of the sinusoid of the timestep.
    package static let sinusoidWidth = 256

    package init(
        layerCount: Int, headCount: Int, headWidth: Int, inputChannels: Int, outputChannels: Int, captionChannels: Int,
        causalTemporalPositioning: Bool? = nil
    ) {
        self.layerCount = layerCount
        self.headCount = headCount
        self.headWidth = headWidth
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.captionChannels = captionChannels
        normEpsilon = 1e-6
        queryKeyNormEpsilon = 1e-5
        rotaryTheta = 10000
        maximumPositions = [20, 2048, 2048]
        timestepMultiplier = 1000
        self.causalTemporalPositioning = causalTemporalPositioning
    }

    /// Reads the component's JSON object: the value of `"transformer"` in an LTX config, or a diffusers `config.json`.
    ///
    /// - Throws: ``ModelError`` where a size is missing or a setting is not implemented.
    package init(json: String) throws(ModelError) {
        self = try ConfigurationReader.decode(Self.self, from: json, component: Self.component)
    }

    static let component = "video transformer"
}

extension VideoTransformerConfiguration: Decodable {
    private enum CodingKeys: String, CodingKey {
        case layerCount = "num_layers"
        case headCount = "num_attention_heads"
        case headWidth = "attention_head_dim"
        case inputChannels = "in_channels"
        case outputChannels = "out_channels"
        case captionChannels = "caption_channels"
        case crossAttentionWidth = "cross_attention_dim"
        case normEpsilon = "norm_eps"
        case rotaryTheta = "positional_embedding_theta"
        case maximumPositions = "positional_embedding_max_pos"
        case timestepMultiplier = "timestep_scale_multiplier"
        case causalTemporalPositioning = "causal_temporal_positioning"
        case queryKeyNorm = "qk_norm"
        case standardizationNorm = "standardization_norm"
        case activation = "activation_fn"
        case attentionBias = "attention_bias"
        case attentionOutputBias = "attention_out_bias"
        case normHasWeights = "norm_elementwise_affine"
        case positionalEmbedding = "positional_embedding_type"
        case adaptiveNorm = "adaptive_norm"
        case patchSize = "patch_size"
        case temporalPatchSize = "patch_size_t"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let inputChannels = try values.decode(Int.self, forKey: .inputChannels)
        self.init(
            layerCount: try values.decode(Int.self, forKey: .layerCount),
            headCount: try values.decode(Int.self, forKey: .headCount),
            headWidth: try values.decode(Int.self, forKey: .headWidth),
            inputChannels: inputChannels,
            outputChannels: try values.decodeIfPresent(Int.self, forKey: .outputChannels) ?? inputChannels,
            captionChannels: try values.decode(Int.self, forKey: .captionChannels),
            causalTemporalPositioning: try values.decodeIfPresent(Bool.self, forKey: .causalTemporalPositioning))
        normEpsilon = try values.decodeIfPresent(Float.self, forKey: .normEpsilon) ?? normEpsilon
        rotaryTheta = try values.decodeIfPresent(Double.self, forKey: .rotaryTheta) ?? rotaryTheta
        maximumPositions = try values.decodeIfPresent([Double].self, forKey: .maximumPositions) ?? maximumPositions
        timestepMultiplier = try values.decodeIfPresent(Float.self, forKey: .timestepMultiplier) ?? timestepMultiplier
        try Self.checkVariant(values)
        try checkSizes(crossAttentionWidth: values.decodeIfPresent(Int.self, forKey: .crossAttentionWidth))
    }

    /// Every published checkpoint has these settings; others name architectures that are not implemented.
    private static func checkVariant(_ values: KeyedDecodingContainer<CodingKeys>) throws {
        func require<Value: Decodable & Equatable>(_ key: CodingKeys, _ supported: Value...) throws {
            try ConfigurationReader.require(
                values.decodeIfPresent(Value.self, forKey: key), in: supported, key: key.stringValue,
                component: component)
        }
        try require(.queryKeyNorm, "rms_norm", "rms_norm_across_heads")
        try require(.standardizationNorm, "rms_norm")
        try require(.activation, "gelu-approximate")
        try require(.attentionBias, true)
        try require(.attentionOutputBias, true)
        try require(.normHasWeights, false)
        try require(.positionalEmbedding, "rope")
        try require(.adaptiveNorm, "single_scale_shift")
        try require(.patchSize, 1)
        try require(.temporalPatchSize, 1)
    }

    private func checkSizes(crossAttentionWidth: Int?) throws(ModelError) {
        let counts = [
            ("num_layers", layerCount), ("num_attention_heads", headCount), ("attention_head_dim", headWidth),
            ("in_channels", inputChannels), ("out_channels", outputChannels), ("caption_channels", captionChannels),
        ]
        for (key, count) in counts {
            try ConfigurationReader.requirePositive(count, key: key, component: Self.component)
        }
        try ConfigurationReader.require(
            crossAttentionWidth, in: [width], key: CodingKeys.crossAttentionWidth.stringValue, component: Self.component
        )
        // The rotary table turns pairs of channels.
        guard width.isMultiple(of: 2), width >= 6 else {
            throw .unsupportedSetting(
                component: Self.component, key: "num_attention_heads x attention_head_dim", value: "\(width)",
                supported: "an even number of at least 6")
        }
        guard maximumPositions.count == 3, maximumPositions.allSatisfy({ $0 > 0 }) else {
            throw .unsupportedSetting(
                component: Self.component, key: CodingKeys.maximumPositions.stringValue, value: "\(maximumPositions)",
                supported: "three positive numbers")
        }
    }
}
