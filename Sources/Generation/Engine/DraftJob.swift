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

    func run(_ job: JobContext) throws {
        var recipe = request.recipe
        let shapes = model.shapes
        try RecipeCheck(autoencoder: shapes.autoencoderConfiguration).check(recipe)
        recipe.precision = model.precision
        try MemoryPlan(
            shapes: shapes, recipe: recipe, precision: model.precision, threadCount: model.parallel.threadCount
        )
        .checkFits(.draft, ignoring: options.ignoresMemory)
        try JobFolder.prepare(request.folder, recipe: recipe)
        var writer = try request.output.map {
            try ClipWriter($0, size: recipe.lr.size, fps: recipe.fps, threadCount: model.parallel.threadCount)
        }
        defer { writer?.cancel() }
        let (executor, decoder) = try job.stage(.load) { (try model.transformer(), try model.decoder()) }
        let embeddings = try job.stage(.text) { try model.encode([recipe.prompt, recipe.negative], stop: job.stop) }
        let weights = try model.weightsSHA256(cache: options.cacheFolder)
        let passes = PassBuilder(model: model, recipe: recipe)
        let grid = passes.grid(recipe.lr.size)
        let colors = LatentColorStore(cache: options.cacheFolder)
        let colorKey = weights
        let schedule = try passes.schedule(recipe.lr, grid: grid)
        let latent = try job.stage(.lr, parts: schedule.stepCount) {
            let map = request.wantsPreviews ? colors.load(colorKey) : nil
            var random = RandomSource(seed: UInt64(recipe.seed))
            let stage = passes.denoise(
                .lr, executor: executor, settings: recipe.lr, grid: grid, schedule: schedule, positive: embeddings[0],
                negative: embeddings[1], injections: [], folder: request.folder,
                key: passes.stateKey(recipe.lr, kind: "draft", weights: weights),
                showEstimate: map.map { map in
                    { job.emit(.preview(Preview(look: .map, frames: map.frames($0, grid: grid), fps: recipe.fps / 8))) }
                })
            return try stage.run(
                from: random.normal(count: grid.tokenCount * executor.configuration.inputChannels), job: job)
        }
        try DraftFile(
            recipe: recipe, latent: latent, tokenCount: grid.tokenCount, positive: embeddings[0],
            negative: embeddings[1], weightsSHA256: weights
        ).write(in: request.folder)
        let frames = try job.stage(.decode, parts: recipe.frames) {
            var frames: [VideoFrame] = []
            try DecodeStage(
                decoder: decoder, grid: grid, frameCount: recipe.frames, size: recipe.lr.size, seed: recipe.seed
            )
            .run(latent, job: job) { frames.append($0) }
            return frames
        }
        if request.wantsPreviews {
            job.emit(.preview(Preview(look: .decoded, frames: frames, fps: recipe.fps)))
            if colors.load(colorKey) == nil, let map = LatentColors(latent: latent, grid: grid, frames: frames) {
                colors.save(map, colorKey)
            }
        }
        try job.stage(.encode, parts: frames.count) {
            try JobFolder.keepClip(
                frames, recipe: recipe, folder: request.folder, threadCount: model.parallel.threadCount)
            for (index, frame) in frames.enumerated() {
                try job.checkCancellation()
                try writer?.append(frame)
                job.emit(.partsFinished(.encode, parts: index + 1, count: frames.count))
            }
            if let bytes = try writer?.finish(), let file = request.output?.file {
                job.emit(.outputWritten(file, bytes: bytes))
            }
        }
        writer = nil
        SamplerState.remove(in: request.folder)
        job.emit(
            .finished(
                GenerationResult(
                    kind: .draft, recipe: recipe, weightsSHA256: weights, latentSHA256: LatentDigest.sha256(latent),
                    steps: job.steps, stageSeconds: job.stageSeconds, seconds: job.seconds, file: request.output?.file,
                    peakBytes: ProcessStatus.peakBytes)))
    }
}
