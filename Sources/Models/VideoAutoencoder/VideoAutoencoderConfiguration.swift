/// How convolutions of the autoencoder fill the rows and columns outside the picture.
package enum SpatialPadding: String, Sendable, Equatable, CaseIterable, Decodable {
    case zeros, reflect, replicate, circular
}

/// The block lists and constants of an LTX video autoencoder.
///
/// Read from the `"vae"` object of an LTX config or from a diffusers `vae/config.json`, whose lists are translated
/// (``DiffusersAutoencoderLists``).
/// Source: CausalVideoAutoencoder of ltx_video.
package struct VideoAutoencoderConfiguration: Sendable, Equatable {
    /// In the order in which the encoder runs them.
    package var encoderBlocks: [VideoAutoencoderBlock]
    /// In the order of the config: the decoder runs them from the last to the first.
    package var decoderBlocks: [VideoAutoencoderBlock]
    package var pixelChannels = 3
    package var latentChannels: Int
    /// Width after the encoder's first convolution.
    package var encoderBaseChannels = 128
    /// Width before the decoder's last convolution.
    package var decoderBaseChannels = 128
    /// Pixels along each side that the patching folds into channels.
    package var patchSize = 4
    /// Whether the decoder's convolutions look only at past frames. False in every published model.
    package var isDecoderCausal = false
    /// Whether the decoder is told how noisy its latents are.
    package var hasTimestepConditioning = false
    package var spatialPadding = SpatialPadding.zeros

    static let component = "video autoencoder"

    /// - Parameter json: the value of `"vae"` in an LTX config, or a diffusers `vae/config.json`.
    /// - Throws: ``ModelError`` where a size is missing, a block is unknown or the lists contradict each other.
    package init(json: String) throws(ModelError) {
        self = try ConfigurationReader.decode(Self.self, from: json, component: Self.component)
        try validate()
    }

    init(encoderBlocks: [VideoAutoencoderBlock], decoderBlocks: [VideoAutoencoderBlock], latentChannels: Int) {
        self.encoderBlocks = encoderBlocks
        self.decoderBlocks = decoderBlocks
        self.latentChannels = latentChannels
    }
}

extension VideoAutoencoderConfiguration: Decodable {
    private enum CodingKeys: String, CodingKey {
        case blocks
        case encoderBlocks = "encoder_blocks"
        case decoderBlocks = "decoder_blocks"
        case blockOutputChannels = "block_out_channels"
        case dimensions = "dims"
        case inputChannels = "in_channels"
        case outputChannels = "out_channels"
        case latentChannels = "latent_channels"
        case encoderBaseChannels = "encoder_base_channels"
        case decoderBaseChannels = "decoder_base_channels"
        case patchSize = "patch_size"
        case temporalPatchSize = "patch_size_t"
        case causalDecoder = "causal_decoder"
        case diffusersCausalDecoder = "decoder_causal"
        case diffusersCausalEncoder = "encoder_causal"
        case timestepConditioning = "timestep_conditioning"
        case spatialPadding = "spatial_padding_mode"
        case norm = "norm_layer"
        case logVariance = "latent_log_var"
        case quantConvolution = "use_quant_conv"
        case normalizesLatents = "normalize_latent_channels"
        case scalingFactor = "scaling_factor"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let latentChannels = try values.decode(Int.self, forKey: .latentChannels)
        if values.contains(.blockOutputChannels) {
            let lists = try DiffusersAutoencoderLists(from: decoder)
            self.init(
                encoderBlocks: try lists.encoderBlocks(), decoderBlocks: try lists.decoderBlocks(),
                latentChannels: latentChannels)
            encoderBaseChannels = lists.encoderBaseChannels
            decoderBaseChannels = try lists.decoderBaseChannels()
        } else {
            let common = try values.decodeIfPresent([VideoAutoencoderBlock].self, forKey: .blocks)
            func list(_ key: CodingKeys) throws -> [VideoAutoencoderBlock] {
                try common ?? values.decode([VideoAutoencoderBlock].self, forKey: key)
            }
            self.init(
                encoderBlocks: try list(.encoderBlocks), decoderBlocks: try list(.decoderBlocks),
                latentChannels: latentChannels)
            encoderBaseChannels = try values.decodeIfPresent(Int.self, forKey: .encoderBaseChannels) ?? 128
            decoderBaseChannels = try values.decodeIfPresent(Int.self, forKey: .decoderBaseChannels) ?? 128
        }
        pixelChannels = try values.decodeIfPresent(Int.self, forKey: .inputChannels) ?? 3
        patchSize = try values.decodeIfPresent(Int.self, forKey: .patchSize) ?? 1
        isDecoderCausal =
            try values.decodeIfPresent(Bool.self, forKey: .causalDecoder)
            ?? values.decodeIfPresent(Bool.self, forKey: .diffusersCausalDecoder) ?? false
        hasTimestepConditioning = try values.decodeIfPresent(Bool.self, forKey: .timestepConditioning) ?? false
        spatialPadding = try Self.padding(values)
        try Self.checkVariant(values, pixelChannels: pixelChannels)
    }

    private static func padding(_ values: KeyedDecodingContainer<CodingKeys>) throws -> SpatialPadding {
        guard let name = try values.decodeIfPresent(String.self, forKey: .spatialPadding) else { return .zeros }
        guard let padding = SpatialPadding(rawValue: name) else {
            throw ModelError.unsupportedSetting(
                component: component, key: CodingKeys.spatialPadding.stringValue, value: name,
                supported: SpatialPadding.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return padding
    }

    /// Every published checkpoint has these settings; others name architectures that are not implemented.
    private static func checkVariant(_ values: KeyedDecodingContainer<CodingKeys>, pixelChannels: Int) throws {
        func require<Value: Decodable & Equatable>(_ key: CodingKeys, _ supported: Value) throws {
            try ConfigurationReader.require(
                values.decodeIfPresent(Value.self, forKey: key), in: [supported], key: key.stringValue,
                component: component)
        }
        try require(.dimensions, 3)
        try require(.temporalPatchSize, 1)
        try require(.outputChannels, pixelChannels)
        try require(.diffusersCausalEncoder, true)
        try require(.norm, "pixel_norm")
        try require(.logVariance, "uniform")
        try require(.quantConvolution, false)
        try require(.normalizesLatents, false)
        try require(.scalingFactor, 1.0)
    }
}
