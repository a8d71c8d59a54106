package import Generation
import Kernels
import StudioCore

extension ParametersForm {
    /// One value of the form, in reading order.
    package enum Field: Int, CaseIterable, Sendable {
        case lrSize, frames, fps, lrSteps, lrGuidance
        case hrSize, hrSteps, hrGuidance
        case seed, model, precision, count, folder, format, quality, name, metadata

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
            case .format: "File format"
            case .quality: "Quality"
            case .metadata: "Recipe in the file"
            }
        }

        /// What may be typed.
        package var hint: String {
            switch self {
            case .lrSize: "WIDTHxHEIGHT in pixels, multiples of 32, for example 512x288."
            case .hrSize: "WIDTHxHEIGHT of the draft's shape, for example 2560x1440."
            case .frames: "A multiple of 8, plus 1, for example 25 or 121."
            case .fps: "1 to 120."
            case .lrSteps: "1 to 100. Several, as 4,8,16, make a draft each."
            case .hrSteps: "1 to 100."
            case .lrGuidance, .hrGuidance:
                "0 to 30; 1 switches guidance off. Several for the draft, as 1,3,5, make a draft each."
            case .seed: "0 to 4294967295, random, or next. A range, as 41870..41877, makes a draft of each."
            case .count: "1 to 500: drafts with seeds that follow on each other."
            case .model: "The name of an installed model, or a path."
            case .precision: "auto, fp32, bf16 or int8."
            case .folder: "Where commits are written; ~ is your home."
            case .name: "Words in braces are filled in: {date} {slug} {seed} {kind} {size} {model} {job}."
            case .format: Self.words(OutputFormat.allCases.map(\.rawValue)) + "."
            case .quality: "auto, or 0 to 63: lower is better and larger."
            case .metadata: "full; short, without the prompt; or none."
            }
        }

        private static func words(_ names: [String]) -> String {
            names.dropLast().joined(separator: ", ") + (names.count > 1 ? " or " : "") + (names.last ?? "")
        }
    }

    package static let draftSizes = [
        "256x160", "384x224", "448x256", "512x288", "640x352", "768x448", "320x320", "512x512", "160x256", "224x384",
        "288x512", "352x640",
    ].compactMap { VideoSize($0) }
    private static let rates: [Double] = [8, 12, 16, 24, 25, 30]

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
        case .seed, .count, .metadata: false
        case .model: values.model != base.model
        case .precision: values.precision != base.precision
        case .folder: values.output.folder != base.output.folder
        case .name: values.output.name != base.output.name
        case .format: values.output.format != base.output.format
        case .quality: values.output.crf != base.output.crf
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
        case .format: values.output.format
        case .quality: values.output.crf.map { String($0) } ?? "auto"
        case .metadata: metadata.rawValue
        }
    }

    private func texts(_ several: [Double], else single: Double) -> String {
        (several.isEmpty ? [single] : several).map(Format.short).joined(separator: ",")
    }

    /// Puts the preset's value back.
    package mutating func reset(_ field: Field) {
        switch field {
        case .lrSize: setDraftSize(base.lr.size)
        case .frames: values.frames = base.frames
        case .fps: values.fps = base.fps
        case .lrSteps:
            setSteps([base.lr.steps])
            values.lr.timesteps = base.lr.timesteps
        case .lrGuidance: setGuidances([base.lr.guidance])
        case .hrSize: if RecipeLimits.fits(base.hr.size, draft: values.lr.size) { values.hr.size = base.hr.size }
        case .hrSteps:
            values.hr.steps = base.hr.steps
            values.hr.timesteps = base.hr.timesteps
        case .hrGuidance: values.hr.guidance = base.hr.guidance
        case .seed: setSeedMode(.random)
        case .count: sweeps.count = 1
        case .model: values.model = base.model
        case .precision: values.precision = base.precision
        case .folder: values.output.folder = base.output.folder
        case .name: values.output.name = base.output.name
        case .format: values.output.format = base.output.format
        case .quality: values.output.crf = base.output.crf
        case .metadata: metadata = .full
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
        case .hrSteps: values.hr.changeSteps(to: clamp(values.hr.steps + step, RecipeLimits.steps))
        case .hrGuidance: values.hr.guidance = clamp(values.hr.guidance + 0.5 * Float(step), RecipeLimits.guidance)
        case .seed: lockSeed(seed &+ UInt32(bitPattern: Int32(step)), draft: nil)
        case .count: setCount(clamp(sweeps.count + step, 1...Sweeps.limit))
        case .model: values.model = Self.next(values.model, in: models, by: step)
        case .precision: values.precision = Self.next(values.precision, in: [nil] + Precision.allCases, by: step)
        case .format:
            values.output.format = Self.next(
                values.output.format, in: OutputFormat.allCases.map(\.rawValue), by: step)
        case .quality: values.output.crf = clamp((values.output.crf ?? 18) + step, RecipeLimits.crf)
        case .metadata: metadata = Self.next(metadata, in: Settings.Metadata.allCases, by: step)
        case .folder, .name: break
        }
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
