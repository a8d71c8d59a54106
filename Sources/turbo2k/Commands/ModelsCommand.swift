import ArgumentParser
import Generation
import StudioCore

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "What is installed, what is in it, and what a job will need.",
        subcommands: [Plan.self])
}

extension ModelsCommand {
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
            let plan = try await service.plan(recipe)
            let estimator = try workplace.history().estimator(
                for: recipe, criticalTokens: TimeEstimator.criticalTokens(plan))
            let text = PlanText(
                recipe: recipe, plan: plan, draft: estimator.job(recipe, kind: .draft).total,
                commit: estimator.job(recipe, kind: .commit).total)
            if report.json { Output.result(text.json.text) } else { text.lines.forEach(Output.result) }
            guard plan.peakBytes <= plan.availableBytes else {
                throw GenerationError.notEnoughMemory(
                    "This job needs about \(ByteText.short(plan.peakBytes)), "
                        + "\(ByteText.short(plan.availableBytes)) is available; choose a smaller --size or fewer --frames.",
                    neededBytes: plan.peakBytes, availableBytes: plan.availableBytes)
            }
        }
    }
}

/// A plan for people and as JSON.
struct PlanText {
    var recipe: Recipe
    var plan: GenerationPlan
    var draft: TimeEstimate?
    var commit: TimeEstimate?

    var lines: [String] {
        let padded = RecipeText.padded
        var lines = [
            padded("draft") + "\(recipe.lr.size), \(recipe.frames) frames, \(plan.lrTokens) tokens, \(time(draft))",
            padded("commit") + "\(recipe.hr.size), \(recipe.frames) frames, \(plan.hrTokens) tokens, \(time(commit))",
        ]
        let largest = plan.peakBytes
        for stage in plan.stages {
            let mark = stage.bytes == largest ? "  <- the largest" : ""
            lines.append(padded(stage.stage.rawValue) + ByteText.short(stage.bytes) + mark)
            for term in stage.terms where term.bytes > 0 {
                lines.append(padded("") + "  \(ByteText.short(term.bytes)) \(TextCleaning.oneLine(term.name))")
            }
        }
        let state =
            largest <= plan.availableBytes / 10 * 9 ? "ok" : (largest <= plan.availableBytes ? "tight" : "too large")
        lines.append(
            padded("memory") + "\(ByteText.short(largest)) of \(ByteText.short(plan.availableBytes)): \(state)")
        return lines
    }

    private func time(_ estimate: TimeEstimate?) -> String {
        guard let estimate else { return "time not known yet" }
        let about = estimate.runs < 3 ? "about " : ""
        let range = "\(DurationText.short(estimate.low)) to \(DurationText.short(estimate.high))"
        return "\(about)\(DurationText.short(estimate.seconds)) (\(range))"
    }

    var json: JSONValue {
        .object([
            ("event", "plan"), ("model", .string(recipe.model)), ("lr_tokens", .integer(plan.lrTokens)),
            ("hr_tokens", .integer(plan.hrTokens)), ("lr_flops_per_call", .number(plan.lrFlopsPerCall)),
            ("hr_flops_per_call", .number(plan.hrFlopsPerCall)), ("needed_bytes", .integer(plan.peakBytes)),
            ("available_bytes", .integer(plan.availableBytes)), ("draft_seconds", JSONValue(draft?.seconds)),
            ("commit_seconds", JSONValue(commit?.seconds)),
            (
                "stages",
                .array(
                    plan.stages.map { stage in
                        .object([
                            ("name", .string(stage.stage.rawValue)), ("bytes", .integer(stage.bytes)),
                            (
                                "terms",
                                .array(
                                    stage.terms.map { term in
                                        .object([("name", .string(term.name)), ("bytes", .integer(term.bytes))])
                                    })
                            ),
                        ])
                    })
            ),
        ])
    }
}
