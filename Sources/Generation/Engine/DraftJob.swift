import Diffusion
import Foundation
import Kernels
import Models
import VideoIO

/// Prompt to a kept draft: text, LR steps, decoded clip.
struct DraftJob {
    let request: DraftRequest
    let model: LoadedModel
    let options: GenerationEngine.Options

    /// - Throws: ``GenerationError`` or `CancellationError`.
    func run(_ job: JobContext) throws {
        let recipe = try checkedRecipe()
        try JobFolder.prepare(request.folder, recipe: recipe)
        var writer: ClipWriter?
        defer { writer?.cancel() }
        let (executor, decoder, weights) = try job.stage(.load) {
            let weights = try model.weightsSHA256(cache: options.cacheFolder)
            // Before anything is unpacked: an output that cannot be opened ends the job at once.
            writer = try request.output.map { try clipWriter($0, recipe, weights: weights) }
            if model.isReady(for: .draft) { job.emit(.stageCached(.load)) }
            return (try model.transformer(), try model.decoder(), weights)
        }
        let embeddings = try job.stage(.text) {
            try model.encode([recipe.prompt, recipe.negative], stop: job.stop) { job.emit(.stageCached(.text)) }
        }
        let prompts = (positive: embeddings[0], negative: embeddings[1])
        let passes = PassBuilder(model: model, recipe: recipe)
        let grid = passes.grid(recipe.lr.size)
        let colors = LatentColorStore(cache: options.cacheFolder, key: weights)
        let latent = try denoised(recipe, passes, executor, prompts, colors: colors, weights: weights, job)
        try DraftFile(
            recipe: recipe, latent: latent, tokenCount: grid.tokenCount, positive: prompts.positive,
            negative: prompts.negative, weightsSHA256: weights
        ).write(in: request.folder)
        let frames = try decoded(latent, recipe, grid, decoder, job)
        if request.wantsPreviews {
            job.emit(.preview(Preview(look: .decoded, frames: frames, fps: recipe.fps)))
            colors.learn(
                latent, grid: grid, frames: frames,
                framesPerLatent: model.shapes.autoencoderConfiguration.temporalFactor)
        }
        try write(frames, recipe, writer, weights: weights, job)
        SamplerState.remove(in: request.folder)
        job.emit(
            .finished(
                GenerationResult(
                    kind: .draft, recipe: recipe, weightsSHA256: weights, latentSHA256: LatentDigest.sha256(latent),
                    steps: job.steps, stageSeconds: job.stageSeconds, seconds: job.seconds, file: request.output?.file,
                    peakBytes: ProcessMemory.peakBytes)))
    }

    /// The recipe as it will run, once everything that can be refused before the start was looked at.
    private func checkedRecipe() throws -> Recipe {
        var recipe = request.recipe
        try RecipeCheck(model.shapes).check(recipe)
        recipe.precision = model.precision
        recipe.model = model.model.reference
        try model.requireTextEncoder()
        try MemoryPlan(
            shapes: model.shapes, recipe: recipe, precision: model.precision, threadCount: model.parallel.threadCount,
            availableBytes: options.availableBytes
        ).checkFits(.draft, ignoring: options.ignoresMemory)
        return recipe
    }

    private func denoised(
        _ recipe: Recipe, _ passes: PassBuilder, _ executor: VideoTransformerExecutor,
        _ prompts: (positive: TextEmbedding, negative: TextEmbedding), colors: LatentColorStore, weights: String,
        _ job: JobContext
    ) throws -> [Float] {
        let grid = passes.grid(recipe.lr.size)
        let schedule = try passes.schedule(.lr, recipe.lr, grid: grid)
        let preview =
            request.wantsPreviews
            ? passes.preview(colors.load(), grid: grid, size: recipe.lr.size, job: job) : nil
        return try job.stage(.lr, parts: schedule.stepCount) {
            var random = RandomSource(seed: UInt64(recipe.seed))
            let noise = random.normal(count: grid.tokenCount * executor.configuration.inputChannels)
            return try passes.denoise(
                .lr, executor: executor, settings: recipe.lr, grid: grid, schedule: schedule, random: random,
                prompts: prompts, folder: request.folder,
                key: passes.stateKey(recipe.lr, kind: "draft", weights: weights),
                preview: preview
            ).run(from: noise, job: job)
        }
    }

    private func decoded(
        _ latent: [Float], _ recipe: Recipe, _ grid: LatentGrid, _ decoder: VideoDecoderExecutor, _ job: JobContext
    ) throws -> [VideoFrame] {
        try job.stage(.decode, parts: recipe.frames) {
            var frames: [VideoFrame] = []
            try DecodeStage(
                decoder: decoder, grid: grid, frameCount: recipe.frames, size: recipe.lr.size, seed: recipe.seed
            )
            .run(latent, job: job) { frames.append($0) }
            return frames
        }
    }

    /// The output, where one is wanted, and the folder's own clip and poster.
    private func write(
        _ frames: [VideoFrame], _ recipe: Recipe, _ writer: ClipWriter?, weights: String, _ job: JobContext
    ) throws {
        try job.stage(.encode, parts: frames.count) {
            try JobFolder.keepPoster(frames, in: request.folder)
            guard let writer, let output = request.output?.file else {
                return try keepClip(frames, recipe, weights: weights, announces: true, job)
            }
            try append(frames, to: writer, announces: true, job)
            job.emit(.outputWritten(output, bytes: try writer.finish(stop: job.stop)))
            if (try? VideoContainer(path: output.path)) == .mp4 {
                try JobFolder.keepCopy(of: output, in: request.folder)
            } else {
                try keepClip(frames, recipe, weights: weights, announces: false, job)
            }
        }
    }

    private func clipWriter(_ output: OutputRequest, _ recipe: Recipe, weights: String) throws -> ClipWriter {
        try ClipWriter(
            output, size: recipe.lr.size, origin: ClipOrigin(recipe: recipe, weightsSHA256: weights),
            threadCount: model.parallel.threadCount)
    }

    private func keepClip(
        _ frames: [VideoFrame], _ recipe: Recipe, weights: String, announces: Bool, _ job: JobContext
    ) throws {
        let clip = try clipWriter(
            OutputRequest(file: JobFolder.clip(request.folder), crf: 16), recipe, weights: weights)
        defer { clip.cancel() }
        try append(frames, to: clip, announces: announces, job)
        _ = try clip.finish(stop: job.stop)
    }

    private func append(_ frames: [VideoFrame], to writer: ClipWriter, announces: Bool, _ job: JobContext) throws {
        for (index, frame) in frames.enumerated() {
            try job.checkCancellation()
            try writer.append(frame)
            if announces { job.emit(.partsFinished(.encode, parts: index + 1, count: frames.count)) }
        }
    }
}
