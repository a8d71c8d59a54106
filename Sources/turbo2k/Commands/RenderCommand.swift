import ArgumentParser
import Foundation
import Generation
import StudioCore

struct RenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Make a draft and commit it at once. Prints the clip's path.")

    @Argument(help: "What the clip shows; \"-\" reads standard input, \"@FILE\" a file.")
    var prompt: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The clip's file; its ending chooses the format.", valueName: "file"))
    var output: String?

    @OptionGroup var recipe: RecipeOptions
    @OptionGroup var engine: EngineOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        report.apply()
        let workplace = Workplace()
        let preset = try recipe.resolve(workplace.presets(), defaultPreset: workplace.settings.preset)
        let recipe = preset.recipe(prompt: try PromptText.read(prompt), seed: try recipe.seedValue())
        try RecipeLimits.check(recipe)
        // A name that cannot be written is found out before the draft, not after it.
        if let output { try OutputTarget.check(workplace.paths.expanding(output)) }
        var session = try await JobSession(workplace, engine: engine)
        let draft = try await session.jobs.draft(recipe, preset: preset.name, wantsPreviews: false)
        _ = try await session.follow(draft)
        let file = try session.outputFile(
            output, preset: preset.output, recipe: recipe, kind: .commit, job: draft.id)
        let commit = try await session.jobs.commit(
            draft: draft.id, output: JobOutput(file: file, crf: preset.output.crf), wantsPreviews: false)
        let result = try await session.follow(commit)
        if !report.json { Output.result((result.file ?? file).path(percentEncoded: false)) }
    }
}
