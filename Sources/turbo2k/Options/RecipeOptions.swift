import ArgumentParser
import Foundation
import Generation
import StudioCore

/// The settings of a clip: the same words in every command.
struct RecipeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A model's name, or the path of its folder.", valueName: "name"),
        completion: .asked(.models))
    var model: String?

    @Option(
        help: ArgumentHelp("Named settings; see \"turbo2k presets list\". none: no preset.", valueName: "name"),
        completion: .asked(.presets))
    var preset: String?

    @Option(help: ArgumentHelp("0 to 4294967295, or \"random\".", valueName: "number"))
    var seed: String?

    @Option(help: ArgumentHelp("The draft's size, multiples of 32.", valueName: "WxH"))
    var lrSize: String?

    @Option(help: ArgumentHelp("Frames of the clip: a multiple of 8, plus 1.", valueName: "count"))
    var frames: Int?

    @Option(help: ArgumentHelp("Frames per second.", valueName: "rate"))
    var fps: Double?

    @Option(help: ArgumentHelp("Steps of the draft, 1 to 100.", valueName: "count"))
    var steps: Int?

    @Option(help: ArgumentHelp("Guidance of the draft; 1 is off.", valueName: "scale"))
    var guidance: Float?

    // Unconditional: a prompt may be empty, and may begin with a dash.
    @Option(parsing: .unconditional, help: ArgumentHelp("What the clip should not show.", valueName: "prompt"))
    var negative: String?

    @Option(help: ArgumentHelp("Time shift of the draft's noise levels.", valueName: "factor"))
    var shift: Float?

    @OptionGroup var draftSavings: DraftSavingOptions
    @OptionGroup var commit: CommitOptions
    @OptionGroup var sampler: SamplerOptions

    @Option(
        help: ArgumentHelp("fp32, bf16 or int8; by default the best this CPU does in hardware.", valueName: "name"),
        completion: .list(PrecisionName.all))
    var precision: String?

    /// Stands for no preset at all: what no option names is off.
    static let noPreset = "none"

    /// The preset with these options over it.
    ///
    /// - Throws: ``GenerationError/badValue(_:)`` naming the nearest value that can be used.
    func resolve(_ library: PresetLibrary, defaultPreset: String) throws -> ResolvedPreset {
        var preset =
            preset == Self.noPreset
            ? ResolvedPreset.bare(model: model) : try library.resolved(preset ?? defaultPreset, model: model)
        if let frames { preset.frames = try Values.frames(frames) }
        if let fps { preset.fps = try Values.inRange(fps, RecipeLimits.fps, "--fps") }
        try applyDraft(to: &preset.lr)
        try commit.apply(to: &preset.hr)
        try sampler.apply(draft: &preset.lr, commit: &preset.hr)
        if let negative { preset.negative = negative }
        if let precision { preset.precision = try PrecisionName.value(precision) }
        try Shape.match(&preset, isSizeGiven: commit.size != nil, isDraftSizeGiven: lrSize != nil)
        return preset
    }

    private func applyDraft(to pass: inout PassSettings) throws {
        if let lrSize { pass.size = try Values.size(lrSize, "--lr-size") }
        if let steps { try Values.setSteps(steps, "--steps", of: &pass) }
        if let guidance { pass.guidance = try Values.inRange(guidance, RecipeLimits.guidance, "--guidance") }
        if let shift { pass.shift = try Values.inRange(shift, RecipeLimits.shift, "--shift") }
        try draftSavings.apply(to: &pass)
    }

    /// The seed asked for, or one drawn now.
    func seedValue() throws -> UInt32 {
        guard let seed, seed != "random" else { return UInt32.random(in: .min ... .max) }
        guard let value = UInt32(seed) else {
            let shown = TextCleaning.shortened(seed, to: 40)
            throw GenerationError.badValue("--seed must be 0 to 4294967295 or \"random\", is \"\(shown)\".")
        }
        return value
    }
}
