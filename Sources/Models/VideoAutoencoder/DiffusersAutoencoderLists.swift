/// The lists of a diffusers `AutoencoderKLLTXVideo` config, translated to the block lists of the LTX config.
///
/// The encoder's lists run from the finest stage to the coarsest. The decoder's lists are stored in that order too and
/// are read backwards.
/// Source: `autoencoder_kl_ltx.py` of diffusers.
struct DiffusersAutoencoderLists: Decodable {
    private let blockOutputChannels: [Int]
    private let layersPerBlock: [Int]
    private let isScaling: [Bool]
    private let downsampleTypes: [String]
    private let downBlockTypes: [String]
    private let decoderBlockOutputChannels: [Int]
    private let decoderLayersPerBlock: [Int]
    private let isDecoderScaling: [Bool]
    private let decoderInjectsNoise: [Bool]
    private let upsampleHasShortcut: [Bool]
    private let upsampleFactors: [Int]

    private enum CodingKeys: String, CodingKey {
        case blockOutputChannels = "block_out_channels"
        case layersPerBlock = "layers_per_block"
        case isScaling = "spatio_temporal_scaling"
        case downsampleTypes = "downsample_type"
        case downBlockTypes = "down_block_types"
        case decoderBlockOutputChannels = "decoder_block_out_channels"
        case decoderLayersPerBlock = "decoder_layers_per_block"
        case isDecoderScaling = "decoder_spatio_temporal_scaling"
        case decoderInjectsNoise = "decoder_inject_noise"
        case upsampleHasShortcut = "upsample_residual"
        case upsampleFactors = "upsample_factor"
    }

    /// Configs written before 0.9.1 lack the decoder's own lists; their decoder mirrors the encoder.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func list<Element: Decodable>(_ key: CodingKeys, absent: @autoclosure () -> [Element]) throws -> [Element] {
            try values.decodeIfPresent([Element].self, forKey: key) ?? absent()
        }
        blockOutputChannels = try values.decode([Int].self, forKey: .blockOutputChannels)
        layersPerBlock = try values.decode([Int].self, forKey: .layersPerBlock)
        let scaling = try values.decode([Bool].self, forKey: .isScaling)
        isScaling = scaling
        let stageCount = scaling.count
        downsampleTypes = try list(.downsampleTypes, absent: Array(repeating: "conv", count: stageCount))
        downBlockTypes = try list(
            .downBlockTypes, absent: Array(repeating: "LTXVideoDownBlock3D", count: stageCount))
        let decoderChannels = try list(.decoderBlockOutputChannels, absent: blockOutputChannels)
        decoderBlockOutputChannels = decoderChannels
        decoderLayersPerBlock = try list(.decoderLayersPerBlock, absent: layersPerBlock)
        isDecoderScaling = try list(.isDecoderScaling, absent: scaling)
        decoderInjectsNoise = try list(
            .decoderInjectsNoise, absent: Array(repeating: false, count: decoderChannels.count + 1))
        upsampleHasShortcut = try list(
            .upsampleHasShortcut, absent: Array(repeating: false, count: decoderChannels.count))
        upsampleFactors = try list(.upsampleFactors, absent: Array(repeating: 1, count: decoderChannels.count))
        try checkLengths()
    }

    /// Width after the encoder's first convolution.
    var encoderBaseChannels: Int { blockOutputChannels[0] }

    /// Width before the decoder's last convolution.
    func decoderBaseChannels() throws -> Int {
        try quotient(decoderBlockOutputChannels[0], upsampleFactors[0], key: .upsampleFactors)
    }

    func encoderBlocks() throws -> [VideoAutoencoderBlock] {
        var blocks: [VideoAutoencoderBlock] = []
        var channels = blockOutputChannels[0]
        for index in isScaling.indices {
            let output = index + 1 < blockOutputChannels.count ? blockOutputChannels[index + 1] : channels
            blocks.append(VideoAutoencoderBlock(kind: .residual, layerCount: layersPerBlock[index]))
            let multiplier = try quotient(output, channels, key: .blockOutputChannels)
            if downBlockTypes[index] == "LTXVideo095DownBlock3D" {
                blocks += try shortcutBlocks(index, multiplier: multiplier)
            } else {
                if isScaling[index] { blocks.append(VideoAutoencoderBlock(kind: .compress(.all))) }
                if multiplier != 1 { blocks.append(VideoAutoencoderBlock(kind: .widening, multiplier: multiplier)) }
            }
            channels = output
        }
        blocks.append(VideoAutoencoderBlock(kind: .residual, layerCount: layersPerBlock[isScaling.count]))
        return blocks
    }

    /// In the order of an LTX config, finest first.
    func decoderBlocks() throws -> [VideoAutoencoderBlock] {
        let last = decoderBlockOutputChannels.count
        var blocks = [residual(last)]
        var channels = decoderBlockOutputChannels[last - 1]
        for index in (0..<last).reversed() {
            let input = try quotient(channels, upsampleFactors[index], key: .upsampleFactors)
            let output = try quotient(decoderBlockOutputChannels[index], upsampleFactors[index], key: .upsampleFactors)
            if input != output {
                let multiplier = try quotient(input, output, key: .decoderBlockOutputChannels)
                blocks.append(
                    VideoAutoencoderBlock(
                        kind: .widening, multiplier: multiplier, injectsNoise: decoderInjectsNoise[index]))
            }
            if isDecoderScaling[index] {
                blocks.append(
                    VideoAutoencoderBlock(
                        kind: .compress(.all), multiplier: upsampleFactors[index],
                        hasShortcut: upsampleHasShortcut[index]))
            }
            blocks.append(residual(index))
            channels = output
        }
        return blocks.reversed()
    }

    private func residual(_ index: Int) -> VideoAutoencoderBlock {
        VideoAutoencoderBlock(
            kind: .residual, layerCount: decoderLayersPerBlock[index], injectsNoise: decoderInjectsNoise[index])
    }

    private func shortcutBlocks(_ index: Int, multiplier: Int) throws -> [VideoAutoencoderBlock] {
        guard isScaling[index] else { return [] }
        let steps: [String: AxisSteps] = ["spatial": .space, "temporal": .time, "spatiotemporal": .all]
        guard let steps = steps[downsampleTypes[index]] else {
            throw unsupported(
                .downsampleTypes, value: downsampleTypes[index], supported: "spatial, temporal or spatiotemporal")
        }
        return [VideoAutoencoderBlock(kind: .compressWithShortcut(steps), multiplier: multiplier)]
    }

    private func quotient(_ dividend: Int, _ divisor: Int, key: CodingKeys) throws -> Int {
        guard divisor > 0, dividend > 0, dividend.isMultiple(of: divisor) else {
            throw unsupported(key, value: "\(dividend) by \(divisor)", supported: "widths that divide evenly")
        }
        return dividend / divisor
    }

    private func checkLengths() throws {
        let stages = isScaling.count
        let decoderStages = decoderBlockOutputChannels.count
        let lengths: [(CodingKeys, Int, Int)] = [
            (.layersPerBlock, layersPerBlock.count, stages + 1),
            (.downsampleTypes, downsampleTypes.count, stages), (.downBlockTypes, downBlockTypes.count, stages),
            (.decoderLayersPerBlock, decoderLayersPerBlock.count, decoderStages + 1),
            (.isDecoderScaling, isDecoderScaling.count, decoderStages),
            (.decoderInjectsNoise, decoderInjectsNoise.count, decoderStages + 1),
            (.upsampleHasShortcut, upsampleHasShortcut.count, decoderStages),
            (.upsampleFactors, upsampleFactors.count, decoderStages),
        ]
        for (key, found, expected) in lengths where found < expected {
            throw unsupported(key, value: "a list of \(found)", supported: "a list of \(expected)")
        }
        guard !blockOutputChannels.isEmpty, decoderStages > 0 else {
            throw unsupported(.blockOutputChannels, value: "an empty list", supported: "a list of widths")
        }
    }

    private func unsupported(_ key: CodingKeys, value: String, supported: String) -> ModelError {
        .unsupportedSetting(
            component: VideoAutoencoderConfiguration.component, key: key.stringValue, value: value, supported: supported
        )
    }
}
