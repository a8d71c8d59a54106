package import Generation
package import StudioCore

/// The values of the form: a preset, changed by hand.
package struct ParametersForm: Sendable, Equatable {
    /// Which seed a draft gets.
    package enum SeedMode: String, Sendable, Equatable, Codable {
        /// A new one for each draft.
        case random
        /// The one on the screen.
        case locked
        /// The one after those of the draft before.
        case next
    }

    package internal(set) var values: ResolvedPreset
    /// The preset as it was applied: what `*` is measured against.
    package private(set) var base: ResolvedPreset
    package private(set) var seed: UInt32
    package private(set) var seedMode = SeedMode.random
    /// The draft whose seed this is.
    package private(set) var seedDraft: Int?
    /// Seeds from `seed` on that drafts have had since it was chosen.
    private(set) var usedSeeds: UInt32 = 0
    /// Several values in place of one.
    package internal(set) var sweeps = Sweeps()
    /// What output files tell about how they were made.
    package var metadata: Settings.Metadata
    /// Models to choose from.
    package var models: [String] = []

    package init(_ preset: ResolvedPreset, seed: UInt32, metadata: Settings.Metadata = .full) {
        values = preset
        base = preset
        self.seed = seed
        self.metadata = metadata
    }

    /// The form as it was left in an earlier session.
    package mutating func restore(_ saved: SavedForm, over preset: ResolvedPreset) {
        values = saved.values(over: preset)
        base = preset
        metadata = saved.metadata
        sweeps = saved.sweeps
        (seed, seedMode, seedDraft, usedSeeds) = (saved.seed, saved.seedMode, saved.seedDraft, saved.usedSeeds)
    }

    package var isSeedLocked: Bool { seedMode == .locked }

    package mutating func apply(_ preset: ResolvedPreset) {
        values = preset
        base = preset
        sweeps = Sweeps()
    }

    /// Clips have another folder and name unless somebody chose otherwise by hand.
    package mutating func moveOutput(folder: String, name: String) {
        if values.output.folder == base.output.folder { values.output.folder = folder }
        if values.output.name == base.output.name { values.output.name = name }
        (base.output.folder, base.output.name) = (folder, name)
    }

    package mutating func notePresetRenamed(_ name: String, to newName: String) {
        if values.name == name { values.name = newName }
        if base.name == name { base.name = newName }
    }

    /// Takes every value of a recipe; the preset stays the one measured against.
    package mutating func load(_ recipe: Recipe, draft: Int?) {
        values.lr = recipe.lr
        values.hr = recipe.hr
        values.frames = recipe.frames
        values.fps = recipe.fps
        values.model = recipe.model
        values.precision = recipe.precision
        values.promptTail = ""
        sweeps = Sweeps()
        lockSeed(recipe.seed, draft: draft)
    }

    package func recipe(prompt: String, negative: String) -> Recipe {
        var recipe = values.recipe(prompt: prompt, seed: seed)
        recipe.negative = negative.isEmpty ? values.negative : negative
        return recipe
    }

    // MARK: The seed

    package mutating func lockSeed(_ seed: UInt32, draft: Int?) {
        self.seed = seed
        seedDraft = draft
        setSeedMode(.locked)
    }

    /// Listed seeds give way to the new mode.
    package mutating func setSeedMode(_ mode: SeedMode) {
        if mode != .locked { seedDraft = nil }
        seedMode = mode
        sweeps.seeds = []
        usedSeeds = 0
    }

    /// The seed of the drafts that are made now: shown, so that the one on the screen is always the one in use.
    package mutating func drawSeed(using generator: inout some RandomNumberGenerator) {
        switch seedMode {
        case .random: seed = UInt32.random(in: 0...UInt32.max, using: &generator)
        case .next: seed &+= usedSeeds
        case .locked: break
        }
        usedSeeds = UInt32(max(sweeps.count, 1))
    }

    /// How the next seed comes about; empty for a listed one.
    package var seedNote: String {
        guard sweeps.seeds.isEmpty else { return "\(sweeps.seeds.count) seeds" }
        switch seedMode {
        case .random: return "new for each draft"
        case .next: return "next for each draft"
        case .locked: return seedDraft.map { "locked to draft \($0)" } ?? "locked"
        }
    }
}
