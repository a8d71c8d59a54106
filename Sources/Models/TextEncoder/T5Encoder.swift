package import Kernels
package import Tensors
package import WeightFiles

/// The T5 v1.1 encoder that turns a prompt's tokens into the states a transformer attends to.
///
/// Source: engine reference, section 3; `T5EncoderModel` in Hugging Face transformers.
package final class T5Encoder: Sendable {
    /// Where the weights of the linear layers are between uses.
    package enum Residency: Sendable {
        /// In memory, ready to multiply.
        case kept
        /// In the mapped file; one layer at a time is laid out for the kernels.
        case streamed
    }

    package let configuration: TextEncoderConfiguration
    private let checkpoint: Checkpoint
    private let linear: TextEncoderLinear

    /// - Parameters:
    ///   - checkpoint: a Hugging Face text encoder's folder.
    ///   - precision: of the large products but those of queries and keys; these, the token stream, norms and softmax are
    ///     fp32.
    ///   - residency: where the weights are between uses.
    ///   - parallel: the threads of the large products.
    ///   - kernels: the level of the large products.
    /// - Throws: ``ModelError`` for a configuration that is not usable, ``WeightError`` for weights that do not fit it.
    package init(
        _ checkpoint: Checkpoint, precision: Precision = .fp32, residency: Residency = .streamed, parallel: Parallel,
        kernels: Kernels = Kernels()
    ) throws {
        configuration = try TextEncoderConfiguration(checkpoint.config)
        try checkpoint.verify(
            expected: configuration.expectedWeights(), ignored: TextEncoderNames.belongsToDecoder)
        self.checkpoint = checkpoint
        let names = (0..<configuration.layerCount).map(TextEncoderNames.init)
        linear = try TextEncoderLinear(
            checkpoint, keeping: residency == .kept ? names.flatMap(\.linearLayers) : [],
            exact: Set(names.flatMap(\.logitLayers)), precision: precision, parallel: parallel, kernels: kernels)
    }

    /// Whether a checkpoint's tensor belongs to the decoder of a whole T5, which is not used.
    package static func isUnused(_ name: String) -> Bool { TextEncoderNames.belongsToDecoder(name) }

    /// Bytes of the weights kept in memory.
    package var byteCount: Int { linear.byteCount }

    /// Encodes prompts of equal length together, so that streamed weights are laid out once for all.
    ///
    /// - Parameters:
    ///   - ids: `[batch][tokens]`, padded.
    ///   - mask: `[batch][tokens]`, 1 for a real token; nil attends to padding as well (diffusers' LTX pipelines).
    ///   - beforeBlock: sees the number of each block and the token stream in front of it, `[batch, tokens, width]`; what
    ///     it throws ends the run.
    /// - Returns: `[batch, tokens, width]`; rows of padded positions are computed like any other.
    /// - Throws: ``ModelError`` for an id outside the vocabulary, ``WeightError``, and what `beforeBlock` throws.
    package func encode(
        ids: [[Int]], mask: [[Int]]? = nil, beforeBlock: (Int, Tensor) throws -> Void = { _, _ in }
    ) throws -> Tensor {
        let (batch, tokens) = (ids.count, ids.first?.count ?? 0)
        precondition(
            ids.allSatisfy { $0.count == tokens } && mask.map { $0.map(\.count) == ids.map(\.count) } != false,
            "encode: prompts of different lengths, or another mask")
        var states = try embedding(ids.flatMap { $0 })
        var bias = try positionBias(tokenCount: tokens)
        if let mask { bias = bias + Self.maskBias(mask, tokenCount: tokens) }
        for block in 0..<configuration.layerCount {
            try beforeBlock(block, states.reshaped([batch, tokens, configuration.width]))
            let names = TextEncoderNames(block: block)
            states = states + (try attention(states, names, bias: bias, batch: batch))
            states = states + (try feedForward(states, names))
        }
        return try norm(states, TextEncoderNames.finalNorm).reshaped([batch, tokens, configuration.width])
    }

    /// What every block adds to its attention logits, `[1, heads, query, key]`.
    ///
    /// - Throws: ``WeightError``.
    package func positionBias(tokenCount: Int) throws -> Tensor {
        let table = try checkpoint.floats(TextEncoderNames.positionBias)
        let heads = configuration.headCount
        // By key position - query position, from 1 - tokenCount on.
        let buckets = (1 - tokenCount..<max(tokenCount, 1)).map(configuration.positions.bucket)
        return Tensor(shape: [1, heads, tokenCount, tokenCount]) { target in
            for head in 0..<heads {
                for query in 0..<tokenCount {
                    let row = (head * tokenCount + query) * tokenCount
                    for key in 0..<tokenCount {
                        target[row + key] = table[buckets[key - query + tokenCount - 1] * heads + head]
                    }
                }
            }
        }
    }

    /// The most negative finite value for padded keys, `[batch, 1, 1, tokens]`.
    private static func maskBias(_ mask: [[Int]], tokenCount: Int) -> Tensor {
        let values = mask.flatMap { $0.map { $0 == 0 ? -Float.greatestFiniteMagnitude : 0 } }
        return Tensor(values, shape: [mask.count, 1, 1, tokenCount])
    }

    /// Rows of the embedding, read from the file without widening the rest of it.
    private func embedding(_ ids: [Int]) throws -> Tensor {
        for id in ids where !(0..<configuration.vocabularyCount).contains(id) {
            throw ModelError.unsupportedSetting(
                component: TextEncoderConfiguration.component, key: "token id", value: "\(id)",
                supported: "below the vocabulary's size of \(configuration.vocabularyCount); "
                    + "use the tokenizer that belongs to this text encoder")
        }
        let table = try checkpoint.raw(TextEncoderNames.embedding)
        return Tensor(shape: [ids.count, configuration.width]) { target in
            for (position, id) in ids.enumerated() {
                let range = position * configuration.width..<(position + 1) * configuration.width
                table.widenRow(id, into: UnsafeMutableBufferPointer(rebasing: target[range]))
            }
        }
    }

    private func norm(_ x: Tensor, _ name: String) throws -> Tensor {
        x.rmsNorm(weight: try checkpoint.tensor(name), epsilon: configuration.normEpsilon)
    }

    /// o(softmax(q kᵀ + bias) v): the logits are not divided by the square root of the head's width.
    private func attention(_ x: Tensor, _ names: TextEncoderNames, bias: Tensor, batch: Int) throws -> Tensor {
        let n = try norm(x, names.attentionNorm)
        let tokens = x.shape[0] / max(batch, 1)
        func heads(_ name: String) throws -> Tensor {
            try linear(name, n).reshaped([batch, tokens, configuration.headCount, configuration.headWidth])
                .permuted([0, 2, 1, 3])
        }
        let mixed = Tensor.attention(
            query: try heads(names.query), key: try heads(names.key), value: try heads(names.value), scale: 1,
            bias: bias)
        return try linear(
            names.attentionOutput,
            mixed.permuted([0, 2, 1, 3]).reshaped([batch * tokens, configuration.attentionWidth]))
    }

    /// down(gelu(gate(n)) · up(n)). Source: Shazeer 2020, arXiv:2002.05202, GEGLU.
    private func feedForward(_ x: Tensor, _ names: TextEncoderNames) throws -> Tensor {
        let n = try norm(x, names.feedForwardNorm)
        return try linear(names.down, linear(names.gate, n, activation: .geluTanh) * linear(names.up, n))
    }
}
