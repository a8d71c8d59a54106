package import Diffusion
package import Kernels

/// A frame size in pixels, written `2560x1440`.
package struct VideoSize: Sendable, Hashable, Codable, CustomStringConvertible {
    package var width: Int
    package var height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Reads `WxH`, for example `512x288`; nil if the text has another form.
    package init?(_ text: some StringProtocol) {
        let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]) else { return nil }
        self.init(width: width, height: height)
    }

    package var description: String { "\(width)x\(height)" }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let size = VideoSize(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not WIDTHxHEIGHT")
        }
        self = size
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The settings of one denoising pass. Optional settings are left out of JSON while they are nil.
package struct PassSettings: Sendable, Hashable, Codable {
    package var size: VideoSize
    package var steps: Int
    /// Classifier-free guidance scale; 1 is off.
    package var guidance: Float
    /// Time shift s: t' = s t / (1 + (s - 1) t). Nil: the schedule of the model's own configuration.
    package var shift: Float?
    /// Spatio-temporal guidance scale; nil or 0 is off.
    package var stg: Float?
    /// The transformer blocks that spatio-temporal guidance weakens, from 0.
    package var stgBlocks: [Int]?
    /// How they are weakened; nil: ``Perturbation/attentionValues``.
    package var stgMode: Perturbation?
    /// With spatio-temporal guidance: how far the velocity's spread is brought back, 0...1; nil is off.
    package var rescale: Float?
    /// The noise levels, one for each step, used verbatim instead of a schedule; nil: a schedule.
    package var timesteps: [Float]?
    /// Whether the clean estimate is noised anew after each step (the 0.9.6 distilled model); nil is off.
    package var isStochastic: Bool?
    /// The share of each query's attention that is kept, 0...1: after the first step, key blocks that held the rest are
    /// left out. Nil: all attention is computed.
    package var coverage: Float?
    /// Step caching: below this relative change of what the second block reads since the last whole evaluation, the blocks
    /// behind the first are taken from that one. Nil or 0: every block is computed in every step.
    package var stepCache: Float?
    /// The noise levels at which classifier-free guidance is on; nil: all.
    package var guidanceInterval: NoiseInterval?

    package init(
        size: VideoSize, steps: Int, guidance: Float, shift: Float? = nil, stg: Float? = nil, stgBlocks: [Int]? = nil,
        stgMode: Perturbation? = nil, rescale: Float? = nil, timesteps: [Float]? = nil, isStochastic: Bool? = nil,
        coverage: Float? = nil, stepCache: Float? = nil, guidanceInterval: NoiseInterval? = nil
    ) {
        self.size = size
        self.steps = steps
        self.guidance = guidance
        self.shift = shift
        self.stg = stg
        self.stgBlocks = stgBlocks
        self.stgMode = stgMode
        self.rescale = rescale
        self.timesteps = timesteps
        self.isStochastic = isStochastic
        self.coverage = coverage
        self.stepCache = stepCache
        self.guidanceInterval = guidanceInterval
    }
}

/// Everything that decides the pixels of a draft and of its commit; a job keeps the recipe it was started with.
package struct Recipe: Sendable, Hashable, Codable {
    package var prompt: String
    package var negative: String
    /// Torch's CPU generator takes 32 bits.
    package var seed: UInt32
    /// Pixel frames, 8k + 1.
    package var frames: Int
    package var fps: Double
    /// The draft's pass.
    package var lr: PassSettings
    /// The commit's pass.
    package var hr: PassSettings
    /// A model's name in the model folders, or a path.
    package var model: String
    /// Nil: the best the CPU does in hardware.
    package var precision: Precision?

    package init(
        prompt: String, negative: String = "", seed: UInt32 = 0, frames: Int = 25, fps: Double = 24,
        lr: PassSettings, hr: PassSettings, model: String = "nano", precision: Precision? = nil
    ) {
        self.prompt = prompt
        self.negative = negative
        self.seed = seed
        self.frames = frames
        self.fps = fps
        self.lr = lr
        self.hr = hr
        self.model = model
        self.precision = precision
    }
}
