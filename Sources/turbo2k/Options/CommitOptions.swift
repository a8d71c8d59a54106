import ArgumentParser
import Generation
import StudioCore

/// The settings of a commit: the same words wherever one is asked for.
struct CommitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The committed clip's size, multiples of 32.", valueName: "WxH"))
    var size: String?

    @Option(help: ArgumentHelp("Steps of the commit, 1 to 100.", valueName: "count"))
    var hrSteps: Int?

    @Option(help: ArgumentHelp("Guidance of the commit; 1 is off.", valueName: "scale"))
    var hrGuidance: Float?

    @Option(help: ArgumentHelp("Time shift of the commit's noise levels.", valueName: "factor"))
    var hrShift: Float?

    @OptionGroup var savings: CommitSavingOptions

    /// - Throws: ``GenerationError/badValue(_:)`` naming the nearest value that can be used.
    func apply(to pass: inout PassSettings) throws {
        if let size { pass.size = try Values.size(size, "--size") }
        if let hrSteps { try Values.setSteps(hrSteps, "--hr-steps", of: &pass) }
        if let hrGuidance { pass.guidance = try Values.inRange(hrGuidance, RecipeLimits.guidance, "--hr-guidance") }
        if let hrShift { pass.shift = try Values.inRange(hrShift, RecipeLimits.shift, "--hr-shift") }
        try savings.apply(to: &pass)
    }

    /// Puts what was given, checked in `resolved`, into a preset.
    func copyGiven(from resolved: PassSettings, into values: inout Preset.PassValues) {
        if hrSteps != nil { values.steps = resolved.steps }
        if hrGuidance != nil { values.guidance = resolved.guidance }
        if hrShift != nil { values.shift = resolved.shift }
        savings.copyGiven(from: resolved, into: &values)
    }
}
