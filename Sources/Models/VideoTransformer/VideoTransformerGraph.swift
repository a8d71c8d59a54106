package import Tensors

/// The LTX-Video transformer in single precision: the fast executors' reference, and what training differentiates.
///
/// Source: `Transformer3DModel` of ltx_video; engine reference, sections "Transformer" and "Turbo2K".
package struct VideoTransformerGraph {
    package let configuration: VideoTransformerConfiguration
    /// Set for the high-resolution model, whose fusion blocks take guidance features.
    package let turbo2k: Turbo2KConfiguration?
    package let fusionBlocks: [FusionBlockGraph]
    private let inputProjection: LinearLayer
    private let timestepEmbedder: TimestepEmbedder
    private let modulationProjection: LinearLayer
    private let captionProjection: (first: LinearLayer, second: LinearLayer)
    private let blocks: [TransformerBlock]
    private let outputTable: Tensor
    private let outputProjection: LinearLayer

    /// - Parameters:
    ///   - configuration: sizes of the model.
    ///   - turbo2k: for a high-resolution model, where its fusion blocks stand.
    ///   - weights: in LTX names without a prefix.
    /// - Throws: ``ModelError`` where a tensor has another shape, and what the scope throws where one is missing.
    package init(
        _ configuration: VideoTransformerConfiguration, turbo2k: Turbo2KConfiguration? = nil, weights: WeightScope
    ) throws {
        let width = configuration.width
        try turbo2k?.validate(layerCount: configuration.layerCount)
        self.configuration = configuration
        self.turbo2k = turbo2k
        inputProjection = try LinearLayer(weights["patchify_proj"], from: configuration.inputChannels, to: width)
        timestepEmbedder = try TimestepEmbedder(weights["adaln_single.emb"], width: width)
        modulationProjection = try LinearLayer(weights["adaln_single.linear"], from: width, to: 6 * width)
        captionProjection = (
            try LinearLayer(weights["caption_projection.linear_1"], from: configuration.captionChannels, to: width),
            try LinearLayer(weights["caption_projection.linear_2"], from: width, to: width)
        )
        blocks = try (0..<configuration.layerCount).map {
            try TransformerBlock(weights["transformer_blocks.\($0)"], configuration: configuration)
        }
        fusionBlocks = try (turbo2k?.guidanceBlocks ?? []).indices.map {
            try FusionBlockGraph(
                weights["fusion_blocks.\($0)"], width: width, hiddenRatio: turbo2k?.fusionHiddenRatio ?? 0)
        }
        outputTable = try weights.tensor("scale_shift_table", shape: [2, width])
        outputProjection = try LinearLayer(weights["proj_out"], from: width, to: configuration.outputChannels)
    }

    /// Predicts the velocity of every token.
    ///
    /// - Parameters:
    ///   - input: tokens, their places, times and prompt.
    ///   - perturbation: weakens some blocks for some batch elements.
    ///   - capturedBlocks: blocks whose output stream is returned.
    ///   - injections: for a model with fusion blocks, the result of ``injections(of:from:to:)``.
    /// - Returns: the velocity, and the streams that were asked for.
    package func callAsFunction(
        _ input: VideoTransformerInput, perturbation: AttentionPerturbation? = nil,
        capturing capturedBlocks: Set<Int> = [],
        injections: [Tensor] = []
    ) -> VideoTransformerOutput {
        input.check(configuration)
        precondition(
            injections.count == fusionBlocks.count,
            "video transformer: \(injections.count) injections for \(fusionBlocks.count) fusion blocks")
        let time = embedTimesteps(input.timesteps)
        let context = context(of: input, modulation: time.modulation)
        var streams: [Int: Tensor] = [:]
        var x = embedTokens(input.tokens)
        for index in blocks.indices {
            x = block(index, x, context, perturbation: perturbation)
            if let fusion = turbo2k?.guidanceBlocks.firstIndex(of: index) {
                x = fusionBlocks[fusion](x, injection: injections[fusion], embeddedTimestep: time.embedded)
            }
            if capturedBlocks.contains(index) { streams[index] = x }
        }
        return VideoTransformerOutput(velocity: project(x, embeddedTimestep: time.embedded), streams: streams)
    }

    /// The stream behind each of the given blocks; later blocks are not run, fusion blocks neither. This is how the
    /// low-resolution model yields guidance features.
    ///
    /// - Returns: `[batch, tokens, width]` for each block, in the order asked for.
    package func streams(after requestedBlocks: [Int], _ input: VideoTransformerInput) -> [Tensor] {
        input.check(configuration)
        precondition(
            requestedBlocks.allSatisfy(blocks.indices.contains),
            "video transformer: blocks \(requestedBlocks) of \(blocks.count)")
        let context = context(of: input, modulation: embedTimesteps(input.timesteps).modulation)
        var streams: [Int: Tensor] = [:]
        var x = embedTokens(input.tokens)
        for index in 0..<((requestedBlocks.max() ?? -1) + 1) {
            x = block(index, x, context, perturbation: nil)
            streams[index] = x
        }
        return requestedBlocks.compactMap { streams[$0] }
    }

    /// Guidance features brought to the high-resolution grid, once a clip.
    ///
    /// - Parameters:
    ///   - features: for each fusion block `[1 or batch, low.tokenCount, width]`.
    ///   - low: the grid of the low-resolution tokens.
    ///   - high: the grid of this model's tokens.
    /// - Returns: for each fusion block `[1 or batch, high.tokenCount, width]`.
    package func injections(of features: [Tensor], from low: TokenGrid, to high: TokenGrid) -> [Tensor] {
        precondition(
            features.count == fusionBlocks.count,
            "injections: \(features.count) features for \(fusionBlocks.count) fusion blocks")
        return zip(fusionBlocks, features).map { block, feature in block.injection(of: feature, from: low, to: high) }
    }

    /// Tokens at the stream's width, `[batch, tokens, width]`.
    package func embedTokens(_ tokens: Tensor) -> Tensor {
        inputProjection(tokens)
    }

    /// - Parameter timesteps: in 0...1, `[batch, 1 or tokens]`.
    /// - Returns: the embedded timestep, `[batch, 1 or tokens, width]`, and its projection to the blocks' modulation,
    ///   `[batch, 1 or tokens, 6 · width]`.
    package func embedTimesteps(_ timesteps: Tensor) -> (embedded: Tensor, modulation: Tensor) {
        let scaled = timesteps.values.map { $0 * configuration.timestepMultiplier }
        let embedded = timestepEmbedder(scaled).reshaped(timesteps.shape + [configuration.width])
        return (embedded, modulationProjection(embedded.silu()))
    }

    /// The prompt at the stream's width, `[batch, words, width]`.
    package func projectCaption(_ prompt: Tensor) -> Tensor {
        captionProjection.second(captionProjection.first(prompt).geluTanh())
    }

    /// Cosines and sines of the given places, `[batch or 1, tokens, width]`.
    package func rotation(at coordinates: Tensor) -> (cosines: Tensor, sines: Tensor) {
        let tables = (0..<coordinates.shape[0]).map { element in
            RotaryTable(
                coordinates: coordinates.sliced(axis: 0, element..<element + 1).values, configuration: configuration
            ).dense()
        }
        return (
            Tensor.concatenated(tables.map { $0.cosines.expanded(at: 0) }, axis: 0),
            Tensor.concatenated(tables.map { $0.sines.expanded(at: 0) }, axis: 0)
        )
    }

    private func context(of input: VideoTransformerInput, modulation: Tensor) -> TransformerContext {
        let mask = input.promptMask
        return TransformerContext(
            modulation: modulation, rotation: rotation(at: input.coordinates), caption: projectCaption(input.prompt),
            promptBias: ((1 - mask) * -10000).reshaped([mask.shape[0], 1, 1, mask.shape[1]]))
    }

    private func block(
        _ index: Int, _ x: Tensor, _ context: TransformerContext, perturbation: AttentionPerturbation?
    ) -> Tensor {
        guard let perturbation, perturbation.blocks.contains(index), perturbation.mode != .residual else {
            return blocks[index](x, context, replacement: nil)
        }
        let flags = (0..<x.shape[0]).map { perturbation.batchElements.contains($0) ? Float(0) : 1 }
        let keep = Tensor(flags, shape: [x.shape[0], 1, 1])
        if perturbation.mode == .transformerBlock {
            return blocks[index](x, context, replacement: nil) * keep + x * (1 - keep)
        }
        return blocks[index](
            x, context,
            replacement: AttentionReplacement(keep: keep, usesValues: perturbation.mode == .attentionValues))
    }

    private func project(_ x: Tensor, embeddedTimestep: Tensor) -> Tensor {
        let rows = modulationRows(
            Tensor.concatenated([embeddedTimestep, embeddedTimestep], axis: 2), table: outputTable)
        let (shift, scale) = (rows[0], rows[1])
        return outputProjection(x.layerNorm(epsilon: configuration.normEpsilon) * (1 + scale) + shift)
    }
}
