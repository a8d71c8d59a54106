import ArgumentParser
import Generation
import StudioCore

/// What published models want of their sampler, for either pass.
struct SamplerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Spatio-temporal guidance of the draft; 0 is off.", valueName: "scale"))
    var stg: Float?

    @Option(help: ArgumentHelp("Blocks that it weakens, from 0, such as 14,19.", valueName: "numbers"))
    var stgBlocks: String?

    @Option(help: ArgumentHelp("How it weakens them: \(Self.modes).", valueName: "name"))
    var stgMode: String?

    @Option(help: ArgumentHelp("How far it brings the draft's contrast back, 0 to 1.", valueName: "share"))
    var rescale: Float?

    @Option(help: ArgumentHelp("Noise levels of the draft, one for each step, such as 1,0.7,0.4.", valueName: "levels"))
    var timesteps: String?

    @Flag(help: "Noise the draft's estimate anew after each step.")
    var stochastic = false

    @Option(help: ArgumentHelp("Spatio-temporal guidance of the commit; 0 is off.", valueName: "scale"))
    var hrStg: Float?

    @Option(help: ArgumentHelp("Blocks that it weakens, from 0.", valueName: "numbers"))
    var hrStgBlocks: String?

    @Option(help: ArgumentHelp("How it weakens them, as --stg-mode.", valueName: "name"))
    var hrStgMode: String?

    @Option(help: ArgumentHelp("How far it brings the commit's contrast back, 0 to 1.", valueName: "share"))
    var hrRescale: Float?

    @Option(help: ArgumentHelp("Noise levels of the commit, one for each step.", valueName: "levels"))
    var hrTimesteps: String?

    @Flag(help: "Noise the commit's estimate anew after each step.")
    var hrStochastic = false

    private static let modes = PassSettings.stgModeNames.joined(separator: ", ")

    /// - Throws: ``GenerationError/badValue(_:)``.
    func apply(draft: inout PassSettings, commit: inout PassSettings) throws {
        try Self.apply(&draft, "--", stg, stgBlocks, stgMode, rescale, timesteps, stochastic)
        try Self.apply(&commit, "--hr-", hrStg, hrStgBlocks, hrStgMode, hrRescale, hrTimesteps, hrStochastic)
    }

    private static func apply(
        _ pass: inout PassSettings, _ prefix: String, _ stg: Float?, _ blocks: String?, _ mode: String?,
        _ rescale: Float?, _ timesteps: String?, _ isStochastic: Bool
    ) throws {
        if let stg { pass.stg = try Values.inRange(stg, RecipeLimits.guidance, prefix + "stg") }
        if let blocks {
            pass.stgBlocks = try numbers(blocks, prefix + "stg-blocks").map { (block: Int) in
                try Values.inRange(block, RecipeLimits.blocks, prefix + "stg-blocks")
            }
        }
        if let mode {
            guard PassSettings.stgModeNames.contains(mode) else {
                let shown = TextCleaning.shortened(mode, to: 40)
                throw GenerationError.badValue("\(prefix)stg-mode must be one of \(modes), is \"\(shown)\".")
            }
            pass.stgModeName = mode
        }
        if let rescale { pass.rescale = try Values.inRange(rescale, 0...1, prefix + "rescale") }
        if isStochastic { pass.isStochastic = true }
        guard let timesteps else { return }
        let levels = try numbers(timesteps, prefix + "timesteps").map { (level: Float) in
            try Values.inRange(level, 0...1, prefix + "timesteps")
        }
        guard levels.count == pass.steps else {
            throw GenerationError.badValue(
                "\(prefix)timesteps must be as many as there are steps, \(pass.steps), are \(levels.count).")
        }
        pass.timesteps = levels
    }

    private static func numbers<Number: LosslessStringConvertible>(_ text: String, _ name: String) throws -> [Number] {
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let numbers = words.compactMap { Number($0) }
        guard numbers.count == words.count else {
            let shown = TextCleaning.shortened(text, to: 40)
            throw GenerationError.badValue("\(name) must be numbers with commas between them, is \"\(shown)\".")
        }
        return numbers
    }
}
