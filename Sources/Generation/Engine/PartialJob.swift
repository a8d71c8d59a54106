import Diffusion
import Foundation
import Kernels
import Models

/// What a stopped job has, as a clip: the estimate in its saved state, decoded.
struct PartialJob {
    let request: PartialRequest
    let model: LoadedModel
    let options: GenerationEngine.Options

    /// An estimate of the clean latent, and after how many steps it was made.
    private struct Estimate {
        var latent: [Float]
        var steps: StepsDone
        var weightsSHA256: String
    }

    private var pass: Pass { request.kind == .draft ? .lr : .hr }
    private var settings: PassSettings { pass == .lr ? request.recipe.lr : request.recipe.hr }

    /// - Throws: ``GenerationError`` or `CancellationError`.
    func run(_ job: JobContext) throws {
        let estimate = try estimate()
        var recipe = request.recipe
        recipe.precision = model.precision
        let grid = PassBuilder(model: model, recipe: recipe).grid(settings.size)
        guard estimate.latent.count == grid.tokenCount * model.shapes.autoencoderConfiguration.latentChannels else {
            throw GenerationError.badDraft("The saved state does not fit the job's recipe, so nothing can be written.")
        }
        let writer = try ClipWriter(
            request.output, size: settings.size,
            origin: ClipOrigin(recipe: recipe, weightsSHA256: estimate.weightsSHA256, partial: estimate.steps),
            threadCount: model.parallel.threadCount)
        defer { writer.cancel() }
        let decoder = try job.stage(.load) {
            try checkWeights(estimate)
            return try model.decoder()
        }
        try ClipStage(
            decoder: decoder, grid: grid, recipe: recipe, size: settings.size, file: request.output.file,
            wantsPreviews: request.wantsPreviews
        ).run(estimate.latent, writer, job)
        job.emit(
            .finished(
                GenerationResult(
                    kind: request.kind, recipe: recipe, weightsSHA256: estimate.weightsSHA256,
                    latentSHA256: LatentDigest.sha256(estimate.latent), steps: [], stageSeconds: job.stageSeconds,
                    seconds: job.seconds, file: request.output.file, partial: estimate.steps,
                    peakBytes: ProcessMemory.peakBytes)))
    }

    private func estimate() throws -> Estimate {
        // A draft that was stopped behind its last step has its latent.
        if request.kind == .draft, DraftFolder.hasLatent(request.folder) {
            let draft = try DraftFile.read(in: request.folder)
            return Estimate(
                latent: draft.latent, steps: StepsDone(done: settings.steps, of: settings.steps),
                weightsSHA256: draft.weightsSHA256)
        }
        guard let state = SamplerState.read(in: request.folder), state.pass == pass, state.estimatedStep > 0
        else {
            throw GenerationError.badValue("No step of this job is saved yet, so there is nothing to write.")
        }
        // Behind the last step the latent itself is clean.
        let isFinished = state.step >= state.stepCount
        guard let latent = isFinished ? state.latent : state.estimate, latent.allSatisfy(\.isFinite) else {
            throw GenerationError.badDraft("The saved state holds no estimate that can be shown; let the job go on.")
        }
        return Estimate(
            latent: latent, steps: StepsDone(done: state.estimatedStep, of: state.stepCount),
            weightsSHA256: state.origin.weightsSHA256)
    }

    private func checkWeights(_ estimate: Estimate) throws {
        guard try model.weightsSHA256(cache: options.cacheFolder) == estimate.weightsSHA256 else {
            throw GenerationError.badDraft(
                "The weights of \(model.model.name.printable) have changed since this job was stopped, so what it has "
                    + "cannot be decoded.")
        }
    }
}
