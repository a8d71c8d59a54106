import Tensors
package import Kernels
package import WeightFiles

/// The LTX-Video transformer for inference: packed weights, one pass over memory for each part of a block, no allocation
/// inside a step. Agrees with ``VideoTransformerGraph`` up to rounding.
///
/// A block is three parallel sections: chunks of rows (norm, modulation, queries, keys, values, rotation), attention by head
/// and query block, and chunks of rows again (output projection, cross attention, feed-forward, fusion).
package final class VideoTransformerExecutor: Sendable {
    package let configuration: VideoTransformerConfiguration
    /// Set for the high-resolution model.
    package let turbo2k: Turbo2KConfiguration?
    package let precision: Precision
    package let kernels: Kernels
    package let parallel: Parallel
    package let times = PartTimes()
    /// Attention runs in bf16 where the CPU multiplies it and the precision allows, else in fp32.
    package let attentionIsBF16: Bool

    let blocks: [ExecutorBlock]
    let fusionBlocks: [ExecutorFusionBlock]
    let inputProjection: PackedLinear
    let outputProjection: PackedLinear
    private let timestepEmbedding: (first: PackedLinear, second: PackedLinear)
    private let modulation: PackedLinear
    private let captionProjection: (first: PackedLinear, second: PackedLinear)
    private let outputTable: [Float]

    /// - `checkpoint`: in LTX names; verified here against the configuration.
    /// - `turbo2k`: for a high-resolution checkpoint, where its fusion blocks stand.
    /// - `packed`: the same weights laid out already; what is not in there is laid out here.
    /// - Throws: ``WeightError`` that names every missing, unexpected or misshapen tensor.
    package init(
        _ checkpoint: Checkpoint, configuration: VideoTransformerConfiguration, turbo2k: Turbo2KConfiguration? = nil,
        precision: Precision, kernels: Kernels = Kernels(), parallel: Parallel, packed: PackedWeights? = nil
    ) throws {
        try turbo2k?.validate(layerCount: configuration.layerCount)
        try checkpoint.verify(expected: configuration.expectedWeights(turbo2k: turbo2k))
        self.configuration = configuration
        self.turbo2k = turbo2k
        self.precision = precision
        self.kernels = kernels
        self.parallel = parallel
        attentionIsBF16 = precision != .fp32 && (kernels.level.multipliesBF16 || precision == .bf16)
        let options = PackingOptions(precision: precision, kernels: kernels, parallel: parallel, packed: packed)
        inputProjection = try options.exact(checkpoint, "patchify_proj")
        outputProjection = try options.exact(checkpoint, "proj_out")
        timestepEmbedding = (
            try options.exact(checkpoint, "adaln_single.emb.timestep_embedder.linear_1"),
            try options.exact(checkpoint, "adaln_single.emb.timestep_embedder.linear_2")
        )
        modulation = try options.exact(checkpoint, "adaln_single.linear")
        captionProjection = (
            try options.exact(checkpoint, "caption_projection.linear_1"),
            try options.exact(checkpoint, "caption_projection.linear_2")
        )
        outputTable = try checkpoint.floats("scale_shift_table")
        var blocks: [ExecutorBlock] = []
        for index in 0..<configuration.layerCount { blocks.append(try ExecutorBlock(checkpoint, index, options)) }
        self.blocks = blocks
        var fusions: [ExecutorFusionBlock] = []
        for index in (turbo2k?.guidanceBlocks ?? []).indices {
            fusions.append(try ExecutorFusionBlock(checkpoint, index, options))
        }
        fusionBlocks = fusions
    }

    /// Every linear layer by its name in the checkpoint.
    package var layers: [String: PackedLinear] {
        var layers = [
            "patchify_proj": inputProjection, "proj_out": outputProjection, "adaln_single.linear": modulation,
            "adaln_single.emb.timestep_embedder.linear_1": timestepEmbedding.first,
            "adaln_single.emb.timestep_embedder.linear_2": timestepEmbedding.second,
            "caption_projection.linear_1": captionProjection.first,
            "caption_projection.linear_2": captionProjection.second,
        ]
        for (index, block) in blocks.enumerated() {
            for (name, layer) in block.layers { layers["transformer_blocks.\(index).\(name)"] = layer }
        }
        for (index, block) in fusionBlocks.enumerated() {
            for (name, layer) in block.layers { layers["fusion_blocks.\(index).\(name)"] = layer }
        }
        return layers
    }

    /// Bytes of the packed weights.
    package var weightBytes: Int {
        blocks.reduce(0) { $0 + $1.byteCount } + fusionBlocks.reduce(0) { $0 + $1.byteCount }
            + inputProjection.byteCount + outputProjection.byteCount + modulation.byteCount
            + timestepEmbedding.first.byteCount + timestepEmbedding.second.byteCount
            + captionProjection.first.byteCount + captionProjection.second.byteCount
    }

    package func workspace(tokenCount: Int) -> TransformerWorkspace {
        TransformerWorkspace(
            configuration: configuration, turbo2k: turbo2k, tokenCount: tokenCount, precision: precision,
            attentionIsBF16: attentionIsBF16, threadCount: parallel.threadCount)
    }
}

// MARK: - Prompt and time

extension VideoTransformerExecutor {
    /// Keys and values of every block's cross attention.
    ///
    /// - `states`: of the text encoder, `[words, captionChannels]`.
    /// - `mask`: 1 for words, 0 for padding, `[words]`.
    package func prompt(states: [Float], mask: [Float]) -> PromptContext {
        let (width, count) = (configuration.width, mask.count)
        precondition(
            states.count == count * configuration.captionChannels, "prompt: \(states.count) values, \(count) words")
        let hidden = dense(captionProjection.first, states, rows: count, activation: .geluTanh)
        let caption = dense(captionProjection.second, hidden, rows: count)
        let padded = mask.contains { $0 != 1 }
        let packed = blocks.map { block in
            let target = PackedKeysValues(
                headCount: configuration.headCount, headSize: configuration.headWidth, keyCount: count,
                isBF16: attentionIsBF16)
            var keys = dense(block.crossAttention.key, caption, rows: count)
            keys.withUnsafeMutableBufferPointer { values in
                guard let base = values.baseAddress else { return }
                kernels.normalizeAndRotate(
                    base, rows: count, channels: width, stride: width, epsilon: configuration.queryKeyNormEpsilon,
                    weight: block.crossAttention.keyNorm.floats(), cosines: nil, sines: nil, into: base,
                    outputStride: width, isBF16: false)
            }
            withAttentionType(keys) { target.storeKeys($0, first: 0, rows: count) }
            withAttentionType(dense(block.crossAttention.value, caption, rows: count)) {
                target.storeValues($0, first: 0, rows: count)
            }
            return target
        }
        return PromptContext(
            keysValues: packed, keyCount: count,
            keyBias: padded ? AlignedBuffer(floats: mask.map { (1 - $0) * -10000 }) : nil)
    }

    private func dense(
        _ layer: PackedLinear, _ input: [Float], rows: Int, activation: Epilogue.Activation = .none
    ) -> [Float] {
        [Float](unsafeUninitializedCapacity: rows * layer.matrix.outputChannels) { output, initialized in
            input.withUnsafeBufferPointer { input in
                if let source = input.baseAddress, let target = output.baseAddress {
                    kernels.linear(
                        source, rows: rows, matrix: layer.matrix, bias: layer.bias, activation: activation,
                        into: target,
                        parallel: parallel)
                }
            }
            initialized = rows * layer.matrix.outputChannels
        }
    }

    private func withAttentionType(_ values: [Float], _ body: (UnsafeRawPointer) -> Void) {
        let copy = AlignedBuffer(byteCount: values.count * 4)
        values.withUnsafeBytes { source in
            if let base = source.baseAddress {
                kernels.convert(base, isBF16: false, to: copy.base, isBF16: attentionIsBF16, count: values.count)
            }
        }
        body(UnsafeRawPointer(copy.base))
    }

    /// The modulation rows for timesteps in 0...1: one for all tokens, or one for each.
    func timesteps(_ timesteps: [Float], tokenCount: Int) -> TimestepContext {
        precondition(
            timesteps.count == 1 || timesteps.count == tokenCount,
            "\(timesteps.count) timesteps for \(tokenCount) tokens")
        var distinct: [Float] = []
        var setOf: [Float: Int] = [:]
        var runs: [TimestepContext.Run] = []
        for (index, value) in timesteps.enumerated() {
            let set = setOf[value] ?? distinct.count
            if set == distinct.count {
                distinct.append(value)
                setOf[value] = set
            }
            if let last = runs.indices.last, runs[last].set == set {
                runs[last].tokens = runs[last].tokens.lowerBound..<index + 1
            } else {
                runs.append(.init(tokens: index..<index + 1, set: set))
            }
        }
        if timesteps.count == 1 { runs = [.init(tokens: 0..<tokenCount, set: 0)] }
        let sinusoid = TimestepSinusoid.embedding(of: distinct.map { $0 * configuration.timestepMultiplier }).values
        let count = distinct.count
        let hidden = dense(timestepEmbedding.first, sinusoid, rows: count, activation: .silu)
        let embedded = dense(timestepEmbedding.second, hidden, rows: count)
        let activated = embedded.map { $0 / (1 + expFloat(-$0)) }
        let rows = dense(modulation, activated, rows: count)
        let width = configuration.width
        let blockRows = AlignedBuffer(byteCount: blocks.count * count * 6 * width * 4)
        for (index, block) in blocks.enumerated() {
            let target = blockRows.floats(at: index * count * 6 * width)
            for place in 0..<count * 6 * width { target[place] = rows[place] + block.table[place % (6 * width)] }
        }
        let fusionRows = AlignedBuffer(byteCount: fusionBlocks.count * count * 2 * width * 4)
        for (index, block) in fusionBlocks.enumerated() {
            let values = dense(block.modulation, activated, rows: count)
            let target = fusionRows.floats(at: index * count * 2 * width)
            for place in 0..<count * 2 * width { target[place] = values[place] + block.table[place % (2 * width)] }
        }
        let outputRows = AlignedBuffer(byteCount: count * 2 * width * 4)
        for set in 0..<count {
            for place in 0..<2 * width {
                outputRows.floats()[set * 2 * width + place] =
                    embedded[set * width + place % width] + outputTable[place]
            }
        }
        return TimestepContext(
            runs: runs, blocks: blockRows, fusions: fusionRows, output: outputRows, width: width, setCount: count)
    }
}
