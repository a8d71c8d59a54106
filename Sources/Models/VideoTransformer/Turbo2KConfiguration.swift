/// The two-stage extension of a high-resolution checkpoint: the `"turbo2k"` object of its config.
///
/// Source: engine reference, section "Turbo2K two-stage synthesis".
package struct Turbo2KConfiguration: Sendable, Equatable {
    /// The blocks behind which a fusion block stands, ascending.
    package var guidanceBlocks: [Int]
    /// The time, in 0...1, at which the low-resolution model is run for its features.
    package var guidanceTimestep: Float
    /// Hidden width of a fusion block's feed-forward layer as a multiple of the stream's width.
    package var fusionHiddenRatio: Int

    package init(guidanceBlocks: [Int], guidanceTimestep: Float = 0.1, fusionHiddenRatio: Int = 2) {
        self.guidanceBlocks = guidanceBlocks
        self.guidanceTimestep = guidanceTimestep
        self.fusionHiddenRatio = fusionHiddenRatio
    }

    /// - Parameter json: the value of `"turbo2k"` in the config.
    /// - Throws: ``ModelError`` where a setting is missing or out of range.
    package init(json: String) throws(ModelError) {
        self = try ConfigurationReader.decode(Self.self, from: json, component: Self.component)
    }

    static let component = "high-resolution stage"

    /// Checks the guidance blocks against the transformer they guide.
    ///
    /// - Throws: ``ModelError`` where a block does not exist.
    package func validate(layerCount: Int) throws(ModelError) {
        guard guidanceBlocks.allSatisfy({ (0..<layerCount).contains($0) }) else {
            throw .unsupportedSetting(
                component: Self.component, key: "guidance_blocks", value: "\(guidanceBlocks)",
                supported: "a list of block indices below \(layerCount)")
        }
    }
}

extension Turbo2KConfiguration: Decodable {
    private enum CodingKeys: String, CodingKey {
        case guidanceBlocks = "guidance_blocks"
        case guidanceTimestep = "guidance_timestep"
        case fusionHiddenRatio = "fusion_mlp_ratio"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(guidanceBlocks: try values.decode([Int].self, forKey: .guidanceBlocks))
        guidanceTimestep = try values.decodeIfPresent(Float.self, forKey: .guidanceTimestep) ?? guidanceTimestep
        fusionHiddenRatio = try values.decodeIfPresent(Int.self, forKey: .fusionHiddenRatio) ?? fusionHiddenRatio
        let isAscending = zip(guidanceBlocks, guidanceBlocks.dropFirst()).allSatisfy { $0 < $1 }
        guard !guidanceBlocks.isEmpty, isAscending, guidanceBlocks.allSatisfy({ $0 >= 0 }) else {
            throw ModelError.unsupportedSetting(
                component: Self.component, key: "guidance_blocks", value: "\(guidanceBlocks)",
                supported: "an ascending list of block indices")
        }
        guard (0...1).contains(guidanceTimestep) else {
            throw ModelError.unsupportedSetting(
                component: Self.component, key: "guidance_timestep", value: "\(guidanceTimestep)", supported: "in 0...1"
            )
        }
        try ConfigurationReader.requirePositive(
            fusionHiddenRatio, key: "fusion_mlp_ratio", component: Self.component)
    }
}
