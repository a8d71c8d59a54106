import Diffusion
import Foundation
import Kernels
import Models
import Tensors
import WeightFiles

/// What the draft's and the commit's denoising passes have in common.
struct PassBuilder {
    let model: LoadedModel
    let recipe: Recipe

    private var autoencoder: VideoAutoencoderConfiguration { model.shapes.autoencoderConfiguration }

    private var scale: LatentScale {
        LatentScale(frames: autoencoder.temporalFactor, pixels: autoencoder.spatialFactor)
    }

    func grid(_ size: VideoSize) -> LatentGrid {
        LatentGrid(pixelFrames: recipe.frames, pixelHeight: size.height, pixelWidth: size.width, scale: scale)
    }

    func rotary(_ grid: LatentGrid, _ executor: VideoTransformerExecutor, order: TokenOrder? = nil) -> RotaryRows {
        let places = grid.indices(frameRate: recipe.fps, isCausal: model.shapes.isCausal, scale: scale).values
        let count = grid.tokenCount
        let ordered = order.map { order in (0..<3).flatMap { axis in order.order.map { places[axis * count + $0] } } }
        return RotaryRows(coordinates: ordered ?? places, configuration: executor.configuration)
    }

    /// Nil where there is nothing to leave out: a coverage of 1, or too few tokens for more than a few key blocks.
    private func sparsePass(coverage: Float, grid: LatentGrid, _ executor: VideoTransformerExecutor) -> SparsePass? {
        guard coverage < 1, grid.tokenCount >= 8 * Kernels.keyBlock else { return nil }
        return SparsePass(
            order: TokenOrder(grid: grid.tokenGrid),
            blocks: AttentionSparsity(
                configuration: executor.configuration, tokenCount: grid.tokenCount, coverage: coverage))
    }

    /// The recipe's own levels or shift, else the schedule of the model's configuration.
    ///
    /// - Throws: ``GenerationError/badValue(_:)``.
    func schedule(_ pass: Pass, _ settings: PassSettings, grid: LatentGrid) throws -> NoiseSchedule {
        do {
            if let timesteps = settings.timesteps { return try NoiseSchedule(timesteps: timesteps) }
            if let shift = settings.shift { return try .shifted(stepCount: settings.steps, shift: shift) }
            let own = pass == .lr ? model.shapes.schedule : model.shapes.highResolutionSchedule
            return try own.schedule(stepCount: settings.steps, tokenCount: grid.tokenCount)
        } catch {
            throw GenerationError.badValue("The noise schedule cannot be made. \(error)")
        }
    }

    /// - Parameter random: where a stochastic pass draws the noise of its steps.
    func denoise(
        _ pass: Pass, executor: VideoTransformerExecutor, settings: PassSettings, grid: LatentGrid,
        schedule: NoiseSchedule, random: RandomSource, prompts: (positive: TextEmbedding, negative: TextEmbedding),
        injections: [InjectedFeatures] = [], folder: URL, key: String, preview: EstimatePreview?
    ) -> DenoiseStage {
        let guidance = PassGuidance(settings)
        let sparsity = settings.coverage.flatMap { sparsePass(coverage: $0, grid: grid, executor) }
        return DenoiseStage(
            pass: pass, executor: executor, grid: grid, schedule: schedule,
            method: settings.isStochastic == true ? .stochastic : .euler, random: random, guidance: guidance,
            rotary: rotary(grid, executor, order: sparsity?.order), positive: executor.prompt(prompts.positive),
            negative: guidance.strengths.needsNegative ? executor.prompt(prompts.negative) : nil,
            injections: sparsity.map { sparsity in injections.map { $0.reordered(sparsity.order) } } ?? injections,
            sparsity: sparsity, stateFolder: folder, stateKey: key, preview: preview)
    }

    /// Shows estimates: by a fitted map, and by the decoder on demand.
    func preview(_ map: LatentColors?, grid: LatentGrid, size: VideoSize, job: JobContext) -> EstimatePreview {
        EstimatePreview(
            map: map, model: model, grid: grid, recipe: recipe, size: size, framesPerLatent: autoencoder.temporalFactor,
            job: job)
    }

    /// Names the job that a state belongs to: everything that decides its numbers.
    func stateKey(_ settings: PassSettings, kind: String, weights: String) -> String {
        var digest = FileDigest()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for part in [Data(kind.utf8), Data(weights.utf8), Data(model.precision.rawValue.utf8)]
            + [(try? encoder.encode(recipe)) ?? Data(), (try? encoder.encode(settings)) ?? Data()]
        {
            Array(part).withUnsafeBytes { digest.update($0) }
        }
        return digest.finalized()
    }
}

extension VideoTransformerExecutor {
    func prompt(_ embedding: TextEmbedding) -> PromptContext {
        prompt(states: embedding.states, mask: Array(repeating: 1, count: embedding.tokenCount))
    }
}

enum LatentDigest {
    /// SHA-256 of the numbers' bytes.
    static func sha256(_ latent: [Float]) -> String {
        var digest = FileDigest()
        latent.withUnsafeBytes { digest.update($0) }
        return digest.finalized()
    }
}
