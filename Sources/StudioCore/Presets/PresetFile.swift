import Foundation
import Generation
import Kernels

/// Reads and writes a preset as TOML, `turbo2k.preset.v1`.
enum PresetFile {
    static let schema = "turbo2k.preset.v1"

    /// Wrong values are reported and left out; only text that is not TOML fails.
    ///
    /// `file` is the path in messages, `fallbackName` the name where the file gives none.
    static func parse(
        _ text: String, file: String, fallbackName: String
    ) throws(StudioError) -> (preset: Preset, problems: [FileProblem]) {
        var reader = TOMLReader(try TOMLDocument(text: text, file: file))
        reader.checkSchema(schema)
        var preset = Preset(name: fallbackName)
        if let name = reader.string("name") {
            if let reason = PresetName.problem(name) {
                reader.report("name", reason)
            } else {
                preset.name = name
            }
        }
        readGeneral(&reader, into: &preset)
        preset.lr = reader.table("lr", readPass) ?? preset.lr
        preset.hr = reader.table("hr", readPass) ?? preset.hr
        preset.output = reader.table("output", readOutput) ?? preset.output
        reader.reportUnknownKeys()
        return (preset, reader.problems)
    }

    private static func readGeneral(_ reader: inout TOMLReader, into preset: inout Preset) {
        preset.about = TextCleaning.oneLine(reader.string("about") ?? "")
        preset.basedOn = reader.string("based_on")
        preset.model = reader.string("model")
        preset.precision = reader.choice("precision")
        preset.negative = reader.string("negative").map(TextCleaning.cleaned)
        preset.promptTail = reader.string("prompt_tail").map(TextCleaning.cleaned)
        preset.fps = reader.number("fps", in: RecipeLimits.fps)
        if let frames = reader.integer("frames", in: RecipeLimits.frames) {
            if frames % 8 == 1 {
                preset.frames = frames
            } else {
                reader.report("frames", "must be a multiple of 8, plus 1: try \(RecipeLimits.nearestFrames(frames)).")
            }
        }
    }

    private static func readPass(_ reader: inout TOMLReader) -> Preset.PassValues {
        var values = Preset.PassValues(
            size: readSize(&reader),
            steps: reader.integer("steps", in: RecipeLimits.steps),
            guidance: readFloat("guidance", in: RecipeLimits.guidance, &reader),
            shift: readFloat("shift", in: RecipeLimits.shift, &reader))
        values.stg = readFloat("stg", in: RecipeLimits.guidance, &reader)
        let blocks = RecipeLimits.blocks
        values.stgBlocks = reader.numbers("stg_blocks", in: Double(blocks.lowerBound)...Double(blocks.upperBound))?
            .map { Int($0) }
        values.stgMode = readMode("stg_mode", &reader)
        values.rescale = readFloat("rescale", in: 0...1, &reader)
        values.timesteps = reader.numbers("timesteps", in: 0...1)?.map { Float($0) }
        values.isStochastic = reader.boolean("stochastic")
        values.coverage = readFloat("coverage", in: RecipeLimits.coverage, &reader)
        values.stepCache = readFloat("step_cache", in: RecipeLimits.stepCache, &reader)
        values.guidanceInterval = readInterval("guidance_interval", &reader)
        if let timesteps = values.timesteps { checkCount(timesteps.count, &values, &reader) }
        return values
    }

    private static func readMode(_ key: String, _ reader: inout TOMLReader) -> String? {
        guard let name = reader.string(key) else { return nil }
        guard PassSettings.stgModeNames.contains(name) else {
            reader.report(key, "must be one of \(PassSettings.stgModeNames.joined(separator: ", ")).")
            return nil
        }
        return name
    }

    private static func readInterval(_ key: String, _ reader: inout TOMLReader) -> NoiseInterval? {
        guard let levels = reader.numbers(key, in: 0...1) else { return nil }
        guard levels.count == 2, let interval = NoiseInterval(lowest: Float(levels[0]), highest: Float(levels[1]))
        else {
            reader.report(key, "must be two noise levels, the lower one first, for example [0.2, 0.8].")
            return nil
        }
        return interval
    }

    /// Noise levels of one's own say how many steps there are.
    private static func checkCount(
        _ count: Int, _ values: inout Preset.PassValues, _ reader: inout TOMLReader
    ) {
        if RecipeLimits.steps.contains(count), values.steps ?? count == count {
            values.steps = count
        } else {
            reader.report("timesteps", "must be 1 to 100 numbers, as many as \"steps\" says, are \(count).")
            values.timesteps = nil
        }
    }

    private static func readFloat(
        _ key: String, in range: ClosedRange<Float>, _ reader: inout TOMLReader
    ) -> Float? {
        // Rounded through text, so that 0.1 as a Float does not refuse 0.1 as a Double.
        let bounds = (Double("\(range.lowerBound)") ?? 0)...(Double("\(range.upperBound)") ?? 0)
        return reader.number(key, in: bounds).map { Float($0) }
    }

    private static func readSize(_ reader: inout TOMLReader) -> VideoSize? {
        guard let text = reader.string("size") else { return nil }
        guard let size = VideoSize(text) else {
            reader.report("size", "must be WIDTHxHEIGHT, for example 512x288.")
            return nil
        }
        guard RecipeLimits.contains(size), RecipeLimits.nearest(size) == size else {
            reader.report("size", "\(size) cannot be used; the nearest is \(RecipeLimits.nearest(size)).")
            return nil
        }
        return size
    }

    private static func readOutput(_ reader: inout TOMLReader) -> Preset.OutputValues {
        Preset.OutputValues(
            folder: reader.string("folder").map(TextCleaning.oneLine),
            name: reader.string("name").map(TextCleaning.oneLine),
            format: reader.choice("format").map { (format: OutputFormat) in format.rawValue },
            crf: reader.integer("crf", in: RecipeLimits.crf))
    }

    /// The preset as TOML; where `existing` is given, its comments and its order stay.
    static func text(of preset: Preset, existing: String? = nil) -> String {
        var editor = TOMLEditor(existing ?? "# A preset of Turbo2K Studio. What is left out comes from based_on.\n")
        for (path, literal) in literals(of: preset) where literal != nil || existing != nil {
            editor.set(path, to: literal)
        }
        return editor.text.hasSuffix("\n") ? editor.text : editor.text + "\n"
    }

    private static func literals(of preset: Preset) -> [(path: [String], literal: String?)] {
        let string: (String) -> String = { TOMLEditor.literal($0) }
        let float: (Float) -> String = { TOMLEditor.literal(Double("\($0)") ?? Double($0)) }
        func pass(_ name: String, _ values: Preset.PassValues) -> [(path: [String], literal: String?)] {
            [
                ([name, "size"], values.size.map { string($0.description) }),
                ([name, "steps"], values.steps.map(String.init)),
                ([name, "guidance"], values.guidance.map(float)),
                ([name, "shift"], values.shift.map(float)),
                ([name, "stg"], values.stg.map(float)),
                (
                    [name, "stg_blocks"],
                    values.stgBlocks.map { "[" + $0.map(String.init).joined(separator: ", ") + "]" }
                ),
                ([name, "stg_mode"], values.stgMode.map(string)),
                ([name, "rescale"], values.rescale.map(float)),
                ([name, "timesteps"], values.timesteps.map { "[" + $0.map(float).joined(separator: ", ") + "]" }),
                ([name, "stochastic"], values.isStochastic.map(String.init)),
                ([name, "coverage"], values.coverage.map(float)),
                ([name, "step_cache"], values.stepCache.map(float)),
                (
                    [name, "guidance_interval"],
                    values.guidanceInterval.map { "[\(float($0.lowest)), \(float($0.highest))]" }
                ),
            ]
        }
        return [
            (["schema"], string(schema)),
            (["name"], string(preset.name)),
            (["about"], string(preset.about)),
            (["based_on"], preset.basedOn.map(string)),
            (["model"], preset.model.map(string)),
            (["precision"], preset.precision.map { string($0.rawValue) }),
            (["frames"], preset.frames.map(String.init)),
            (["fps"], preset.fps.map { TOMLEditor.literal($0) }),
            (["negative"], preset.negative.map(string)),
            (["prompt_tail"], preset.promptTail.map(string)),
        ] + pass("lr", preset.lr) + pass("hr", preset.hr) + [
            (["output", "folder"], preset.output.folder.map(string)),
            (["output", "name"], preset.output.name.map(string)),
            (["output", "format"], preset.output.format.map(string)),
            (["output", "crf"], preset.output.crf.map(String.init)),
        ]
    }
}
