import ArgumentParser
import Generation
import StudioCore

struct DraftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft",
        abstract: "Make a draft: the low-resolution pass. Prints the draft's number.")

    @Argument(help: "What the clip shows; \"-\" reads standard input, \"@FILE\" a file.")
    var prompt: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Also write the draft's clip.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Make several drafts, with seeds n, n+1, ...", valueName: "number"))
    var count = 1

    @OptionGroup var recipe: RecipeOptions
    @OptionGroup var engine: EngineOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        report.apply()
        guard (1...1000).contains(count) else {
            throw GenerationError.badValue("--count must be 1 to 1000, is \(count).")
        }
        guard output == nil || count == 1 else {
            throw GenerationError.badValue("-o names one file; leave it out with --count \(count).")
        }
        let workplace = Workplace()
        let preset = try recipe.resolve(workplace.presets(), defaultPreset: workplace.settings.preset)
        let words = try PromptText.read(prompt)
        let seed = try recipe.seedValue()
        try RecipeLimits.check(preset.recipe(prompt: words, seed: seed))
        var session = try await JobSession(workplace, engine: engine)
        for index in 0..<count {
            let one = preset.recipe(prompt: words, seed: seed &+ UInt32(index))
            let file = output.map { JobOutput(file: workplace.paths.expanding($0), crf: preset.output.crf) }
            let job = try await session.jobs.draft(one, preset: preset.name, output: file, wantsPreviews: false)
            _ = try await session.follow(job)
            if !report.json { Output.result(String(job.id)) }
        }
    }
}
