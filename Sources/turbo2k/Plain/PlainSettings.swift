import ArgumentParser
import Generation
import StudioCore

/// Prompt and settings of the next draft in plain mode: the words of the command line's options over a preset.
struct PlainSettings {
    var prompt = ""
    /// Option names without dashes, in the order in which they were set.
    private var values: [(name: String, value: String)] = []
    private let library: PresetLibrary
    private let defaultPreset: String

    /// What `set` knows.
    static let names = [
        "preset", "model", "seed", "size", "lr-size", "frames", "fps", "steps", "hr-steps", "guidance", "hr-guidance",
        "negative", "shift", "hr-shift", "coverage", "hr-coverage", "step-cache", "hr-step-cache", "guidance-interval",
        "hr-guidance-interval", "precision",
    ]

    init(_ library: PresetLibrary, defaultPreset: String) {
        self.library = library
        self.defaultPreset = defaultPreset
    }

    /// - Throws: what is wrong with the value; nothing has changed then.
    mutating func set(_ name: String, _ value: String) throws {
        guard Self.names.contains(name) else {
            let advice = NearestName.of(name, in: Self.names).map { " Did you mean \($0)?" } ?? ""
            throw GenerationError.badValue(
                "There is no setting \(TextCleaning.shortened(name, to: 40)).\(advice) There are: "
                    + Self.names.joined(separator: ", ") + ".")
        }
        var changed = self
        changed.values.removeAll { $0.name == name }
        changed.values.append((name, value))
        _ = try changed.resolved()
        self = changed
    }

    /// Everything as a job had it.
    mutating func load(_ recipe: Recipe, preset: String?) {
        prompt = recipe.prompt
        values = [
            ("model", recipe.model), ("seed", String(recipe.seed)), ("size", "\(recipe.hr.size)"),
            ("lr-size", "\(recipe.lr.size)"), ("frames", String(recipe.frames)), ("fps", String(recipe.fps)),
            ("steps", String(recipe.lr.steps)), ("hr-steps", String(recipe.hr.steps)),
            ("guidance", "\(recipe.lr.guidance)"), ("hr-guidance", "\(recipe.hr.guidance)"),
            ("negative", recipe.negative),
        ]
        if let shift = recipe.lr.shift { values.append(("shift", "\(shift)")) }
        if let shift = recipe.hr.shift { values.append(("hr-shift", "\(shift)")) }
        values += RecipeText.savings(recipe)
        if let preset, library.entries.contains(where: { $0.preset.name == preset }) {
            values.append(("preset", preset))
        }
    }

    /// The preset with the settings over it.
    func resolved() throws -> ResolvedPreset {
        try options().resolve(library, defaultPreset: defaultPreset)
    }

    /// The seed of the next draft, drawn now unless one was set.
    func seed() throws -> UInt32 { try options().seedValue() }

    /// For `show`: what was set, else `random`.
    var seedText: String { values.last { $0.name == "seed" }?.value ?? "random" }

    private func options() throws -> RecipeOptions {
        do {
            return try RecipeOptions.parse(values.flatMap { ["--" + $0.name, $0.value] })
        } catch {
            let last = values.last
            throw GenerationError.badValue(
                "\(last?.name ?? "The setting") cannot be \"\(TextCleaning.shortened(last?.value ?? "", to: 40))\".")
        }
    }
}
