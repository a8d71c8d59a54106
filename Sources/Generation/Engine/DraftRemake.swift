import Foundation

/// Makes a draft's latent and text embedding again, for a commit of a draft that was cleaned away.
struct DraftRemake {
    let request: CommitRequest
    let options: GenerationEngine.Options

    /// The draft's own recipe; nil where nobody knows it.
    var recipe: Recipe? { JobFolder.recipe(in: request.draftFolder) ?? request.knownDraft?.recipe }

    /// Runs the draft's pass and keeps what it makes where it was.
    ///
    /// - Throws: ``GenerationError`` or `CancellationError`; the commit's folder then has the state of the last step.
    func run(_ recipe: Recipe, _ model: LoadedModel, _ job: JobContext) throws -> DraftFile {
        let recipe = try DraftPass.checked(
            recipe, model, options, margin: request.memoryMargin, ignoresMemory: request.ignoresMemory)
        try JobFolder.prepare(request.folder, recipe: recipe)
        let (executor, weights) = try job.stage(.load) {
            let weights = try model.weightsSHA256(cache: options.cacheFolder)
            try checkWeights(weights, model)
            return (try model.transformer(), weights)
        }
        let draft = try DraftPass(
            recipe: recipe, model: model, weights: weights, stateFolder: request.folder,
            takesOtherState: request.takesOtherState,
            colors: request.wantsPreviews
                ? LatentColorStore(cache: options.cacheFolder, key: weights).load() : nil,
            wantsPreviews: request.wantsPreviews
        ).run(executor, job)
        try JobFolder.prepare(request.draftFolder, recipe: recipe)
        try draft.write(in: request.draftFolder)
        SamplerState.remove(in: request.folder)
        if let known = request.knownDraft?.latentSHA256, known != LatentDigest.sha256(draft.latent) {
            job.emit(
                .noted(
                    "The draft's latent was made again, and it differs from the first: another version of the program or "
                        + "another CPU made that. The commit follows the new one."))
        }
        return draft
    }

    private func checkWeights(_ weights: String, _ model: LoadedModel) throws {
        guard let known = request.knownDraft?.weightsSHA256, known != weights else { return }
        throw GenerationError.badDraft(
            "The draft's latent was cleaned away, and the weights of \(model.model.name.printable) have changed since, so "
                + "it cannot be made again. Make the draft again.")
    }
}
