import Diffusion
import Foundation
import Kernels
import Models
import Tensors
import VideoIO

/// A kept draft to a high-resolution clip: guidance features, HR steps, decoded and written frame by frame.
struct CommitJob {
    let request: CommitRequest
    let draft: DraftFile
    let model: LoadedModel
    let options: GenerationEngine.Options

    /// - Throws: ``GenerationError`` or `CancellationError`.
    func run(_ job: JobContext) throws {
        let recipe = try checkedRecipe()
        try JobFolder.prepare(request.folder, recipe: recipe)
        let writer = try ClipWriter(
            request.output, size: recipe.hr.size,
            origin: ClipOrigin(recipe: recipe, weightsSHA256: draft.weightsSHA256),
            threadCount: model.parallel.threadCount)
        defer { writer.cancel() }
        let (low, high, decoder) = try job.stage(.load) {
            try model.checkWeights(of: draft, cache: options.cacheFolder)
            if model.isReady(for: .commit) { job.emit(.stageCached(.load)) }
            return (try model.transformer(), try model.highResolution(), try model.decoder())
        }
        let latent = try denoised(recipe, low, high, job)
        try ClipStage(
            decoder: decoder, grid: PassBuilder(model: model, recipe: recipe).grid(recipe.hr.size), recipe: recipe,
            size: recipe.hr.size, file: request.output.file, wantsPreviews: request.wantsPreviews
        ).run(latent, writer, job)
        SamplerState.remove(in: request.folder)
        job.emit(
            .finished(
                GenerationResult(
                    kind: .commit, recipe: recipe, weightsSHA256: draft.weightsSHA256,
                    latentSHA256: LatentDigest.sha256(latent), steps: job.steps, stageSeconds: job.stageSeconds,
                    seconds: job.seconds, file: request.output.file, peakBytes: ProcessMemory.peakBytes)))
    }

    /// The recipe as it will run, once everything that can be refused before the start was looked at.
    private func checkedRecipe() throws -> Recipe {
        var recipe = draft.recipe
        recipe.hr = request.hr
        recipe.precision = model.precision
        recipe.seed = request.seed ?? recipe.seed
        try RecipeCheck(model.shapes).check(recipe)
        try checkShape(recipe)
        guard draft.positive.channels == model.shapes.transformerConfiguration.captionChannels,
            draft.negative.channels == draft.positive.channels
        else {
            throw GenerationError.badDraft("The draft's text embedding does not fit the model; make the draft again.")
        }
        try MemoryPlan(
            shapes: model.shapes, recipe: recipe, precision: model.precision, threadCount: model.parallel.threadCount,
            availableBytes: options.availableBytes, margin: request.memoryMargin
        ).checkFits(.commit, ignoring: options.ignoresMemory || request.ignoresMemory)
        return recipe
    }

    /// The features are resized to the new grid, so the shapes must agree about what is where.
    private func checkShape(_ recipe: Recipe) throws {
        let (low, high) = (recipe.lr.size, recipe.hr.size)
        let ratio = Double(high.width * low.height) / Double(low.width * high.height)
        guard (0.8...1.25).contains(ratio) else {
            throw GenerationError.badValue(
                "The commit's size \(high) has another shape than the draft's \(low); take a size with about the same ratio, such as "
                    + "\(low.width * 2)x\(low.height * 2).")
        }
    }

    private func denoised(
        _ recipe: Recipe, _ low: VideoTransformerExecutor, _ high: VideoTransformerExecutor, _ job: JobContext
    ) throws -> [Float] {
        let passes = PassBuilder(model: model, recipe: recipe)
        let (lowGrid, grid) = (passes.grid(recipe.lr.size), passes.grid(recipe.hr.size))
        let channels = high.configuration.inputChannels
        guard draft.latent.count == lowGrid.tokenCount * channels else {
            throw GenerationError.badDraft("The draft's latent does not fit its recipe; make the draft again.")
        }
        let state = passes.statePlace(
            request.folder, recipe.hr, kind: "commit \(LatentDigest.sha256(draft.latent))",
            weights: draft.weightsSHA256,
            takesOther: request.takesOtherState)
        // Features may take long: a state that is not to be used is told of before.
        _ = try state.kept(.hr, JobContext(stop: job.stop) { _ in })
        // The noise follows the draft's in one stream, as if both passes were one run of the reference.
        var random = RandomSource(seed: UInt64(recipe.seed))
        _ = random.normal(count: draft.latent.count)
        let injections = try features(passes, low, high, lowGrid, grid, &random, job)
        var start = random.normal(count: grid.tokenCount * channels)
        let schedule = try model.shapes.schedule(.hr, recipe.hr, grid: grid)
        if high.turbo2k == nil {
            start = restart(start, lowGrid, grid, channels, level: schedule.timesteps[0])
        }
        return try job.stage(.hr, parts: schedule.stepCount) {
            try passes.denoise(
                .hr, executor: high, settings: recipe.hr, grid: grid, schedule: schedule, random: random,
                prompts: (draft.positive, draft.negative), injections: injections, state: state,
                preview: request.wantsPreviews ? preview(passes, lowGrid, grid, job) : nil
            ).run(from: start, job: job)
        }
    }

    /// Between two steps: the estimate, and how near it is to the draft.
    private func preview(
        _ passes: PassBuilder, _ lowGrid: LatentGrid, _ grid: LatentGrid, _ job: JobContext
    ) -> EstimatePreview {
        let map = LatentColorStore(cache: options.cacheFolder, key: draft.weightsSHA256).load()
        var preview = passes.preview(map, grid: grid, size: passes.recipe.hr.size, job: job)
        preview.reference = map?.frames(draft.latent, grid: lowGrid) ?? []
        return preview
    }

    /// The draft's features, once for the commit, on the high-resolution grid.
    private func features(
        _ passes: PassBuilder, _ low: VideoTransformerExecutor, _ high: VideoTransformerExecutor,
        _ lowGrid: LatentGrid, _ grid: LatentGrid, _ random: inout RandomSource, _ job: JobContext
    ) throws -> [InjectedFeatures] {
        guard let turbo2k = high.turbo2k else { return [] }
        let noise = random.normal(count: draft.latent.count)
        return try job.stage(.features) {
            let streams = try passes.guidanceStreams(
                draft, noise: noise, low, lowGrid, blocks: turbo2k.guidanceBlocks, time: turbo2k.guidanceTimestep,
                stop: job.stop)
            var injections = try high.injections(
                of: streams, from: lowGrid.tokenGrid, to: grid.tokenGrid, stop: job.stop)
            if let order = passes.order(passes.recipe.hr, grid: grid) {
                // One by one: all of them in both orders would be gigabytes.
                for index in injections.indices { injections[index] = injections[index].reordered(order) }
            }
            return injections
        }
    }

    private func restart(
        _ noise: [Float], _ low: LatentGrid, _ high: LatentGrid, _ channels: Int, level: Float
    ) -> [Float] {
        let resized = Tensor(draft.latent, shape: [1, low.frames, low.height, low.width, channels])
            .trilinearResized(to: [high.frames, high.height, high.width])
        return zip(resized.values, noise).map { (1 - level) * $0 + level * $1 }
    }
}

extension LatentGrid {
    var tokenGrid: TokenGrid { TokenGrid(frames: frames, rows: height, columns: width) }
}
