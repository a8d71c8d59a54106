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

    func grid(_ size: VideoSize) -> LatentGrid { model.shapes.grid(size, frames: recipe.frames) }

    func rotary(_ grid: LatentGrid, _ executor: VideoTransformerExecutor, order: TokenOrder? = nil) -> RotaryRows {
        let places = grid.indices(frameRate: recipe.fps, isCausal: model.shapes.isCausal, scale: scale).values
        let count = grid.tokenCount
        let ordered = order.map { order in (0..<3).flatMap { axis in order.order.map { places[axis * count + $0] } } }
        return RotaryRows(coordinates: ordered ?? places, configuration: executor.configuration)
    }

    /// The order of tokens of a pass that leaves out attention. Nil where there is nothing to leave out: a coverage of 1, or
    /// too few tokens for more than a few key blocks.
    func order(_ settings: PassSettings, grid: LatentGrid) -> TokenOrder? {
        guard Self.leavesOutAttention(settings, tokenCount: grid.tokenCount) else { return nil }
        return TokenOrder(grid: grid.tokenGrid)
    }

    static func leavesOutAttention(_ settings: PassSettings, tokenCount: Int) -> Bool {
        (settings.coverage ?? 1) < 1 && tokenCount >= 8 * Kernels.keyBlock
    }

    private func reuse(threshold: Float, grid: LatentGrid, _ executor: VideoTransformerExecutor) -> StepReuse? {
        guard threshold > 0, executor.configuration.layerCount > 1 else { return nil }
        return StepReuse(threshold: threshold) {
            BlockCache(configuration: executor.configuration, tokenCount: grid.tokenCount)
        }
    }

    /// - `random`: where a stochastic pass draws the noise of its steps.
    /// - `injections`: in the order of the pass's tokens, ``order(_:grid:)``.
    func denoise(
        _ pass: Pass, executor: VideoTransformerExecutor, settings: PassSettings, grid: LatentGrid,
        schedule: NoiseSchedule, random: RandomSource, prompts: (positive: TextEmbedding, negative: TextEmbedding),
        injections: [InjectedFeatures] = [], state: StatePlace, preview: EstimatePreview?
    ) -> DenoiseStage {
        let guidance = PassGuidance(settings)
        let sparsity = order(settings, grid: grid).map { order in
            SparsePass(
                order: order,
                blocks: AttentionSparsity(
                    configuration: executor.configuration, tokenCount: grid.tokenCount, coverage: settings.coverage ?? 1
                ))
        }
        return DenoiseStage(
            pass: pass, executor: executor, grid: grid, schedule: schedule,
            method: settings.isStochastic == true ? .stochastic : .euler, random: random, guidance: guidance,
            rotary: rotary(grid, executor, order: sparsity?.order), positive: executor.prompt(prompts.positive),
            negative: guidance.strengths.needsNegative ? executor.prompt(prompts.negative) : nil,
            injections: injections, sparsity: sparsity,
            reuse: reuse(threshold: settings.stepCache ?? 0, grid: grid, executor),
            state: state, preview: preview)
    }

    /// Shows estimates: by a fitted map, and by the decoder on demand.
    func preview(_ map: LatentColors?, grid: LatentGrid, size: VideoSize, job: JobContext) -> EstimatePreview {
        EstimatePreview(
            map: map, model: model, grid: grid, recipe: recipe, size: size, framesPerLatent: autoencoder.temporalFactor,
            job: job)
    }

    /// Where a job keeps its state.
    ///
    /// - `kind`: of the job, with what else than its settings decides its numbers.
    func statePlace(
        _ folder: URL, _ settings: PassSettings, kind: String, weights: String, takesOther: Bool
    ) -> StatePlace {
        StatePlace(
            folder: folder, key: stateKey(settings, kind: kind), origin: StateOrigin(weightsSHA256: weights),
            takesOther: takesOther)
    }

    private func stateKey(_ settings: PassSettings, kind: String) -> String {
        var digest = FileDigest()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for part in [Data(kind.utf8), Data(model.precision.rawValue.utf8)]
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
