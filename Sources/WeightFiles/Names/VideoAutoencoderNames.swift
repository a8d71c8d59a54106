/// The video autoencoder's tensor names: the diffusers library's and the LTX layout's.
///
/// diffusers nests what LTX lists: a stage (residual blocks, up- or downsampler, channel change) is one block with parts. The
/// LTX index of each part follows from the configuration, so the three published families need no table of their own.
/// Source: engine reference 8.7; `AutoencoderKLLTXVideo` in diffusers.
package struct VideoAutoencoderNames: Sendable {
    /// LTX block, for example `encoder.down_blocks.1`, to diffusers block, `encoder.down_blocks.0.downsamplers.0`.
    private let diffusersBlocks: [String: String]
    private let ltxBlocks: [String: String]

    /// - Parameters:
    ///   - config: the diffusers `config.json`.
    ///   - path: named in errors.
    /// - Throws: ``WeightError/badConfiguration(path:reason:)`` if a list is missing or too short.
    package init(config: JSONValue, path: String) throws(WeightError) {
        let lists = DiffusersStageLists(config: config, path: path)
        var pairs: [(ltx: String, diffusers: String)] = []
        for (index, name) in try Self.encoderParts(lists).enumerated() {
            pairs.append(("encoder.down_blocks.\(index)", "encoder." + name))
        }
        for (index, name) in try Self.decoderParts(lists).enumerated() {
            pairs.append(("decoder.up_blocks.\(index)", "decoder." + name))
        }
        diffusersBlocks = Dictionary(uniqueKeysWithValues: pairs.map { ($0.ltx, $0.diffusers) })
        ltxBlocks = Dictionary(uniqueKeysWithValues: pairs.map { ($0.diffusers, $0.ltx) })
    }

    /// The diffusers names of the encoder's parts in the order they run.
    private static func encoderParts(_ lists: DiffusersStageLists) throws(WeightError) -> [String] {
        let channels = try lists.integers("block_out_channels", atLeast: 1)
        let changesChannelsWhileDownsampling = lists.strings("down_block_types").last == "LTXVideo095DownBlock3D"
        let stageCount = channels.count - (changesChannelsWhileDownsampling ? 1 : 0)
        let scaling = try lists.booleans("spatio_temporal_scaling", atLeast: stageCount)
        var parts: [String] = []
        for stage in 0..<stageCount {
            parts.append("down_blocks.\(stage)")
            if scaling[stage] { parts.append("down_blocks.\(stage).downsamplers.0") }
            let next = min(stage + 1, channels.count - 1)
            if !changesChannelsWhileDownsampling, channels[next] != channels[stage] {
                parts.append("down_blocks.\(stage).conv_out")
            }
        }
        return parts + ["mid_block"]
    }

    /// The diffusers names of the decoder's parts in the order they run. Lists are given finest stage first.
    private static func decoderParts(_ lists: DiffusersStageLists) throws(WeightError) -> [String] {
        let channels = try lists.integers("decoder_block_out_channels", "block_out_channels", atLeast: 1)
        let scaling = try lists.booleans(
            "decoder_spatio_temporal_scaling", "spatio_temporal_scaling", atLeast: channels.count)
        let factors = try lists.integers("upsample_factor", atLeast: channels.count, missing: 1)
        var parts = ["mid_block"]
        var width = channels[channels.count - 1]
        for stage in channels.indices {
            let listed = channels.count - 1 - stage
            guard factors[listed] > 0 else { throw lists.unusable("upsample_factor") }
            let input = width / factors[listed]
            width = channels[listed] / factors[listed]
            if input != width { parts.append("up_blocks.\(stage).conv_in") }
            if scaling[listed] { parts.append("up_blocks.\(stage).upsamplers.0") }
            parts.append("up_blocks.\(stage)")
        }
        return parts
    }

    package func ltxName(_ diffusersName: String) -> String {
        switch diffusersName {
        case "latents_mean": return "per_channel_statistics.mean-of-means"
        case "latents_std": return "per_channel_statistics.std-of-means"
        case "decoder.scale_shift_table": return "decoder.last_scale_shift_table"
        default: break
        }
        if let rest = diffusersName.dropping(prefix: "decoder.time_embedder.") {
            return "decoder.last_time_embedder." + rest
        }
        guard let (block, rest) = Self.longestBlock(of: diffusersName, in: ltxBlocks) else { return diffusersName }
        return block + "." + Self.ltxPart(rest)
    }

    package func diffusersName(_ ltxName: String) -> String {
        switch ltxName {
        case "per_channel_statistics.mean-of-means": return "latents_mean"
        case "per_channel_statistics.std-of-means": return "latents_std"
        case "decoder.last_scale_shift_table": return "decoder.scale_shift_table"
        default: break
        }
        if let rest = ltxName.dropping(prefix: "decoder.last_time_embedder.") {
            return "decoder.time_embedder." + rest
        }
        guard let (block, rest) = Self.longestBlock(of: ltxName, in: diffusersBlocks) else { return ltxName }
        return block + "." + Self.diffusersPart(rest)
    }

    /// The longest leading run of dotted parts that `blocks` knows, translated, and what follows it.
    private static func longestBlock(of name: String, in blocks: [String: String]) -> (block: String, rest: String)? {
        var end = name.endIndex
        while let dot = name[..<end].lastIndex(of: ".") {
            if let block = blocks[String(name[..<dot])] { return (block, String(name[name.index(after: dot)...])) }
            end = dot
        }
        return nil
    }

    /// Names inside a block, diffusers to LTX.
    private static func ltxPart(_ name: String) -> String {
        var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if parts.first == "resnets" { parts[0] = "res_blocks" }
        if let index = parts.firstIndex(of: "conv_shortcut"), parts.dropFirst(index + 1).first == "conv" {
            parts.remove(at: index + 1)
        }
        if let index = parts.firstIndex(of: "norm3"), parts.dropFirst(index + 1).first != "norm" {
            parts.insert("norm", at: index + 1)
        }
        return parts.joined(separator: ".")
    }

    /// Names inside a block, LTX to diffusers.
    private static func diffusersPart(_ name: String) -> String {
        var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if parts.first == "res_blocks" { parts[0] = "resnets" }
        if let index = parts.firstIndex(of: "conv_shortcut") { parts.insert("conv", at: index + 1) }
        if let index = parts.firstIndex(of: "norm3"), parts.dropFirst(index + 1).first == "norm" {
            parts.remove(at: index + 1)
        }
        return parts.joined(separator: ".")
    }
}

extension String {
    /// What follows `prefix`; nil if the text does not start with it.
    fileprivate func dropping(prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
