package import struct Foundation.URL

/// Which of the two denoising passes.
package enum Pass: String, Codable, Sendable {
    case lr
    case hr
}

/// The parts of a job, in the order in which they run.
package enum Stage: String, Codable, Sendable, CaseIterable {
    /// Opening and packing weights.
    case load
    /// Prompt to text embedding.
    case text
    /// The draft's denoising steps.
    case lr
    /// Guidance features of the finished draft, resized to the HR grid.
    case features
    /// The commit's denoising steps.
    case hr
    /// Latents to frames.
    case decode
    /// Frames to the output file.
    case encode
}

/// What one denoising step took.
package struct StepRecord: Sendable, Hashable, Codable {
    package var pass: Pass
    /// 1-based.
    package var number: Int
    package var count: Int
    /// The noise level the step started from.
    package var sigma: Float
    package var seconds: Double
    /// Seconds in attention.
    package var attention: Double
    /// Seconds in linear layers.
    package var linear: Double
    package var tokens: Int
    /// Model evaluations in the step: 1 without guidance, 2 with.
    package var calls: Int
    /// Relative L2 change of the x0 estimate since the step before; nil for the first.
    package var x0Change: Double?
    /// Whether the step took most blocks from an earlier one: it is shorter than others then.
    package var isReused: Bool
    /// What the engine's process had in memory behind the step, bytes.
    package var residentBytes: Int

    package init(
        pass: Pass, number: Int, count: Int, sigma: Float, seconds: Double, attention: Double, linear: Double,
        tokens: Int, calls: Int, x0Change: Double?, isReused: Bool = false, residentBytes: Int = 0
    ) {
        self.pass = pass
        self.number = number
        self.count = count
        self.sigma = sigma
        self.seconds = seconds
        self.attention = attention
        self.linear = linear
        self.tokens = tokens
        self.calls = calls
        self.x0Change = x0Change
        self.isReused = isReused
        self.residentBytes = residentBytes
    }
}

/// How far a pass was when a clip was made of its estimate.
package struct StepsDone: Sendable, Hashable, Codable {
    package var done: Int
    /// All steps of the pass.
    package var count: Int

    package init(done: Int, of count: Int) {
        self.done = done
        self.count = count
    }
}

/// How a job ended well.
package struct GenerationResult: Sendable {
    package enum Kind: String, Codable, Sendable {
        case draft
        case commit
    }

    package var kind: Kind
    /// The recipe as run: seed, sizes and precision filled in.
    package var recipe: Recipe
    /// SHA-256 of the weight files, as hexadecimal.
    package var weightsSHA256: String
    /// SHA-256 of the final latent's bytes, as hexadecimal.
    package var latentSHA256: String
    package var steps: [StepRecord]
    package var stageSeconds: [Stage: Double]
    package var seconds: Double
    /// The clip, if one was written.
    package var file: URL?
    /// Of a clip that was written before the last step; nil: it is whole.
    package var partial: StepsDone?
    /// Peak resident size of the process, bytes.
    package var peakBytes: Int

    package init(
        kind: Kind, recipe: Recipe, weightsSHA256: String, latentSHA256: String, steps: [StepRecord],
        stageSeconds: [Stage: Double], seconds: Double, file: URL?, partial: StepsDone? = nil, peakBytes: Int
    ) {
        self.kind = kind
        self.recipe = recipe
        self.weightsSHA256 = weightsSHA256
        self.latentSHA256 = latentSHA256
        self.steps = steps
        self.stageSeconds = stageSeconds
        self.seconds = seconds
        self.file = file
        self.partial = partial
        self.peakBytes = peakBytes
    }
}

/// What a running job tells. A failure is the stream's error: a ``GenerationError`` or `CancellationError`.
package enum GenerationEvent: Sendable {
    /// `parts`: steps of a pass, frames of a decode, 1 where there is nothing to count.
    case stageStarted(Stage, parts: Int)
    /// What the stage makes was there already, in memory or on the disk; comes before its end.
    case stageCached(Stage)
    /// At most ten a second, and only inside steps longer than two seconds. `block` is 1-based.
    case blockFinished(pass: Pass, step: Int, block: Int, count: Int)
    case stepFinished(StepRecord)
    /// Frames decoded or encoded so far.
    case partsFinished(Stage, parts: Int, count: Int)
    case preview(Preview)
    /// The sampler's state is on disk: a stop now loses nothing before this step.
    case stateSaved(pass: Pass, step: Int, bytes: Int)
    case stageFinished(Stage, seconds: Double)
    /// The clip stands under its final name.
    case outputWritten(URL, bytes: Int)
    /// A sentence that the user should hear; the job goes on.
    case noted(String)
    case finished(GenerationResult)
}
