package import Generation
import Kernels
package import StudioCore

/// The values of the form: a preset, changed by hand.
package struct ParametersForm: Sendable, Equatable {
    /// One value of the form, in reading order.
    package enum Field: Int, CaseIterable, Sendable {
        case lrSize, frames, fps, lrSteps, lrGuidance
        case hrSize, hrSteps, hrGuidance
        case seed, model, precision, count, folder, name

        package var title: String {
            switch self {
            case .lrSize: "Draft size"
            case .frames: "Frames"
            case .fps: "Frames a second"
            case .lrSteps: "Draft steps"
            case .lrGuidance: "Draft guidance"
            case .hrSize: "Commit size"
            case .hrSteps: "Commit steps"
            case .hrGuidance: "Commit guidance"
            case .seed: "Seed"
            case .model: "Model"
            case .precision: "Precision"
            case .count: "Drafts at once"
            case .folder: "Output folder"
            case .name: "File name"
            }
        }
    }

    package private(set) var values: ResolvedPreset
    /// The preset as it was applied: what `*` is measured against.
    package private(set) var base: ResolvedPreset
    package private(set) var seed: UInt32
    package private(set) var isSeedLocked = false
    /// The draft whose seed this is.
    package private(set) var seedDraft: Int?
    /// Several values in place of one.
    package private(set) var sweeps = Sweeps()
    /// Models to choose from.
    package var models: [String] = []

    package init(_ preset: ResolvedPreset, seed: UInt32) {
        values = preset
        base = preset
        self.seed = seed
    }

    package static let draftSizes = [
        "256x160", "384x224", "448x256", "512x288", "640x352", "768x448", "320x320", "512x512", "160x256", "224x384",
        "288x512", "352x640",
    ].compactMap { VideoSize($0) }
    private static let rates: [Double] = [8, 12, 16, 24, 25, 30]

    package mutating func apply(_ preset: ResolvedPreset) {
        values = preset
        base = preset
        sweeps = Sweeps()
    }

    package mutating func notePresetRenamed(_ name: String, to newName: String) {
        if values.name == name { values.name = newName }
        if base.name == name { base.name = newName }
    }

    /// Takes every value of a recipe; the preset stays the one measured against.
    package mutating func load(_ recipe: Recipe, draft: Int?) {
        values.lr = recipe.lr
        values.hr = recipe.hr
        values.frames = recipe.frames
        values.fps = recipe.fps
        values.model = recipe.model
        values.precision = recipe.precision
        values.promptTail = ""
        sweeps = Sweeps()
        lockSeed(recipe.seed, draft: draft)
    }

    package mutating func lockSeed(_ seed: UInt32, draft: Int?) {
        self.seed = seed
        seedDraft = draft
        isSeedLocked = true
        sweeps.seeds = []
    }

    package mutating func unlockSeed() {
        isSeedLocked = false
        seedDraft = nil
        sweeps.seeds = []
    }

    /// A seed drawn for a job: shown, and not locked.
    package mutating func showDrawnSeed(_ seed: UInt32) {
        self.seed = seed
    }

    package func recipe(prompt: String, negative: String) -> Recipe {
        var recipe = values.recipe(prompt: prompt, seed: seed)
        recipe.negative = negative.isEmpty ? values.negative : negative
        return recipe
    }

    /// Whether a value differs from the preset.
    package func isChanged(_ field: Field) -> Bool {
        switch field {
        case .lrSize: values.lr.size != base.lr.size
        case .frames: values.frames != base.frames
        case .fps: values.fps != base.fps
        case .lrSteps: values.lr.steps != base.lr.steps || !sweeps.steps.isEmpty
        case .lrGuidance: values.lr.guidance != base.lr.guidance || !sweeps.guidances.isEmpty
        case .hrSize: values.hr.size != base.hr.size
        case .hrSteps: values.hr.steps != base.hr.steps
        case .hrGuidance: values.hr.guidance != base.hr.guidance
        case .seed, .count: false
        case .model: values.model != base.model
        case .precision: values.precision != base.precision
        case .folder: values.output.folder != base.output.folder
        case .name: values.output.name != base.output.name
        }
    }

    package var isChanged: Bool { Field.allCases.contains { isChanged($0) } }

    package func text(of field: Field) -> String {
        switch field {
        case .lrSize: values.lr.size.description
        case .frames: String(values.frames)
        case .fps: Format.short(values.fps)
        case .lrSteps: texts(sweeps.steps.map(Double.init), else: Double(values.lr.steps))
        case .lrGuidance: texts(sweeps.guidances.map(Double.init), else: Double(values.lr.guidance))
        case .hrSize: values.hr.size.description
        case .hrSteps: String(values.hr.steps)
        case .hrGuidance: Format.short(Double(values.hr.guidance))
        case .seed: sweeps.seeds.isEmpty ? String(seed) : sweeps.seedText
        case .count: String(sweeps.count)
        case .model: values.model
        case .precision: values.precision?.rawValue ?? "auto"
        case .folder: values.output.folder
        case .name: values.output.name
        }
    }

    /// Puts the preset's value back.
    package mutating func reset(_ field: Field) {
        switch field {
        case .lrSize: setDraftSize(base.lr.size)
        case .frames: values.frames = base.frames
        case .fps: values.fps = base.fps
        case .lrSteps: setSteps([base.lr.steps])
        case .lrGuidance: setGuidances([base.lr.guidance])
        case .hrSize: if RecipeLimits.fits(base.hr.size, draft: values.lr.size) { values.hr.size = base.hr.size }
        case .hrSteps: values.hr.steps = base.hr.steps
        case .hrGuidance: values.hr.guidance = base.hr.guidance
        case .seed: unlockSeed()
        case .count: sweeps.count = 1
        case .model: values.model = base.model
        case .precision: values.precision = base.precision
        case .folder: values.output.folder = base.output.folder
        case .name: values.output.name = base.output.name
        }
    }

    /// One step up or down.
    package mutating func step(_ field: Field, by step: Int) {
        switch field {
        case .lrSize: setDraftSize(Self.next(values.lr.size, in: Self.draftSizes, by: step))
        case .frames: values.frames = RecipeLimits.nearestFrames(values.frames + 8 * step)
        case .fps: values.fps = Self.next(values.fps, in: Self.rates, by: step)
        case .lrSteps: setSteps([clamp(values.lr.steps + step, RecipeLimits.steps)])
        case .lrGuidance: setGuidances([clamp(values.lr.guidance + 0.5 * Float(step), RecipeLimits.guidance)])
        case .hrSize:
            let sizes = RecipeLimits.fittingSizes(forDraft: values.lr.size)
            values.hr.size = Self.next(values.hr.size, in: sizes, by: step)
        case .hrSteps: values.hr.steps = clamp(values.hr.steps + step, RecipeLimits.steps)
        case .hrGuidance: values.hr.guidance = clamp(values.hr.guidance + 0.5 * Float(step), RecipeLimits.guidance)
        case .seed: lockSeed(seed &+ UInt32(bitPattern: Int32(step)), draft: nil)
        case .count: setCount(clamp(sweeps.count + step, 1...Sweeps.limit))
        case .model: values.model = Self.next(values.model, in: models, by: step)
        case .precision:
            let choices: [Precision?] = [nil] + Precision.allCases
            values.precision = Self.next(values.precision, in: choices, by: step)
        case .folder, .name: break
        }
    }

    /// Takes a typed value.
    ///
    /// - Returns: a note where the value was rounded.
    /// - Throws: ``StudioError/badValue(_:)`` with the reason.
    package mutating func set(_ field: Field, to typed: String) throws(StudioError) -> String? {
        let text = TextCleaning.oneLine(typed).replacing(" ", with: "")
        switch field {
        case .lrSize:
            let size = try size(text)
            setDraftSize(RecipeLimits.nearest(size))
            return values.lr.size == size ? nil : "\(size) rounded to \(values.lr.size)"
        case .hrSize:
            return try setCommitSize(try size(text))
        case .frames:
            let count = try integer(text, field, RecipeLimits.frames)
            values.frames = RecipeLimits.nearestFrames(count)
            return values.frames == count ? nil : "\(count) frames rounded to \(values.frames)"
        case .fps: values.fps = try number(text, field, RecipeLimits.fps)
        case .lrSteps: try setSteps(text)
        case .hrSteps: values.hr.steps = try integer(text, field, RecipeLimits.steps)
        case .lrGuidance: try setGuidances(text)
        case .hrGuidance: values.hr.guidance = try guidance(text, field)
        case .seed: try setSeed(text)
        case .count: setCount(try integer(text, field, 1...Sweeps.limit))
        case .model, .folder, .name: try setText(field, TextCleaning.oneLine(typed))
        case .precision:
            guard let precision = Precision(rawValue: text) else {
                guard text == "auto" else { throw .badValue("The precision is auto, fp32, bf16 or int8.") }
                values.precision = nil
                return nil
            }
            values.precision = precision
        }
        return nil
    }

    // MARK: Parts

    /// A new draft size keeps the commit's size in pixels as nearly as its new shape allows.
    private mutating func setDraftSize(_ size: VideoSize) {
        values.lr.size = size
        let hr = values.hr.size
        // Sizes rounded to the grid fit several shapes nearly; the preset's own comes back when it fits.
        if hr.width * size.height == hr.height * size.width { return }
        if RecipeLimits.fits(base.hr.size, draft: size) {
            values.hr.size = base.hr.size
            return
        }
        if RecipeLimits.fits(hr, draft: size) { return }
        let wanted = values.hr.size.width * values.hr.size.height
        let fitting = RecipeLimits.fittingSizes(forDraft: size)
        values.hr.size =
            fitting.min { abs($0.width * $0.height - wanted) < abs($1.width * $1.height - wanted) }
            ?? VideoSize(width: size.width * 2, height: size.height * 2)
    }

    private mutating func setCommitSize(_ wanted: VideoSize) throws(StudioError) -> String? {
        let size = RecipeLimits.nearest(wanted)
        guard RecipeLimits.fits(size, draft: values.lr.size) else {
            let sizes = RecipeLimits.fittingSizes(forDraft: values.lr.size).map(\.description).joined(separator: "  ")
            throw .badValue("\(wanted) does not have the draft's shape. These fit: \(sizes)")
        }
        values.hr.size = size
        return size == wanted ? nil : "\(wanted) rounded to \(size)"
    }

    private mutating func setSeed(_ text: String) throws(StudioError) {
        if text == "random" { return unlockSeed() }
        if let seeds = try Sweeps.seeds(text), let first = seeds.first {
            lockSeed(first, draft: nil)
            sweeps.count = 1
            sweeps.seeds = seeds.count > 1 ? seeds : []
            return
        }
        guard let seed = UInt32(text) else { throw .badValue("A seed is 0 to 4294967295, or the word random.") }
        lockSeed(seed, draft: nil)
    }

    /// Following seeds take the place of listed ones.
    private mutating func setCount(_ count: Int) {
        sweeps.count = count
        if count > 1 { sweeps.seeds = [] }
    }

    private mutating func setSteps(_ text: String) throws(StudioError) {
        let range = RecipeLimits.steps
        let complaint = "Draft steps are whole numbers from \(range.lowerBound) to \(range.upperBound)."
        let several = try Sweeps.list(text, complaint) { Int($0).flatMap { range.contains($0) ? $0 : nil } }
        if let several { setSteps(several) } else { setSteps([try integer(text, .lrSteps, range)]) }
    }

    private mutating func setSteps(_ steps: [Int]) {
        values.lr.steps = steps.first ?? values.lr.steps
        sweeps.steps = steps.count > 1 ? steps : []
    }

    private mutating func setGuidances(_ text: String) throws(StudioError) {
        let range = RecipeLimits.guidance
        let several = try Sweeps.list(text, "Draft guidance is 0 to 30, with commas between.") {
            Float($0).flatMap { range.contains($0) ? $0 : nil }
        }
        if let several { setGuidances(several) } else { setGuidances([try guidance(text, .lrGuidance)]) }
    }

    private mutating func setGuidances(_ guidances: [Float]) {
        values.lr.guidance = guidances.first ?? values.lr.guidance
        sweeps.guidances = guidances.count > 1 ? guidances : []
    }

    private func texts(_ several: [Double], else single: Double) -> String {
        (several.isEmpty ? [single] : several).map(Format.short).joined(separator: ",")
    }

    private mutating func setText(_ field: Field, _ text: String) throws(StudioError) {
        guard !text.isEmpty else { throw .badValue("\(field.title) cannot be empty.") }
        switch field {
        case .model: values.model = text
        case .folder: values.output.folder = text
        default: values.output.name = text
        }
    }

    private func size(_ text: String) throws(StudioError) -> VideoSize {
        guard let size = VideoSize(text) else { throw .badValue("A size is WIDTHxHEIGHT, for example 512x288.") }
        return size
    }

    private func integer(_ text: String, _ field: Field, _ range: ClosedRange<Int>) throws(StudioError) -> Int {
        guard let value = Int(text), range.contains(value) else {
            throw .badValue("\(field.title): a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    private func number(_ text: String, _ field: Field, _ range: ClosedRange<Double>) throws(StudioError) -> Double {
        guard let value = Double(text), range.contains(value) else {
            throw .badValue(
                "\(field.title): a number from \(Format.short(range.lowerBound)) to \(Format.short(range.upperBound)).")
        }
        return value
    }

    private func guidance(_ text: String, _ field: Field) throws(StudioError) -> Float {
        let range = Double(RecipeLimits.guidance.lowerBound)...Double(RecipeLimits.guidance.upperBound)
        return Float(try number(text, field, range))
    }

    private func clamp<Value: Comparable>(_ value: Value, _ range: ClosedRange<Value>) -> Value {
        min(max(value, range.lowerBound), range.upperBound)
    }

    /// The neighbour in a list; a value that is not in it goes to the first or last.
    private static func next<Value: Equatable>(_ value: Value, in list: [Value], by step: Int) -> Value {
        guard !list.isEmpty else { return value }
        guard let index = list.firstIndex(of: value) else { return step > 0 ? list[0] : list[list.count - 1] }
        return list[min(max(index + step, 0), list.count - 1)]
    }
}
