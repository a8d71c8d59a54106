package import Generation
package import Kernels

/// Named settings as they stand in one file: whatever is nil comes from the preset it is based on.
package struct Preset: Sendable, Hashable {
    /// Settings of one pass.
    package struct PassValues: Sendable, Hashable {
        package var size: VideoSize?
        package var steps: Int?
        package var guidance: Float?
        package var shift: Float?
        /// Spatio-temporal guidance, the blocks it weakens, and how far the spread is brought back.
        package var stg: Float?
        package var stgBlocks: [Int]?
        /// One of ``PassSettings/stgModeNames``.
        package var stgMode: String?
        package var rescale: Float?
        /// Noise levels used verbatim; ``steps`` is then their count.
        package var timesteps: [Float]?
        package var isStochastic: Bool?
        /// The share of attention that is kept, 0 to 1.
        package var coverage: Float?
        /// The relative change below which a step reuses the blocks of an earlier one; 0 is off.
        package var stepCache: Float?
        /// The noise levels at which guidance is on.
        package var guidanceInterval: NoiseInterval?

        package init(size: VideoSize? = nil, steps: Int? = nil, guidance: Float? = nil, shift: Float? = nil) {
            self.size = size
            self.steps = steps
            self.guidance = guidance
            self.shift = shift
        }
    }

    /// Where and how clips are written.
    package struct OutputValues: Sendable, Hashable {
        /// May begin with `~`.
        package var folder: String?
        /// See ``OutputName``.
        package var name: String?
        /// The file name's extension.
        package var format: String?
        package var crf: Int?

        package init(folder: String? = nil, name: String? = nil, format: String? = nil, crf: Int? = nil) {
            self.folder = folder
            self.name = name
            self.format = format
            self.crf = crf
        }
    }

    /// 1 to 40 characters.
    package var name: String
    package var about: String
    package var basedOn: String?
    /// A model's name or path.
    package var model: String?
    package var precision: Precision?
    package var frames: Int?
    package var fps: Double?
    package var negative: String?
    /// Added after the prompt.
    package var promptTail: String?
    package var lr: PassValues
    package var hr: PassValues
    package var output: OutputValues

    package init(
        name: String, about: String = "", basedOn: String? = nil, model: String? = nil, precision: Precision? = nil,
        frames: Int? = nil, fps: Double? = nil, negative: String? = nil, promptTail: String? = nil,
        lr: PassValues = PassValues(), hr: PassValues = PassValues(), output: OutputValues = OutputValues()
    ) {
        self.name = name
        self.about = about
        self.basedOn = basedOn
        self.model = model
        self.precision = precision
        self.frames = frames
        self.fps = fps
        self.negative = negative
        self.promptTail = promptTail
        self.lr = lr
        self.hr = hr
        self.output = output
    }

    /// A preset that holds every value of a recipe.
    package init(name: String, about: String, recipe: Recipe) {
        self.init(
            name: name, about: about, model: recipe.model, precision: recipe.precision, frames: recipe.frames,
            fps: recipe.fps, negative: recipe.negative, lr: PassValues(recipe.lr), hr: PassValues(recipe.hr))
    }

    /// This preset's values, and `base`'s where it has none.
    package func over(_ base: Preset) -> Preset {
        var result = self
        result.model = model ?? base.model
        result.precision = precision ?? base.precision
        result.frames = frames ?? base.frames
        result.fps = fps ?? base.fps
        result.negative = negative ?? base.negative
        result.promptTail = promptTail ?? base.promptTail
        result.lr = lr.over(base.lr)
        result.hr = hr.over(base.hr)
        result.output.folder = output.folder ?? base.output.folder
        result.output.name = output.name ?? base.output.name
        result.output.format = output.format ?? base.output.format
        result.output.crf = output.crf ?? base.output.crf
        return result
    }
}

extension Preset.PassValues {
    init(_ pass: PassSettings) {
        self.init(size: pass.size, steps: pass.steps, guidance: pass.guidance, shift: pass.shift)
        stg = pass.stg
        stgBlocks = pass.stgBlocks
        stgMode = pass.stgModeName
        rescale = pass.rescale
        timesteps = pass.timesteps
        isStochastic = pass.isStochastic
        coverage = pass.coverage
        stepCache = pass.stepCache
        guidanceInterval = pass.guidanceInterval
    }

    func over(_ base: Self) -> Self {
        var result = Self(
            size: size ?? base.size, steps: steps ?? base.steps, guidance: guidance ?? base.guidance,
            shift: shift ?? base.shift)
        result.stg = stg ?? base.stg
        result.stgBlocks = stgBlocks ?? base.stgBlocks
        result.stgMode = stgMode ?? base.stgMode
        result.rescale = rescale ?? base.rescale
        // Another number of steps makes the base's own noise levels meaningless.
        result.timesteps = timesteps ?? (steps == nil ? base.timesteps : nil)
        result.isStochastic = isStochastic ?? base.isStochastic
        result.coverage = coverage ?? base.coverage
        result.stepCache = stepCache ?? base.stepCache
        result.guidanceInterval = guidanceInterval ?? base.guidanceInterval
        return result
    }

    /// With `defaults` where nothing is said.
    func settings(_ defaults: PassSettings) -> PassSettings {
        var pass = PassSettings(
            size: size ?? defaults.size, steps: steps ?? defaults.steps, guidance: guidance ?? defaults.guidance,
            shift: shift, stg: stg, stgBlocks: stgBlocks, rescale: rescale, timesteps: timesteps,
            isStochastic: isStochastic, coverage: coverage, stepCache: stepCache, guidanceInterval: guidanceInterval)
        pass.stgModeName = stgMode
        return pass
    }
}

/// A preset with every value known.
package struct ResolvedPreset: Sendable, Hashable, Codable {
    package var name: String
    package var about: String
    package var model: String
    package var precision: Precision?
    package var frames: Int
    package var fps: Double
    package var negative: String
    package var promptTail: String
    package var lr: PassSettings
    package var hr: PassSettings
    package var output: OutputSettings

    /// Where and how clips are written.
    package struct OutputSettings: Sendable, Hashable, Codable {
        /// May begin with `~`.
        package var folder: String
        package var name: String
        package var format: String
        /// Nil: the container's default.
        package var crf: Int?
    }

    /// The model where nothing names one: what ships with the program.
    package static let defaultModel = "nano"

    /// What holds where neither the preset nor what it is based on says anything.
    package static let outputDefaults = OutputSettings(
        folder: "~/Videos/turbo2k", name: "{date}-{slug}-{seed}-{kind}", format: "mp4", crf: nil)

    init(_ preset: Preset) {
        name = preset.name
        about = preset.about
        model = preset.model ?? Self.defaultModel
        precision = preset.precision
        frames = preset.frames ?? 25
        fps = preset.fps ?? 24
        negative = preset.negative ?? ""
        promptTail = preset.promptTail ?? ""
        lr = preset.lr.settings(PassSettings(size: VideoSize(width: 512, height: 288), steps: 20, guidance: 3))
        hr = preset.hr.settings(PassSettings(size: VideoSize(width: 2560, height: 1440), steps: 6, guidance: 1))
        output = Self.outputDefaults
        output.folder = preset.output.folder ?? output.folder
        output.name = preset.output.name ?? output.name
        output.format = preset.output.format ?? output.format
        output.crf = preset.output.crf
    }

    /// The preset as a recipe; ``promptTail`` joins the prompt.
    package func recipe(prompt: String, seed: UInt32) -> Recipe {
        Recipe(
            prompt: prompt + promptTail, negative: negative, seed: seed, frames: frames, fps: fps, lr: lr, hr: hr,
            model: model, precision: precision)
    }
}
