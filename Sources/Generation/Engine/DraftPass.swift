import Diffusion
import Foundation
import Kernels
import Models

/// Prompt to a clean latent: text, LR steps.
struct DraftPass {
    /// As it runs: see ``checked(_:_:_:)``.
    let recipe: Recipe
    let model: LoadedModel
    let weights: String
    /// Where the state is kept between steps.
    let stateFolder: URL
    let takesOtherState: Bool
    /// Shows the estimates; nil until a few drafts have taught it.
    let colors: LatentColors?
    let wantsPreviews: Bool

    /// The recipe as it will run, once everything that can be refused before the start was looked at.
    static func checked(
        _ recipe: Recipe, _ model: LoadedModel, _ options: GenerationEngine.Options, margin: Double,
        ignoresMemory: Bool = false
    ) throws -> Recipe {
        var recipe = recipe
        try RecipeCheck(model.shapes).check(recipe)
        recipe.precision = model.precision
        try model.requireTextEncoder()
        try MemoryPlan(
            shapes: model.shapes, recipe: recipe, precision: model.precision, threadCount: model.parallel.threadCount,
            availableBytes: options.availableBytes, margin: margin
        ).checkFits(.draft, ignoring: options.ignoresMemory || ignoresMemory)
        return recipe
    }

    func run(_ executor: VideoTransformerExecutor, _ job: JobContext) throws -> DraftFile {
        let embeddings = try job.stage(.text) {
            try model.encode([recipe.prompt, recipe.negative], stop: job.stop) { job.emit(.stageCached(.text)) }
        }
        let prompts = (positive: embeddings[0], negative: embeddings[1])
        let passes = PassBuilder(model: model, recipe: recipe)
        let grid = passes.grid(recipe.lr.size)
        let schedule = try model.shapes.schedule(.lr, recipe.lr, grid: grid)
        let latent = try job.stage(.lr, parts: schedule.stepCount) {
            var random = RandomSource(seed: UInt64(recipe.seed))
            let noise = random.normal(count: grid.tokenCount * executor.configuration.inputChannels)
            return try passes.denoise(
                .lr, executor: executor, settings: recipe.lr, grid: grid, schedule: schedule, random: random,
                prompts: prompts,
                state: passes.statePlace(
                    stateFolder, recipe.lr, kind: "draft", weights: weights, takesOther: takesOtherState),
                preview: wantsPreviews ? passes.preview(colors, grid: grid, size: recipe.lr.size, job: job) : nil
            ).run(from: noise, job: job)
        }
        return DraftFile(
            recipe: recipe, latent: latent, tokenCount: grid.tokenCount, positive: prompts.positive,
            negative: prompts.negative, weightsSHA256: weights)
    }
}
