package import Generation

/// What sizes, frame counts and settings a job may have: the model's grid, and sane bounds.
package enum RecipeLimits {
    /// Pixels in a latent cell's edge.
    package static let sizeStep = 32
    package static let edge: ClosedRange<Int> = 64...8192
    package static let frames: ClosedRange<Int> = 1...1025
    package static let steps: ClosedRange<Int> = 1...100
    package static let guidance: ClosedRange<Float> = 0...30
    package static let shift: ClosedRange<Float> = 0.1...20
    /// 1: all attention is computed.
    package static let coverage: ClosedRange<Float> = 0...1
    /// 0: every block is computed in every step.
    package static let stepCache: ClosedRange<Float> = 0...1
    /// Transformer blocks, from 0.
    package static let blocks: ClosedRange<Int> = 0...999
    package static let fps: ClosedRange<Double> = 1...120
    package static let crf: ClosedRange<Int> = 0...63
    /// Characters; the text encoder reads far fewer and says so.
    package static let promptCharacters = 10_000

    /// The nearest multiple of 32 within bounds for each edge.
    package static func nearest(_ size: VideoSize) -> VideoSize {
        func nearestEdge(_ pixels: Int) -> Int {
            let bounded = min(max(pixels, edge.lowerBound), edge.upperBound)
            return (bounded + sizeStep / 2) / sizeStep * sizeStep
        }
        return VideoSize(width: nearestEdge(size.width), height: nearestEdge(size.height))
    }

    /// The nearest 8k + 1 within bounds.
    package static func nearestFrames(_ count: Int) -> Int {
        let bounded = min(max(count, frames.lowerBound), frames.upperBound)
        return (bounded - 1 + 4) / 8 * 8 + 1
    }

    package static func contains(_ size: VideoSize) -> Bool {
        edge.contains(size.width) && edge.contains(size.height)
    }

    /// HR sizes of the draft's own shape, smallest first: whole multiples and halves of the draft.
    package static func fittingSizes(forDraft size: VideoSize) -> [VideoSize] {
        (3...16).map { nearest(VideoSize(width: size.width * $0 / 2, height: size.height * $0 / 2)) }
            .filter { fits($0, draft: size) && max($0.width, $0.height) <= 3840 }
            .reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    /// Whether a commit keeps its draft's shape: proportions equal to 3 %, which allows for multiples of 32.
    package static func fits(_ size: VideoSize, draft: VideoSize) -> Bool {
        guard size.width >= draft.width, size.height >= draft.height else { return false }
        let ratio = Double(size.width * draft.height) / Double(size.height * draft.width)
        return abs(ratio - 1) <= 0.03
    }

    /// The first thing that is wrong with a recipe, as an error whose text names what would do.
    package static func check(_ recipe: Recipe) throws(GenerationError) {
        let prompt = TextCleaning.cleaned(recipe.prompt)
        guard prompt.contains(where: { !$0.isWhitespace }) else {
            throw .badValue("The prompt is empty; say what the clip shows.")
        }
        guard recipe.prompt.count <= promptCharacters, recipe.negative.count <= promptCharacters else {
            throw .badValue("The prompt has more than \(promptCharacters) characters; shorten it.")
        }
        guard frames.contains(recipe.frames), recipe.frames % 8 == 1 else {
            throw .badValue(
                "\(recipe.frames) frames cannot be used; the nearest count is \(nearestFrames(recipe.frames)).")
        }
        guard fps.contains(recipe.fps) else {
            throw .badValue("A frame rate must be 1 to 120, is \(recipe.fps).")
        }
        try check(recipe.lr, name: "draft")
        try check(recipe.hr, name: "commit")
        guard fits(recipe.hr.size, draft: recipe.lr.size) else {
            let sizes = nearestFitting(recipe.hr.size, draft: recipe.lr.size)
            throw .badValue(
                "A \(recipe.hr.size) commit does not have the shape of the \(recipe.lr.size) draft; these fit: \(sizes)."
            )
        }
    }

    /// The four fitting sizes with the nearest pixel counts, for a message.
    private static func nearestFitting(_ size: VideoSize, draft: VideoSize) -> String {
        func pixels(_ size: VideoSize) -> Int { size.width * size.height }
        let sizes = fittingSizes(forDraft: draft)
        let near = sizes.sorted { abs(pixels($0) - pixels(size)) < abs(pixels($1) - pixels(size)) }.prefix(4)
        return near.sorted { pixels($0) < pixels($1) }.map(\.description).joined(separator: ", ")
    }

    private static func check(_ pass: PassSettings, name: String) throws(GenerationError) {
        guard contains(pass.size), pass.size == nearest(pass.size) else {
            throw .badValue("The \(name) size \(pass.size) cannot be used; the nearest is \(nearest(pass.size)).")
        }
        guard steps.contains(pass.steps) else {
            throw .badValue("The \(name)'s steps must be 1 to 100, are \(pass.steps).")
        }
        guard guidance.contains(pass.guidance) else {
            throw .badValue("The \(name)'s guidance must be 0 to 30, is \(pass.guidance).")
        }
        guard pass.shift.map(shift.contains) ?? true else {
            throw .badValue("The \(name)'s shift must be 0.1 to 20, is \(pass.shift ?? 0).")
        }
        guard pass.coverage.map(coverage.contains) ?? true else {
            throw .badValue("The \(name)'s coverage must be 0 to 1, is \(pass.coverage ?? 1).")
        }
        guard pass.stepCache.map(stepCache.contains) ?? true else {
            throw .badValue("The \(name)'s step cache must be 0 to 1, is \(pass.stepCache ?? 0).")
        }
    }
}
