import Generation
import StudioCore

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

    var fields: [(key: String, value: JSONValue)] {
        [
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
        ]
    }
}
