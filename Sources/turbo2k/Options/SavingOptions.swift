import ArgumentParser
import Generation
import StudioCore

/// What a draft may leave out to be faster.
struct DraftSavingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Share of the draft's attention that is kept, 0 to 1; 1 is all.", valueName: "share"))
    var coverage: Float?

    @Option(
        help: ArgumentHelp(
            "Draft steps whose input changed by less than this reuse earlier blocks, 0 to 1; 0 is off.",
            valueName: "change"))
    var stepCache: Float?

    @Option(
        help: ArgumentHelp(
            "Noise levels at which the draft's guidance is on, such as 0.2,0.9; 0,1 is all.", valueName: "low,high"))
    var guidanceInterval: String?

    /// - Throws: ``GenerationError/badValue(_:)``.
    func apply(to pass: inout PassSettings) throws {
        try Savings(coverage, "--coverage", stepCache, "--step-cache", guidanceInterval, "--guidance-interval")
            .apply(to: &pass)
    }

    /// Puts what was given, checked in `resolved`, into a preset.
    func copyGiven(from resolved: PassSettings, into values: inout Preset.PassValues) {
        if coverage != nil { values.coverage = resolved.coverage }
        if stepCache != nil { values.stepCache = resolved.stepCache }
        if guidanceInterval != nil { values.guidanceInterval = resolved.guidanceInterval }
    }
}

/// What a commit may leave out to be faster.
struct CommitSavingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Share of the commit's attention that is kept, 0 to 1; 1 is all.", valueName: "share"))
    var hrCoverage: Float?

    @Option(
        help: ArgumentHelp(
            "Commit steps whose input changed by less than this reuse earlier blocks, 0 to 1; 0 is off.",
            valueName: "change"))
    var hrStepCache: Float?

    @Option(
        help: ArgumentHelp(
            "Noise levels at which the commit's guidance is on, such as 0.2,0.9; 0,1 is all.", valueName: "low,high"))
    var hrGuidanceInterval: String?

    /// - Throws: ``GenerationError/badValue(_:)``.
    func apply(to pass: inout PassSettings) throws {
        try Savings(
            hrCoverage, "--hr-coverage", hrStepCache, "--hr-step-cache", hrGuidanceInterval, "--hr-guidance-interval"
        ).apply(to: &pass)
    }

    /// Puts what was given, checked in `resolved`, into a preset.
    func copyGiven(from resolved: PassSettings, into values: inout Preset.PassValues) {
        if hrCoverage != nil { values.coverage = resolved.coverage }
        if hrStepCache != nil { values.stepCache = resolved.stepCache }
        if hrGuidanceInterval != nil { values.guidanceInterval = resolved.guidanceInterval }
    }
}

/// The three settings under the names that a pass gives them.
private struct Savings {
    private let coverage: (value: Float?, name: String)
    private let stepCache: (value: Float?, name: String)
    private let interval: (text: String?, name: String)

    init(
        _ coverage: Float?, _ coverageName: String, _ stepCache: Float?, _ stepCacheName: String, _ interval: String?,
        _ intervalName: String
    ) {
        self.coverage = (coverage, coverageName)
        self.stepCache = (stepCache, stepCacheName)
        self.interval = (interval, intervalName)
    }

    func apply(to pass: inout PassSettings) throws {
        if let value = coverage.value {
            pass.coverage = try Values.inRange(value, RecipeLimits.coverage, coverage.name)
        }
        if let value = stepCache.value {
            pass.stepCache = try Values.inRange(value, RecipeLimits.stepCache, stepCache.name)
        }
        guard let text = interval.text else { return }
        guard let levels = NoiseInterval(text) else {
            let shown = TextCleaning.shortened(text, to: 40)
            throw GenerationError.badValue(
                "\(interval.name) must be two noise levels within 0 and 1, the lower one first, such as 0.2,0.9, is "
                    + "\"\(shown)\".")
        }
        pass.guidanceInterval = levels
    }
}
