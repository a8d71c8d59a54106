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

    func rotary(_ grid: LatentGrid, _ executor: VideoTransformerExecutor) -> RotaryRows {
        let places = grid.indices(frameRate: recipe.fps, isCausal: model.shapes.isCausal, scale: scale)
        return RotaryRows(coordinates: places.values, configuration: executor.configuration)
    }

    /// The recipe's own shift, else the schedule of the model's configuration.
    func schedule(_ settings: PassSettings, grid: LatentGrid) throws -> NoiseSchedule {
        do {
            if let shift = settings.shift { return try .shifted(stepCount: settings.steps, shift: shift) }
            return try model.shapes.schedule.schedule(stepCount: settings.steps, tokenCount: grid.tokenCount)
        } catch {
            throw GenerationError.badValue("The noise schedule cannot be made: \(error)")
        }
    }

    func denoise(
        _ pass: Pass, executor: VideoTransformerExecutor, settings: PassSettings, grid: LatentGrid,
        schedule: NoiseSchedule,
        positive: TextEmbedding, negative: TextEmbedding, injections: [InjectedFeatures], folder: URL, key: String,
        showEstimate: (([Float]) -> Void)?
    ) -> DenoiseStage {
        DenoiseStage(
            pass: pass, executor: executor, grid: grid, schedule: schedule, guidance: settings.guidance,
            rotary: rotary(grid, executor), positive: executor.prompt(positive),
            negative: settings.guidance > 1 ? executor.prompt(negative) : nil, injections: injections,
            stateFolder: folder,
            stateKey: key, showEstimate: showEstimate)
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
