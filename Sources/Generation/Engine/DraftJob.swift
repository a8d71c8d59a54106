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
        let grid = PassBuilder(model: model, recipe: recipe).grid(recipe.lr.size)
        let colors = LatentColorStore(cache: options.cacheFolder, key: weights)
        let latent: [Float]
        if let kept = keptDraft(recipe, grid, weights) {
            for stage in [Stage.text, .lr] { try job.stage(stage) { job.emit(.stageCached(stage)) } }
            latent = kept.latent
        } else {
            let draft = try DraftPass(
                recipe: recipe, model: model, weights: weights, stateFolder: request.folder,
                takesOtherState: request.takesOtherState, colors: request.wantsPreviews ? colors.load() : nil,
                wantsPreviews: request.wantsPreviews
            ).run(executor, job)
            try draft.write(in: request.folder)
            latent = draft.latent
        }
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
        var recipe = try DraftPass.checked(request.recipe, model, options, margin: request.memoryMargin)
        recipe.model = model.model.reference
        return recipe
    }

    /// What a run of this draft left that ended behind its last step.
    private func keptDraft(_ recipe: Recipe, _ grid: LatentGrid, _ weights: String) -> DraftFile? {
        guard DraftFolder.hasLatent(request.folder), let draft = try? DraftFile.read(in: request.folder),
            draft.recipe == recipe, draft.weightsSHA256 == weights,
            draft.latent.count == grid.tokenCount * model.shapes.autoencoderConfiguration.latentChannels
        else { return nil }
        return draft
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

    /// The output, where one is wanted, and the folder's own clip and stills.
    private func write(
        _ frames: [VideoFrame], _ recipe: Recipe, _ writer: ClipWriter?, weights: String, _ job: JobContext
    ) throws {
        try job.stage(.encode, parts: frames.count) {
            try JobFolder.keepStills(frames, in: request.folder)
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
        var kept = OutputRequest(file: JobFolder.clip(request.folder), crf: 16)
        kept.isOwn = true
        let clip = try clipWriter(kept, recipe, weights: weights)
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
