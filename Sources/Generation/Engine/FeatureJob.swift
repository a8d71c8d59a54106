import Diffusion
import Foundation
import Kernels
import Models
import VideoIO

/// A kept draft's guidance features as pictures.
struct FeatureJob {
    let draft: DraftFile
    let model: LoadedModel
    let options: GenerationEngine.Options

    /// The noise level of a model that names none; the paper's.
    private static let noiseLevel: Float = 0.1

    /// - Throws: ``GenerationError`` or `CancellationError`.
    func run(stop: StopFlag) throws -> [FeaturePicture] {
        try model.checkWeights(of: draft, cache: options.cacheFolder)
        let recipe = draft.recipe
        try MemoryPlan(
            shapes: model.shapes, recipe: recipe, precision: model.precision, threadCount: model.parallel.threadCount,
            availableBytes: options.availableBytes
        ).checkFits(.draft, ignoring: options.ignoresMemory)
        let passes = PassBuilder(model: model, recipe: recipe)
        let grid = passes.grid(recipe.lr.size)
        let executor = try model.transformer()
        guard draft.latent.count == grid.tokenCount * executor.configuration.inputChannels else {
            throw GenerationError.badDraft("The draft's latent does not fit its recipe; make the draft again.")
        }
        // The same noise as a commit of this draft draws.
        var random = RandomSource(seed: UInt64(recipe.seed))
        _ = random.normal(count: draft.latent.count)
        let streams = try passes.guidanceStreams(
            draft, noise: random.normal(count: draft.latent.count), executor, grid, blocks: blocks,
            time: model.shapes.turbo2k?.guidanceTimestep ?? Self.noiseLevel, stop: stop)
        return zip(blocks, streams).map { block, features in
            let pixels = PrincipalColors.pixels(features, width: executor.configuration.width)
            let bytes = grid.height * grid.width * 3
            return FeaturePicture(
                block: block,
                frames: (0..<grid.frames).map { frame in
                    VideoFrame(
                        width: grid.width, height: grid.height,
                        pixels: Array(pixels[frame * bytes..<(frame + 1) * bytes]))
                })
        }
    }

    /// Those that guide a commit; of a model without commits, four at even distances as in the paper.
    private var blocks: [Int] {
        let count = model.shapes.transformerConfiguration.layerCount
        return model.shapes.turbo2k?.guidanceBlocks ?? Set((0..<4).map { $0 * count / 4 }).sorted()
    }
}

extension PassBuilder {
    /// What flows behind some blocks in one pass over the draft's clean latent, noised to the guidance's level.
    ///
    /// `noise`: as many numbers as the latent has.
    ///
    /// - Returns: for each block, `[tokens, width]`.
    func guidanceStreams(
        _ draft: DraftFile, noise: [Float], _ executor: VideoTransformerExecutor, _ grid: LatentGrid, blocks: [Int],
        time: Float, stop: StopFlag
    ) throws -> [[Float]] {
        let noisy = zip(draft.latent, noise).map { (1 - time) * $0 + time * $1 }
        var evaluation = VideoTransformerExecutor.Evaluation(
            rotary: rotary(grid, executor), prompt: executor.prompt(draft.positive), timesteps: [time])
        evaluation.stop = stop
        return try executor.streams(
            after: blocks, noisy, evaluation, workspace: executor.workspace(tokenCount: grid.tokenCount))
    }
}

extension LoadedModel {
    /// Features of other weights would guide to another clip.
    func checkWeights(of draft: DraftFile, cache: URL?) throws {
        guard try weightsSHA256(cache: cache) == draft.weightsSHA256 else {
            throw GenerationError.badDraft(
                "The weights of \(model.name.printable) have changed since this draft was made; make the draft again.")
        }
    }
}
