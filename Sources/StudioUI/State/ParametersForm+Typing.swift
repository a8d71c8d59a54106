import Generation
import Kernels
package import StudioCore

/// Values as they are typed.
extension ParametersForm {
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
        case .hrSteps: values.hr.changeSteps(to: try integer(text, field, RecipeLimits.steps))
        case .lrGuidance: try setGuidances(text)
        case .hrGuidance: values.hr.guidance = try guidance(text, field)
        case .seed: try setSeed(text)
        case .count: setCount(try integer(text, field, 1...Sweeps.limit))
        case .model, .folder, .name: try setText(field, TextCleaning.oneLine(typed))
        case .precision: values.precision = text == "auto" ? nil : try choice(text, field)
        case .format: values.output.format = (try choice(text, field) as OutputFormat).rawValue
        case .quality: values.output.crf = text == "auto" ? nil : try integer(text, field, RecipeLimits.crf)
        case .metadata: metadata = try choice(text, field)
        }
        return nil
    }

    private func choice<Value: RawRepresentable<String>>(_ text: String, _ field: Field) throws(StudioError) -> Value {
        guard let value = Value(rawValue: text.lowercased()) else { throw .badValue("\(field.title): \(field.hint)") }
        return value
    }

    // MARK: Parts

    /// A new draft size keeps the commit's size in pixels as nearly as its new shape allows.
    mutating func setDraftSize(_ size: VideoSize) {
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
        if text == "random" { return setSeedMode(.random) }
        if text == "next" { return setSeedMode(.next) }
        if let seeds = try Sweeps.seeds(text), let first = seeds.first {
            lockSeed(first, draft: nil)
            sweeps.count = 1
            sweeps.seeds = seeds.count > 1 ? seeds : []
            return
        }
        guard let seed = UInt32(text) else {
            throw .badValue("A seed is 0 to 4294967295, or one of the words random and next.")
        }
        lockSeed(seed, draft: nil)
    }

    /// Following seeds take the place of listed ones.
    mutating func setCount(_ count: Int) {
        sweeps.count = count
        if count > 1 { sweeps.seeds = [] }
    }

    private mutating func setSteps(_ text: String) throws(StudioError) {
        let range = RecipeLimits.steps
        let complaint = "Draft steps are whole numbers from \(range.lowerBound) to \(range.upperBound)."
        let several = try Sweeps.list(text, complaint) { Int($0).flatMap { range.contains($0) ? $0 : nil } }
        if let several { setSteps(several) } else { setSteps([try integer(text, .lrSteps, range)]) }
    }

    mutating func setSteps(_ steps: [Int]) {
        values.lr.changeSteps(to: steps.first ?? values.lr.steps)
        sweeps.steps = steps.count > 1 ? steps : []
    }

    private mutating func setGuidances(_ text: String) throws(StudioError) {
        let range = RecipeLimits.guidance
        let several = try Sweeps.list(text, "Draft guidance is 0 to 30, with commas between.") {
            Float($0).flatMap { range.contains($0) ? $0 : nil }
        }
        if let several { setGuidances(several) } else { setGuidances([try guidance(text, .lrGuidance)]) }
    }

    mutating func setGuidances(_ guidances: [Float]) {
        values.lr.guidance = guidances.first ?? values.lr.guidance
        sweeps.guidances = guidances.count > 1 ? guidances : []
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
}
