/// The sizes of a latent upsampler, read from the `config` of its file.
///
/// Source: LatentUpsampler of ltx_video.
package struct LatentUpsamplerConfiguration: Sendable, Equatable {
    package var latentChannels: Int
    /// Width between the first and the last convolution.
    package var hiddenChannels: Int
    /// Residual blocks before, and again after, the upsampling.
    package var blockCount: Int
    /// 3 where convolutions see time, 2 where every frame stands alone.
    package var dimensions: Int
    /// Doubles rows and columns.
    package var upsamplesSpace: Bool
    /// Makes 2F - 1 frames of F.
    package var upsamplesTime: Bool

    /// Groups of every group norm.
    package static let groupCount = 32
    package static let normEpsilon: Float = 1e-5

    static let component = "latent upsampler"

    /// - Parameter json: the `config` in the metadata of the upsampler's file.
    /// - Throws: ``ModelError`` where a size is missing or the setting is not implemented.
    package init(json: String) throws(ModelError) {
        self = try ConfigurationReader.decode(Self.self, from: json, component: Self.component)
    }

    /// Names and shapes of all tensors; the file has no prefix.
    package var expectedWeights: [String: [Int]] {
        let kernel = dimensions == 3 ? [3, 3, 3] : [3, 3]
        var weights = WeightShapes()
        weights.convolution("initial_conv", from: latentChannels, to: hiddenChannels, kernel: kernel)
        weights.norm("initial_norm", channels: hiddenChannels)
        for list in ["res_blocks", "post_upsample_res_blocks"] {
            for index in 0..<blockCount {
                for half in 1...2 {
                    weights.convolution(
                        "\(list).\(index).conv\(half)", from: hiddenChannels, to: hiddenChannels, kernel: kernel)
                    weights.norm("\(list).\(index).norm\(half)", channels: hiddenChannels)
                }
            }
        }
        weights.convolution(
            "upsampler.0", from: hiddenChannels, to: hiddenChannels * steps.product,
            kernel: upsamplesTime ? [3, 3, 3] : [3, 3])
        weights.convolution("final_conv", from: hiddenChannels, to: latentChannels, kernel: kernel)
        return weights.shapes
    }

    /// How many positions the upsampling makes of one, along each axis.
    package var steps: AxisSteps {
        AxisSteps(time: upsamplesTime ? 2 : 1, rows: upsamplesSpace ? 2 : 1, columns: upsamplesSpace ? 2 : 1)
    }
}

extension LatentUpsamplerConfiguration: Decodable {
    private enum CodingKeys: String, CodingKey {
        case latentChannels = "in_channels"
        case hiddenChannels = "mid_channels"
        case blockCount = "num_blocks_per_stage"
        case dimensions = "dims"
        case upsamplesSpace = "spatial_upsample"
        case upsamplesTime = "temporal_upsample"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        latentChannels = try values.decode(Int.self, forKey: .latentChannels)
        hiddenChannels = try values.decode(Int.self, forKey: .hiddenChannels)
        blockCount = try values.decode(Int.self, forKey: .blockCount)
        dimensions = try values.decodeIfPresent(Int.self, forKey: .dimensions) ?? 3
        upsamplesSpace = try values.decodeIfPresent(Bool.self, forKey: .upsamplesSpace) ?? true
        upsamplesTime = try values.decodeIfPresent(Bool.self, forKey: .upsamplesTime) ?? false
        try validate()
    }

    private func validate() throws(ModelError) {
        func unsupported(_ key: CodingKeys, _ value: Any, _ supported: String) -> ModelError {
            .unsupportedSetting(
                component: Self.component, key: key.stringValue, value: "\(value)", supported: supported)
        }
        try ConfigurationReader.requirePositive(
            latentChannels, key: CodingKeys.latentChannels.stringValue, component: Self.component)
        guard hiddenChannels > 0, hiddenChannels.isMultiple(of: Self.groupCount) else {
            throw unsupported(.hiddenChannels, hiddenChannels, "a multiple of \(Self.groupCount)")
        }
        guard blockCount >= 0 else { throw unsupported(.blockCount, blockCount, "0 or more") }
        guard dimensions == 2 || dimensions == 3 else { throw unsupported(.dimensions, dimensions, "2 or 3") }
        guard upsamplesSpace || upsamplesTime else {
            throw unsupported(.upsamplesSpace, upsamplesSpace, "true where temporal_upsample is false")
        }
        guard dimensions == 3 || !upsamplesTime else {
            throw unsupported(.upsamplesTime, upsamplesTime, "false where dims is 2")
        }
    }
}
