import ArgumentParser
import Foundation
import Generation
import StudioCore

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "What is installed, what is in it, and what a job will need.",
        subcommands: [List.self, Inspect.self, Verify.self, Quantize.self, Plan.self],
        defaultSubcommand: List.self)
}

extension ModelsCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the models that can be used by name.")

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let paths = StudioPaths()
            let models = ModelCatalog(userFolder: paths.models).list()
            for model in models {
                let size = ByteText.short(ModelText.bytes(of: model))
                if report.json {
                    Output.object(ModelText.fields(model))
                } else {
                    let name = TextCleaning.oneLine(model.name).padding(toLength: 20, withPad: " ", startingAt: 0)
                    let origin = model.isBundled ? "bundled" : paths.abbreviating(model.folder)
                    Output.result("\(name) \(size.padding(toLength: 10, withPad: " ", startingAt: 0)) \(origin)")
                }
            }
            if models.isEmpty {
                let folder = paths.abbreviating(paths.models)
                throw GenerationError.badModel("No model is installed; put one into \(folder).")
            }
        }
    }

    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what a model is made of.")

        @Argument(help: "A model's name or path.", completion: .asked(.models))
        var model: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let catalog = ModelCatalog(userFolder: StudioPaths().models)
            let description = try catalog.inspect(try catalog.find(model))
            if report.json { return Output.object(ModelText.fields(description)) }
            ModelText.lines(description).forEach(Output.result)
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every tensor of a model and print the files' SHA-256.",
            discussion: "Exits with 3 and names every missing, unexpected or wrongly shaped tensor.")

        @Argument(help: "A model's name or path.", completion: .asked(.models))
        var model: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let catalog = ModelCatalog(userFolder: StudioPaths().models)
            for (file, digest) in try catalog.verify(try catalog.find(model)) {
                let path = file.path(percentEncoded: false)
                if report.json {
                    Output.object([
                        ("event", "file"), ("path", .string(path)), ("sha256", .string(digest)), ("ok", true),
                    ])
                } else {
                    Output.result("\(digest)  \(path)")
                }
            }
        }
    }

    struct Quantize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Quantise a model's transformers once, for all later jobs in int8.",
            discussion: """
                Writes a file for each transformer, beside it, about half the size of bf16 weights. Jobs map it, so that \
                they start without reading it and share its memory. Without it the first job in int8 does the same in \
                the cache folder. A file that does not fit the weights or this CPU any more is left alone and not used.
                """)

        @Argument(help: "A model's name or path.", completion: .asked(.models))
        var model: String

        @Option(
            name: .shortAndLong,
            help: ArgumentHelp("Another folder; jobs look only beside the model.", valueName: "folder"))
        var output: String?

        @Option(help: ArgumentHelp("CPU threads; all by default.", valueName: "count"))
        var threads: Int?

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let workplace = Workplace()
            let catalog = ModelCatalog(userFolder: workplace.paths.models)
            let threadCount = try threads.map { try Values.inRange($0, 1...1024, "--threads") }
            let files = try catalog.quantize(
                try catalog.find(model), to: output.map { URL(filePath: $0) }, cacheFolder: workplace.paths.cache,
                threadCount: threadCount ?? workplace.settings.threads ?? Machine.current.coreCount)
            for file in files {
                let path = file.path(percentEncoded: false)
                report.json
                    ? Output.object([("event", "file"), ("path", .string(path))])
                    : Output.result(TextCleaning.oneLine(path))
            }
        }
    }

    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Memory and time of a job, without starting it.",
            discussion: "Exits with 4 where the job needs more memory than is available.")

        @Argument(help: "What the clip would show; changes nothing.")
        var prompt: String?

        @OptionGroup var recipe: RecipeOptions
        @OptionGroup var engine: EngineOptions
        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let workplace = Workplace()
            let preset = try recipe.resolve(workplace.presets(), defaultPreset: workplace.settings.preset)
            let recipe = preset.recipe(prompt: prompt ?? "a plan", seed: try recipe.seedValue())
            try RecipeLimits.check(recipe)
            let service = try EngineFactory.make(engine, paths: workplace.paths, settings: workplace.settings)
            let history = try workplace.history()
            let margin = try history.memoryMargin().factor
            let plan = try await service.plan(recipe).multiplied(by: margin)
            let estimator = try history.estimator(for: recipe, plan: plan)
            let text = PlanText(
                recipe: recipe, plan: plan, draft: estimator.job(recipe, kind: .draft).total,
                commit: estimator.job(recipe, kind: .commit).total)
            if report.json { Output.object(text.fields) } else { text.lines.forEach(Output.result) }
            guard plan.peakBytes <= plan.availableBytes else {
                let fitting = await FittingOptions(recipe: recipe, service: service, margin: margin).words()
                let advice =
                    fitting.isEmpty
                    ? "close other programs, or take another model"
                    : "it fits with \(fitting.joined(separator: " or "))"
                throw GenerationError.notEnoughMemory(
                    "This job needs about \(ByteText.short(plan.peakBytes)), "
                        + "\(ByteText.short(plan.availableBytes)) is available; \(advice).",
                    neededBytes: plan.peakBytes, availableBytes: plan.availableBytes, suggestions: fitting)
            }
        }
    }
}
