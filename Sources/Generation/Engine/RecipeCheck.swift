import Diffusion
import Models

/// What a model can make of a recipe. Each refusal names a value that works.
struct RecipeCheck {
    let autoencoder: VideoAutoencoderConfiguration
    /// Blocks of the transformers.
    let layerCount: Int

    /// More is no description any more; the model reads 256 tokens.
    private static let promptLimit = 100_000
    private static let frameLimit = 4097
    private static let sideLimit = 8192

    init(_ shapes: ModelShapes) {
        autoencoder = shapes.autoencoderConfiguration
        layerCount = shapes.transformerConfiguration.layerCount
    }

    /// Everything that must hold before a job starts.
    ///
    /// - Throws: ``GenerationError/badValue(_:)``.
    func check(_ recipe: Recipe) throws {
        guard !recipe.prompt.allSatisfy(\.isWhitespace) else {
            throw GenerationError.badValue("The prompt is empty; describe what the clip shows.")
        }
        try checkSettings(recipe)
    }

    /// What a plan needs too: it does not ask what the clip shows.
    ///
    /// - Throws: ``GenerationError/badValue(_:)``.
    func checkSettings(_ recipe: Recipe) throws {
        for (name, text) in [("prompt", recipe.prompt), ("negative prompt", recipe.negative)] {
            guard text.unicodeScalars.count <= Self.promptLimit else {
                throw GenerationError.badValue(
                    "The \(name) has more than \(Self.promptLimit) characters; shorten it.")
            }
        }
        try checkTime(recipe)
        try check(recipe.lr, "draft")
        try check(recipe.hr, "commit")
    }

    private func checkTime(_ recipe: Recipe) throws {
        let temporal = autoencoder.temporalFactor
        let limit = Self.frameLimit
        guard recipe.frames >= 1, (recipe.frames - 1).isMultiple(of: temporal), recipe.frames <= limit else {
            let below = (max(1, min(recipe.frames, limit)) - 1) / temporal * temporal + 1
            throw GenerationError.badValue(
                "A clip has \(temporal)k + 1 frames, at most \(limit), and \(recipe.frames) is not such a number;"
                    + " take \(below) or \(below + temporal <= limit ? below + temporal : below - temporal).")
        }
        guard recipe.fps.isFinite, recipe.fps >= 1, recipe.fps <= 240 else {
            throw GenerationError.badValue("The frame rate must be 1 to 240 a second, and is \(recipe.fps).")
        }
    }

    private func check(_ pass: PassSettings, _ name: String) throws {
        let factor = autoencoder.spatialFactor
        for side in [pass.size.width, pass.size.height] {
            guard side >= factor, side <= Self.sideLimit, side.isMultiple(of: factor) else {
                let near = (max(factor, min(Self.sideLimit, side)) + factor / 2) / factor * factor
                throw GenerationError.badValue(
                    "The \(name)'s size \(pass.size) is not usable: sides are multiples of \(factor) up to"
                        + " \(Self.sideLimit); the nearest to \(side) is \(near).")
            }
        }
        guard (1...1000).contains(pass.steps) else {
            throw GenerationError.badValue("The \(name) must have 1 to 1000 steps, and has \(pass.steps).")
        }
        guard pass.guidance.isFinite, (0...100).contains(pass.guidance) else {
            throw GenerationError.badValue("The \(name)'s guidance must be 0 to 100, and is \(pass.guidance).")
        }
        if let shift = pass.shift, !(shift.isFinite && shift > 0 && shift <= 1000) {
            throw GenerationError.badValue("The \(name)'s shift must be above 0 and at most 1000, and is \(shift).")
        }
        for (setting, value) in [("coverage", pass.coverage ?? 1), ("step cache", pass.stepCache ?? 0)] {
            guard (0...1).contains(value) else {
                throw GenerationError.badValue("The \(name)'s \(setting) must be 0 to 1, and is \(value).")
            }
        }
        try checkPerturbation(pass, name)
        try checkTimesteps(pass, name)
    }

    private func checkPerturbation(_ pass: PassSettings, _ name: String) throws {
        let scale = pass.stg ?? 0
        guard scale.isFinite, (0...100).contains(scale) else {
            throw GenerationError.badValue("The \(name)'s stg must be 0 to 100, and is \(scale).")
        }
        let blocks = pass.stgBlocks ?? []
        guard blocks.allSatisfy((0..<layerCount).contains) else {
            throw GenerationError.badValue(
                "The \(name)'s stg blocks \(blocks) are not all in the model, which has blocks 0 to \(layerCount - 1).")
        }
        guard scale == 0 || !blocks.isEmpty else {
            throw GenerationError.badValue(
                "The \(name)'s stg is \(scale), but no stg blocks are given; name at least one.")
        }
        let rescale = pass.rescale ?? 1
        guard rescale.isFinite, (0...1).contains(rescale) else {
            throw GenerationError.badValue("The \(name)'s rescale must be 0 to 1, and is \(rescale).")
        }
    }

    private func checkTimesteps(_ pass: PassSettings, _ name: String) throws {
        guard let timesteps = pass.timesteps else { return }
        do {
            _ = try NoiseSchedule(timesteps: timesteps)
        } catch {
            throw GenerationError.badValue("The \(name)'s timesteps cannot be used: \(error)")
        }
        guard timesteps.count == pass.steps else {
            throw GenerationError.badValue(
                "The \(name) has \(pass.steps) steps, but \(timesteps.count) timesteps; give one for each step.")
        }
    }
}
