import Models

/// What a model can make of a recipe. Each refusal names the nearest value that works.
struct RecipeCheck {
    let autoencoder: VideoAutoencoderConfiguration

    func check(_ recipe: Recipe) throws {
        guard !recipe.prompt.allSatisfy(\.isWhitespace) else {
            throw GenerationError.badValue("The prompt is empty; describe what the clip shows.")
        }
        let temporal = autoencoder.temporalFactor
        guard recipe.frames >= 1, (recipe.frames - 1).isMultiple(of: temporal), recipe.frames <= 4097 else {
            let below = max(0, min(recipe.frames, 4097) - 1) / temporal * temporal + 1
            throw GenerationError.badValue(
                "A clip has \(temporal)k + 1 frames, at most 4097, and \(recipe.frames) is not such a number; take \(below) or \(min(4097, below + temporal))."
            )
        }
        guard recipe.fps.isFinite, recipe.fps >= 1, recipe.fps <= 240 else {
            throw GenerationError.badValue("The frame rate must be 1 to 240 a second, and is \(recipe.fps).")
        }
        try check(recipe.lr, "draft")
        try check(recipe.hr, "commit")
    }

    func check(_ pass: PassSettings, _ name: String) throws {
        let factor = autoencoder.spatialFactor
        for side in [pass.size.width, pass.size.height] {
            guard side >= factor, side <= 8192, side.isMultiple(of: factor) else {
                let near = max(factor, min(8192, (side + factor / 2) / factor * factor))
                throw GenerationError.badValue(
                    "The \(name)'s size \(pass.size) is not usable: sides are multiples of \(factor) up to 8192; the nearest to \(side) is \(near)."
                )
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
    }
}
