import Diffusion
import Kernels
import Models

/// The memory a job will take, computed from shapes with the formulas of the buffers themselves.
struct MemoryPlan {
    let shapes: ModelShapes
    let recipe: Recipe
    let precision: Precision
    let threadCount: Int

    enum Kind {
        case draft
        case commit

        var stages: Set<Stage> {
            switch self {
            case .draft: [.load, .text, .lr, .decode, .encode]
            case .commit: [.load, .features, .hr, .decode, .encode]
            }
        }
    }

    /// The program itself, its libraries and what the formulas leave out.
    private static let programBytes = 160 << 20

    private var scale: LatentScale {
        LatentScale(
            frames: shapes.autoencoderConfiguration.temporalFactor,
            pixels: shapes.autoencoderConfiguration.spatialFactor)
    }

    private func grid(_ size: VideoSize) -> LatentGrid {
        LatentGrid(pixelFrames: recipe.frames, pixelHeight: size.height, pixelWidth: size.width, scale: scale)
    }

    var plan: GenerationPlan {
        let (low, high) = (grid(recipe.lr.size), grid(recipe.hr.size))
        let lr = shapes.transformerConfiguration
        let hr = shapes.highResolutionConfiguration ?? lr
        let program = GenerationPlan.Term(name: "program", bytes: Self.programBytes)
        let lrWeights = GenerationPlan.Term(name: "draft weights", bytes: weightBytes(lr, nil))
        let hrWeights = GenerationPlan.Term(
            name: "commit weights", bytes: shapes.highResolution == nil ? 0 : weightBytes(hr, shapes.turbo2k))
        let decoderWeights = GenerationPlan.Term(name: "decoder weights", bytes: decoderWeightBytes)
        let injected = GenerationPlan.Term(name: "guidance features", bytes: injectedBytes(hr, high))
        let always = [program, lrWeights, decoderWeights]
        let both = always + [hrWeights]
        func activations(_ c: VideoTransformerConfiguration, _ t: Turbo2KConfiguration?, _ grid: LatentGrid)
            -> GenerationPlan.Term
        {
            .init(
                name: "activations",
                bytes: TransformerWorkspace.byteCount(
                    configuration: c, turbo2k: t, tokenCount: grid.tokenCount, precision: precision,
                    attentionIsBF16: precision != .fp32, threadCount: threadCount)
                    + 12 * grid.tokenCount * c.inputChannels * 4)
        }
        func stage(_ stage: Stage, _ terms: [GenerationPlan.Term]) -> GenerationPlan.StagePeak {
            .init(stage: stage, terms: terms.filter { $0.bytes > 0 })
        }
        let hrFrame = recipe.hr.size.width * recipe.hr.size.height
        return GenerationPlan(
            stages: [
                stage(.load, always),
                stage(.text, [program, .init(name: "text encoder", bytes: textBytes)]),
                stage(.lr, always + [activations(lr, nil, low)]),
                stage(.features, both + [injected, activations(lr, nil, low)]),
                stage(.hr, both + [injected, activations(hr, shapes.turbo2k, high)]),
                stage(.decode, both + [injected, .init(name: "decoder frames", bytes: decoderBytes(high))]),
                stage(.encode, both + [.init(name: "video encoder", bytes: hrFrame * 3 / 2 * 60)]),
            ],
            lrTokens: low.tokenCount, hrTokens: high.tokenCount, lrFlopsPerCall: flops(lr, low.tokenCount),
            hrFlopsPerCall: flops(hr, high.tokenCount), availableBytes: ProcessStatus.availableBytes)
    }

    /// - Throws: ``GenerationError/notEnoughMemory(_:neededBytes:availableBytes:)`` with the largest terms and a way out.
    func checkFits(_ kind: Kind, ignoring: Bool) throws {
        let plan = plan
        let stages = plan.stages.filter { kind.stages.contains($0.stage) }
        guard !ignoring, let worst = stages.max(by: { $0.bytes < $1.bytes }), worst.bytes > plan.availableBytes else {
            return
        }
        func gib(_ bytes: Int) -> String {
            let tenths = (bytes * 10 + 1 << 29) >> 30
            return "\(tenths / 10).\(tenths % 10) GiB"
        }
        let size = kind == .draft ? recipe.lr.size : recipe.hr.size
        let largest = worst.terms.max { $0.bytes < $1.bytes }.map { ", most of it for \($0.name)" } ?? ""
        throw GenerationError.notEnoughMemory(
            "Not started: \(size), \(recipe.frames) frames needs about \(gib(worst.bytes))\(largest), and \(gib(plan.availableBytes))"
                + " is available. Take a smaller size, fewer frames, or close other programs.",
            neededBytes: worst.bytes, availableBytes: plan.availableBytes)
    }

    private func bytes(perWeight precision: Precision) -> Int {
        switch precision {
        case .fp32: 4
        case .bf16: 2
        case .int8: 1
        }
    }

    private func weightBytes(_ c: VideoTransformerConfiguration, _ turbo2k: Turbo2KConfiguration?) -> Int {
        let weights = c.expectedWeights(turbo2k: turbo2k)
        return weights.reduce(0) { sum, weight in
            let count = weight.value.reduce(1, *)
            let isBlock = weight.key.hasPrefix("transformer_blocks") || weight.key.hasPrefix("fusion_blocks")
            return sum + count * (isBlock && weight.value.count == 2 ? bytes(perWeight: precision) : 4)
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

    /// The streamed encoder holds one layer at a time; mapped pages of the file can be given back.
    private var textBytes: Int {
        guard let c = shapes.textConfiguration else { return 0 }
        return c.feedForwardWidth * c.width * 8 * 2 + 256 * (c.width + c.feedForwardWidth) * 4 * 6 + c.headCount * 256
            * 256 * 4
    }

    private func injectedBytes(_ c: VideoTransformerConfiguration, _ grid: LatentGrid) -> Int {
        (shapes.turbo2k?.guidanceBlocks.count ?? 0) * grid.tokenCount * c.width * (precision == .fp32 ? 4 : 2)
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
        // The last convolution's floats, the picture's bytes, the encoder's own frames, and kept previews.
        return total + 4 * frame(c.decoderBaseChannels) + size.rows * size.columns * c.patchChannels * (4 + 1)
            + size.rows * size.columns * c.patchSize * c.patchSize * 3 / 2 * 60 + recipe.frames * 640 * 640 * 3
    }

    private func flops(_ c: VideoTransformerConfiguration, _ tokens: Int) -> Double {
        let (n, d) = (Double(tokens), Double(c.width))
        return Double(c.layerCount) * (2 * n * d * (4 * d + 2 * d + 8 * d) + 4 * n * n * d)
    }
}
