import Generation
import StudioCore

/// A recipe for people and for the shell.
enum RecipeText {
    static func lines(_ document: RecipeDocument) -> [String] {
        let recipe = document.recipe
        let partial = document.partial.map { "the estimate after step \($0.done) of \($0.count)" }
        var rows: [(name: String, value: String?)] = [
            ("kind", document.kind.rawValue), ("partial", partial),
            ("prompt", recipe.prompt.isEmpty ? "(left out)" : TextCleaning.oneLine(recipe.prompt)),
            ("negative", recipe.negative.isEmpty ? nil : TextCleaning.oneLine(recipe.negative)),
            ("seed", String(recipe.seed)),
            ("frames", "\(recipe.frames) at \(number(recipe.fps)) per second"),
            ("draft", pass(recipe.lr)),
        ]
        if document.kind == .commit { rows.append(("commit", pass(recipe.hr))) }
        rows += [
            ("model", recipe.model), ("weights", document.weightsSHA256.map { String($0.prefix(16)) }),
            ("precision", document.precisionText), ("preset", document.preset),
            ("made", document.made.map(HistoryDate.text)), ("took", document.seconds.map(DurationText.short)),
            ("program", document.program.isEmpty ? nil : document.program),
        ]
        return rows.compactMap { row in row.value.map { padded(row.name) + $0 } }
    }

    static func padded(_ name: String) -> String {
        name + String(repeating: " ", count: max(11 - name.count, 1))
    }

    private static func pass(_ pass: PassSettings) -> String {
        var text = "\(pass.size), \(pass.steps) steps, guidance \(pass.guidance)"
        if let interval = pass.guidanceInterval { text += " from \(interval.lowest) to \(interval.highest)" }
        if let shift = pass.shift { text += ", shift \(shift)" }
        if let coverage = pass.coverage { text += ", coverage \(coverage)" }
        if let cache = pass.stepCache { text += ", step cache \(cache)" }
        return text
    }

    /// What both passes leave out, as names and values of options.
    static func savings(_ recipe: Recipe) -> [(name: String, value: String)] {
        func options(_ pass: PassSettings, _ prefix: String) -> [(name: String, value: String)] {
            [
                ("coverage", pass.coverage.map { "\($0)" }), ("step-cache", pass.stepCache.map { "\($0)" }),
                ("guidance-interval", pass.guidanceInterval.map(\.description)),
            ].compactMap { name, value in value.map { (prefix + name, $0) } }
        }
        return options(recipe.lr, "") + options(recipe.hr, "hr-")
    }

    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(value)
    }

    /// Options of this program that ask for the same clip, quoted for a shell and for xargs.
    static func arguments(_ recipe: Recipe) -> String {
        // Without a preset: what the recipe does not have must not come from one.
        var words = [
            "--preset", RecipeOptions.noPreset, "--model", quoted(recipe.model), "--seed", String(recipe.seed),
            "--size", "\(recipe.hr.size)",
            "--lr-size", "\(recipe.lr.size)", "--frames", String(recipe.frames), "--fps", number(recipe.fps),
            "--steps", String(recipe.lr.steps), "--hr-steps", String(recipe.hr.steps),
            "--guidance", "\(recipe.lr.guidance)", "--hr-guidance", "\(recipe.hr.guidance)",
        ]
        if let shift = recipe.lr.shift { words += ["--shift", "\(shift)"] }
        if let shift = recipe.hr.shift { words += ["--hr-shift", "\(shift)"] }
        for (name, value) in savings(recipe) { words += ["--" + name, value] }
        words += sampler(recipe.lr, "--") + sampler(recipe.hr, "--hr-")
        if recipe.precision != nil { words += ["--precision", PrecisionName.text(recipe.precision)] }
        words += ["--negative", quoted(recipe.negative)]
        let prompt = TextCleaning.oneLine(recipe.prompt)
        // "@" and "-" alone would be taken for a file and for standard input.
        let isSpecial = prompt.hasPrefix("@") || prompt == "-"
        return (words + ["--", quoted(isSpecial ? " " + prompt : prompt)]).joined(separator: " ")
    }

    private static func sampler(_ pass: PassSettings, _ prefix: String) -> [String] {
        let values: [(name: String, value: String?)] = [
            ("stg", pass.stg.map { "\($0)" }),
            ("stg-blocks", pass.stgBlocks.map { $0.map(String.init).joined(separator: ",") }),
            ("stg-mode", pass.stgModeName),
            ("rescale", pass.rescale.map { "\($0)" }),
            ("timesteps", pass.timesteps.map { $0.map { "\($0)" }.joined(separator: ",") }),
        ]
        let words = values.flatMap { name, value in value.map { [prefix + name, $0] } ?? [] }
        return words + (pass.isStochastic == true ? [prefix + "stochastic"] : [])
    }

    private static func quoted(_ text: String) -> String {
        "'" + TextCleaning.oneLine(text).replacing("'", with: "'\\''") + "'"
    }
}
