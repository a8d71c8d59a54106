extension VideoTransformerConfiguration {
    /// Names and shapes of all tensors, in LTX names without the file's `model.diffusion_model.` prefix.
    ///
    /// - Parameter turbo2k: of a high-resolution checkpoint, whose fusion blocks are added.
    /// - Returns: shape by name.
    package func expectedWeights(turbo2k: Turbo2KConfiguration? = nil) -> [String: [Int]] {
        var weights = WeightShapes()
        weights.linear("patchify_proj", from: inputChannels, to: width)
        weights.timestepEmbedder("adaln_single.emb", width: width)
        weights.linear("adaln_single.linear", from: width, to: 6 * width)
        weights.linear("caption_projection.linear_1", from: captionChannels, to: width)
        weights.linear("caption_projection.linear_2", from: width, to: width)
        weights.tensor("scale_shift_table", [2, width])
        weights.linear("proj_out", from: width, to: outputChannels)
        for index in 0..<layerCount {
            addBlock("transformer_blocks.\(index)", to: &weights)
        }
        for index in (turbo2k?.guidanceBlocks ?? []).indices {
            Self.addFusionBlock(
                "fusion_blocks.\(index)", width: width, hiddenRatio: turbo2k?.fusionHiddenRatio ?? 0, to: &weights)
        }
        return weights.shapes
    }

    /// Names and shapes of one fusion block's tensors.
    package static func expectedFusionBlockWeights(width: Int, hiddenRatio: Int) -> [String: [Int]] {
        var weights = WeightShapes()
        addFusionBlock(nil, width: width, hiddenRatio: hiddenRatio, to: &weights)
        return weights.shapes
    }

    private func addBlock(_ name: String, to weights: inout WeightShapes) {
        weights.tensor("\(name).scale_shift_table", [6, width])
        for attention in ["attn1", "attn2"] {
            for layer in ["to_q", "to_k", "to_v", "to_out.0"] {
                weights.linear("\(name).\(attention).\(layer)", from: width, to: width)
            }
            weights.tensor("\(name).\(attention).q_norm.weight", [width])
            weights.tensor("\(name).\(attention).k_norm.weight", [width])
        }
        weights.linear("\(name).ff.net.0.proj", from: width, to: feedForwardWidth)
        weights.linear("\(name).ff.net.2", from: feedForwardWidth, to: width)
    }

    private static func addFusionBlock(_ name: String?, width: Int, hiddenRatio: Int, to weights: inout WeightShapes) {
        let prefix = name.map { "\($0)." } ?? ""
        weights.convolution("\(prefix)depthwise", from: 1, to: width, kernel: [1, 3, 3])
        weights.linear("\(prefix)pointwise", from: width, to: width)
        weights.linear("\(prefix)mlp.0", from: width, to: hiddenRatio * width)
        weights.linear("\(prefix)mlp.2", from: hiddenRatio * width, to: width)
        weights.tensor("\(prefix)norm.weight", [width])
        weights.linear("\(prefix)modulation", from: width, to: 2 * width)
        weights.tensor("\(prefix)scale_shift_table", [2, width])
    }
}
