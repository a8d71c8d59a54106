import Foundation
import Kernels
import Models
import Tensors
import Tokenizers
import WeightFiles

/// A model with the parts that were asked for so far packed in memory. Used by one job at a time.
final class LoadedModel {
    let shapes: ModelShapes
    let precision: Precision
    let parallel: Parallel
    /// Keeps digests, quantised weights and text embeddings; nil: nothing is kept.
    private let cache: URL?
    private var packedTransformer: VideoTransformerExecutor?
    private var packedHighResolution: VideoTransformerExecutor?
    private var packedDecoder: VideoDecoderExecutor?
    private var openedTokenizer: T5Tokenizer?
    private var digest: String?

    init(_ model: InstalledModel, precision: Precision, threadCount: Int, cache: URL?) throws {
        self.cache = cache
        shapes = try ModelShapes(model)
        self.precision = precision
        parallel = Parallel(threadCount: threadCount)
    }

    var model: InstalledModel { shapes.model }

    /// Whether a job finds all its parts in memory.
    func isReady(for kind: MemoryPlan.Kind) -> Bool {
        guard packedTransformer != nil, packedDecoder != nil else { return false }
        return kind == .draft || packedHighResolution != nil || shapes.highResolution == nil
    }

    func transformer() throws -> VideoTransformerExecutor {
        if let packedTransformer { return packedTransformer }
        let executor = try packed(model.transformer) { stored in
            try VideoTransformerExecutor(
                shapes.transformer, configuration: shapes.transformerConfiguration, precision: precision,
                parallel: parallel, packed: stored)
        }
        packedTransformer = executor
        return executor
    }

    /// The HR transformer; for a model without one the draft's, which then has no fusion blocks.
    func highResolution() throws -> VideoTransformerExecutor {
        guard let checkpoint = shapes.highResolution, let configuration = shapes.highResolutionConfiguration,
            let source = model.highResolution
        else { return try transformer() }
        if let packedHighResolution { return packedHighResolution }
        let executor = try packed(source) { stored in
            try VideoTransformerExecutor(
                checkpoint, configuration: configuration, turbo2k: shapes.turbo2k, precision: precision,
                parallel: parallel, packed: stored)
        }
        packedHighResolution = executor
        return executor
    }

    /// An executor over quantised weights from the disk, which are made the first time. In other precisions laying out is
    /// little more than reading, and nothing is kept.
    private func packed(
        _ source: URL, _ make: (PackedWeights?) throws -> VideoTransformerExecutor
    ) throws -> VideoTransformerExecutor {
        guard precision == .int8 else { return try make(nil) }
        let store = try PackedStore(source: source, precision: precision, cache: cache)
        if let stored = store.find() { return try make(stored) }
        let made = try make(nil)
        // From the disk they are shared with other processes, and pages that are not needed go.
        return try store.keep(made.layers).map { try make($0) } ?? made
    }

    func decoder() throws -> VideoDecoderExecutor {
        if let packedDecoder { return packedDecoder }
        let executor = try VideoDecoderExecutor(
            shapes.autoencoder, configuration: shapes.autoencoderConfiguration, precision: precision, parallel: parallel
        )
        packedDecoder = executor
        return executor
    }

    func tokenizer() throws -> T5Tokenizer {
        if let openedTokenizer { return openedTokenizer }
        guard let file = model.tokenizer else {
            throw GenerationError.badModel(
                "The model \(model.name.printable) has no tokenizer: looked for tokenizer/spiece.model in \(model.folder.path.printable)."
                    + " Put the SentencePiece file of its text encoder there.")
        }
        let tokenizer = try T5Tokenizer(path: file.path)
        openedTokenizer = tokenizer
        return tokenizer
    }

    /// - Throws: ``GenerationError/badModel(_:)`` if the model cannot read prompts, before anything large is loaded.
    func requireTextEncoder() throws {
        guard shapes.textEncoder != nil else {
            throw GenerationError.badModel(
                "The model \(model.name.printable) has no text encoder: looked for text_encoder/ in \(model.folder.path.printable)."
                    + " Put a T5 v1.1 encoder there.")
        }
        _ = try tokenizer()
    }

    /// The states of a prompt's tokens. The text encoder is opened for the call only: it may be larger than all else; and not
    /// at all for prompts it has seen before.
    ///
    /// `onCached`: called where nothing had to be encoded.
    func encode(_ prompts: [String], stop: StopFlag, onCached: () -> Void = {}) throws -> [TextEmbedding] {
        try requireTextEncoder()
        guard let checkpoint = shapes.textEncoder, let source = model.textEncoder else { return [] }
        let tokenizer = try tokenizer()
        let operands: Precision = precision == .fp32 || !KernelLevel.best.multipliesBF16 ? .fp32 : .bf16
        let kept = TextCache(cache: cache)
        let key = TextCache.key(
            weights: try WeightDigests(cache: cache).combined(ModelFolder.weightFiles(in: source)),
            precision: operands, tokens: prompts.map { Self.tokens(of: $0, tokenizer) })
        if let embeddings = kept.load(key, count: prompts.count) {
            onCached()
            return embeddings
        }
        let encoder = try T5Encoder(checkpoint, precision: operands, residency: .streamed, parallel: parallel)
        let tokens = prompts.map { Self.tokens(of: $0, tokenizer) }
        let longest = tokens.map(\.count).max() ?? 1
        let ids: [[Int]] = tokens.map { $0 + [Int](repeating: T5Tokenizer.padID, count: longest - $0.count) }
        let mask: [[Int]] = tokens.map { list in (0..<longest).map { $0 < list.count ? 1 : 0 } }
        let states = try encoder.encode(ids: ids, mask: mask) { _, _ in
            if stop.isStopped { throw CancellationError() }
        }.values
        let width = encoder.configuration.width
        let embeddings = tokens.enumerated().map { index, tokens in
            let first = index * longest * width
            return TextEmbedding(
                states: Array(states[first..<first + tokens.count * width]), tokenCount: tokens.count, channels: width)
        }
        kept.save(embeddings, key)
        return embeddings
    }

    /// The real tokens of a prompt, cut to the convention's length. Padding is left out: the reference masks it, and what is
    /// masked changes nothing.
    static func tokens(of prompt: String, _ tokenizer: T5Tokenizer) -> [Int] {
        let encoded = tokenizer.encode(prompt, .ltxVideo)
        return Array(encoded.ids.prefix(encoded.tokenCount))
    }

    /// One digest for all weight files.
    func weightsSHA256(cache: URL?) throws -> String {
        if let digest { return digest }
        let value = try WeightDigests(cache: cache).combined(model.weightFiles)
        digest = value
        return value
    }
}

/// A prompt's states, `[tokenCount, channels]`.
struct TextEmbedding: Sendable, Equatable {
    var states: [Float]
    var tokenCount: Int
    var channels: Int
}
