import Diffusion
import Kernels
import Models

/// The memory a job will take, computed from shapes with the formulas of the buffers themselves.
struct MemoryPlan {
    let shapes: ModelShapes
    let recipe: Recipe
    let precision: Precision
    let threadCount: Int
    /// Stands in for what the system has free; nil: what it says.
    let availableBytes: Int?
    /// What every stage is multiplied with.
    var margin = 1.0

    enum Kind {
        case draft
        case commit
    }

    /// The program itself, its libraries and what the formulas leave out.
    private static let programBytes = 160 << 20
    /// The longest text the model reads.
    private static let textTokens = PromptLimit.tokens

    private func grid(_ size: VideoSize) -> LatentGrid { shapes.grid(size, frames: recipe.frames) }

    /// A whole job: a draft and its commit. Decoding and encoding are the commit's, the larger.
    var plan: GenerationPlan {
        let (low, high) = (grid(recipe.lr.size), grid(recipe.hr.size))
        return GenerationPlan(
            stages: stages(.draft).filter { GenerationPlan.draftStages.contains($0.stage) }
                + stages(.commit).filter { $0.stage != .load },
            lrTokens: low.tokenCount, hrTokens: high.tokenCount,
            lrFlopsPerCall: flops(shapes.transformerConfiguration, low.tokenCount),
            hrFlopsPerCall: flops(
                shapes.highResolutionConfiguration ?? shapes.transformerConfiguration, high.tokenCount),
            availableBytes: free)
    }

    /// What this process may come to hold: what is free, and what it holds already.
    private var free: Int { availableBytes ?? ProcessMemory.availableBytes + ProcessMemory.ownBytes }

    /// The stages of one job. A stage's terms are all that is in memory while it runs.
    private func stages(_ kind: Kind) -> [GenerationPlan.StagePeak] {
        let lr = shapes.transformerConfiguration
        let hr = shapes.highResolutionConfiguration ?? lr
        let (low, high) = (grid(recipe.lr.size), grid(recipe.hr.size))
        let always: [GenerationPlan.Term] = [
            .init(name: "program", bytes: Self.programBytes),
            .init(name: "draft weights", bytes: weightBytes(lr, nil)),
            .init(name: "decoder weights", bytes: decoderWeightBytes),
        ]
        func stage(_ stage: Stage, _ terms: [GenerationPlan.Term]) -> GenerationPlan.StagePeak {
            .init(stage: stage, terms: (always + terms).filter { $0.bytes > 0 }).multiplied(by: margin)
        }
        guard kind == .commit else {
            let frames = GenerationPlan.Term(
                name: "decoded clip", bytes: 2 * recipe.frames * pixels(recipe.lr.size) * 3)
            return [
                stage(.load, []), stage(.text, [.init(name: "text encoder", bytes: textBytes)]),
                stage(.lr, [activations(lr, nil, low)] + savings(lr, recipe.lr, low)),
                stage(.decode, [frames, .init(name: "decoder frames", bytes: decoderBytes(low))]),
                stage(.encode, [frames, .init(name: "video encoder", bytes: encoderBytes(recipe.lr.size))]),
            ]
        }
        let weights = GenerationPlan.Term(
            name: "commit weights", bytes: shapes.highResolution == nil ? 0 : weightBytes(hr, shapes.turbo2k))
        let injected = GenerationPlan.Term(name: "guidance features", bytes: injectedBytes(hr, high))
        let streams = GenerationPlan.Term(
            name: "draft features", bytes: guidanceCount * low.tokenCount * lr.width * 4)
        let isReordered = PassBuilder.leavesOutAttention(recipe.hr, tokenCount: high.tokenCount)
        let reordered = GenerationPlan.Term(
            name: "features in another order",
            bytes: isReordered ? injectedBytes(hr, high) / max(guidanceCount, 1) : 0)
        let previews = GenerationPlan.Term(
            name: "preview frames", bytes: recipe.frames * ClipStage.previewWidth * ClipStage.previewWidth * 3)
        let encoder = GenerationPlan.Term(name: "video encoder", bytes: encoderBytes(recipe.hr.size))
        return [
            stage(.load, [weights]),
            stage(.features, [weights, injected, reordered, streams, activations(lr, nil, low)]),
            stage(.hr, [weights, injected, activations(hr, shapes.turbo2k, high)] + savings(hr, recipe.hr, high)),
            stage(
                .decode,
                [weights, .init(name: "decoder frames", bytes: decoderBytes(high)), encoder, previews]),
            stage(.encode, [weights, encoder, previews]),
        ]
    }

    /// - Throws: ``GenerationError/notEnoughMemory(_:neededBytes:availableBytes:)`` with the largest terms and a way out.
    func checkFits(_ kind: Kind, ignoring: Bool) throws {
        let free = free
        guard !ignoring, let worst = stages(kind).max(by: { $0.bytes < $1.bytes }), worst.bytes > free else { return }
        let size = kind == .draft ? recipe.lr.size : recipe.hr.size
        let largest = worst.terms.max { $0.bytes < $1.bytes }.map { ", most of it for \($0.name)" } ?? ""
        throw GenerationError.notEnoughMemory(
            "Not started: \(size), \(recipe.frames) frames needs about \(Self.gibibytes(worst.bytes))\(largest), and"
                + " \(Self.gibibytes(free)) is available. Take a smaller size, fewer frames, or close other programs.",
            neededBytes: worst.bytes, availableBytes: free, suggestions: suggestions(kind, free))
    }

    /// Options with which the job would fit: the largest such size, the most such frames, a smaller precision.
    private func suggestions(_ kind: Kind, _ free: Int) -> [String] {
        func fits(_ change: (inout Recipe) -> Void, _ precision: Precision? = nil) -> Bool {
            var smaller = recipe
            change(&smaller)
            let plan = MemoryPlan(
                shapes: shapes, recipe: smaller, precision: precision ?? self.precision, threadCount: threadCount,
                availableBytes: availableBytes, margin: margin)
            return (plan.stages(kind).map(\.bytes).max() ?? 0) <= free
        }
        let size = kind == .draft ? recipe.lr.size : recipe.hr.size
        let sizes = (1..<8).reversed().map { eighths in
            VideoSize(
                width: max(size.width * eighths / 8 / 32 * 32, 64), height: max(size.height * eighths / 8 / 32 * 32, 64)
            )
        }
        let smaller = sizes.first { size in fits { if kind == .draft { $0.lr.size = size } else { $0.hr.size = size } }
        }
        let shorter = stride(from: recipe.frames - 8, to: 0, by: -8).first { count in fits { $0.frames = count } }
        let lighter = precision != .int8 && fits({ _ in }, .int8)
        return [
            smaller.map { (kind == .draft ? "--lr-size " : "--size ") + "\($0)" }, shorter.map { "--frames \($0)" },
            lighter ? "--precision int8" : nil,
        ].compactMap { $0 }
    }

    /// For example `5.6 GiB`.
    private static func gibibytes(_ bytes: Int) -> String {
        let tenths = Int((Double(bytes) / Double(1 << 30) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) GiB"
    }

    private func pixels(_ size: VideoSize) -> Int { size.width * size.height }

    /// A forward pass's buffers, the prompts' keys and values, and the latents and estimates between steps.
    private func activations(
        _ c: VideoTransformerConfiguration, _ turbo2k: Turbo2KConfiguration?, _ grid: LatentGrid
    ) -> GenerationPlan.Term {
        let workspace = TransformerWorkspace.byteCount(
            configuration: c, turbo2k: turbo2k, tokenCount: grid.tokenCount, precision: precision,
            attentionIsBF16: precision != .fp32, threadCount: threadCount)
        let prompts = 2 * c.layerCount * Self.textTokens * c.width * 2 * (precision == .fp32 ? 4 : 2)
        return .init(
            name: "activations", bytes: workspace + prompts + 12 * grid.tokenCount * c.inputChannels * 4)
    }

    /// What a pass keeps from step to step in order to compute less.
    private func savings(
        _ c: VideoTransformerConfiguration, _ settings: PassSettings, _ grid: LatentGrid
    ) -> [GenerationPlan.Term] {
        let count = grid.tokenCount
        let guidance = PassGuidance(settings)
        let branches = 1 + (guidance.strengths.needsNegative ? 1 : 0) + (guidance.perturbation == nil ? 0 : 1)
        return [
            .init(
                name: "attention choices",
                bytes: PassBuilder.leavesOutAttention(settings, tokenCount: count)
                    ? AttentionSparsity.byteCount(configuration: c, tokenCount: count) : 0),
            .init(
                name: "step cache",
                bytes: (settings.stepCache ?? 0) > 0
                    ? branches * BlockCache.byteCount(tokenCount: count, width: c.width) : 0),
        ]
    }

    private func bytes(perWeight precision: Precision) -> Int {
        switch precision {
        case .fp32: 4
        case .bf16: 2
        case .int8: 1
        }
    }

    /// Linear layers of blocks take the precision; all else, and the fusion blocks' modulation, is fp32.
    private func weightBytes(_ c: VideoTransformerConfiguration, _ turbo2k: Turbo2KConfiguration?) -> Int {
        c.expectedWeights(turbo2k: turbo2k).reduce(0) { sum, weight in
            let (name, shape) = (weight.key, weight.value)
            let isShort =
                (name.hasPrefix("transformer_blocks") || name.hasPrefix("fusion_blocks")) && shape.count == 2
                && name.hasSuffix(".weight") && !name.hasSuffix(".modulation.weight")
            let count = shape.reduce(1, *)
            guard isShort else { return sum + count * 4 }
            // int8 keeps a scale and a sum for each output channel.
            return sum + count * bytes(perWeight: precision) + (precision == .int8 ? shape[0] * 8 : 0)
        }
    }

    private var decoderPrecision: Precision {
        precision == .int8 ? (KernelLevel.best.multipliesBF16 ? .bf16 : .fp32) : precision
    }

    private var decoderWeightBytes: Int {
        shapes.autoencoderConfiguration.expectedDecoderWeights.reduce(0) {
            $0 + $1.value.reduce(1, *) * bytes(perWeight: decoderPrecision)
        }
    }

    /// The streamed encoder lays out one linear layer at a time, by way of floats where the file has another type; beside
    /// it stand the tokens of two prompts and the attention's logits.
    private var textBytes: Int {
        guard let c = shapes.textConfiguration else { return 0 }
        let layer = max(c.feedForwardWidth, c.attentionWidth) * c.width * (4 + 4)
        let tokens = 2 * Self.textTokens
        let rows = tokens * (8 * c.width + 4 * c.feedForwardWidth + 4 * c.attentionWidth) * 4
        let logits = 4 * c.headCount * tokens * Self.textTokens * 4
        return layer + rows + logits
    }

    private var guidanceCount: Int { shapes.turbo2k?.guidanceBlocks.count ?? 0 }

    private func injectedBytes(_ c: VideoTransformerConfiguration, _ grid: LatentGrid) -> Int {
        guidanceCount * grid.tokenCount * c.width * (precision == .fp32 ? 4 : 2)
    }

    /// Frames that the decoder's stream keeps: for each residual block its input and two windows, three frames each.
    private func decoderBytes(_ grid: LatentGrid) -> Int {
        let c = shapes.autoencoderConfiguration
        let element = decoderPrecision == .fp32 ? 4 : 2
        var size = (rows: grid.height, columns: grid.width)
        var total = 0
        func frame(_ channels: Int) -> Int { (size.rows + 2) * (size.columns + 2) * channels * element }
        total += 4 * frame(max(c.latentChannels, c.decoderInputChannels))
        for stage in c.decoderStages {
            switch stage {
            case .residual(let channels, let count, _, _): total += count * 9 * frame(channels)
            case .widening(let input, let output, _): total += 9 * frame(max(input, output))
            case .depthToSpace(let input, let output, let steps, _):
                total += 3 * frame(input)
                size = (size.rows * steps.rows, size.columns * steps.columns)
                total += 2 * frame(output)
            case .strided, .spaceToDepth: break
            }
        }
        // The last convolution's floats and the picture's bytes.
        return total + 4 * frame(c.decoderBaseChannels) + size.rows * size.columns * c.patchChannels * (4 + 1)
    }

    /// Frames that x264 holds while it looks ahead, 4:2:0.
    private func encoderBytes(_ size: VideoSize) -> Int { pixels(size) * 3 / 2 * 60 }

    private func flops(_ c: VideoTransformerConfiguration, _ tokens: Int) -> Double {
        let (n, d) = (Double(tokens), Double(c.width))
        return Double(c.layerCount) * (2 * n * d * (4 * d + 2 * d + 8 * d) + 4 * n * n * d)
    }
}
