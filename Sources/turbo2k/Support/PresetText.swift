import Foundation
import Generation
import StudioCore

/// A preset for people and as JSON.
enum PresetText {
    static func rows(_ preset: ResolvedPreset) -> [(name: String, value: String)] {
        func rows(_ name: String, _ pass: PassSettings) -> [(name: String, value: String)] {
            [
                ("\(name).size", "\(pass.size)"), ("\(name).steps", String(pass.steps)),
                ("\(name).guidance", "\(pass.guidance)"),
                ("\(name).shift", pass.shift.map { "\($0)" } ?? "the model's"),
                ("\(name).coverage", pass.coverage.map { "\($0)" } ?? "all"),
                ("\(name).step_cache", pass.stepCache.map { "\($0)" } ?? "off"),
                ("\(name).guidance_interval", pass.guidanceInterval?.description ?? "all"),
            ]
        }
        let basics = [
            ("about", preset.about), ("model", preset.model),
            ("precision", PrecisionName.text(preset.precision)),
            ("frames", String(preset.frames)), ("fps", RecipeText.number(preset.fps)),
            ("negative", TextCleaning.oneLine(preset.negative)), ("tail", TextCleaning.oneLine(preset.promptTail)),
        ]
        let output = [
            ("folder", TextCleaning.oneLine(preset.output.folder)),
            ("file name", TextCleaning.oneLine(preset.output.name)), ("format", preset.output.format),
            ("crf", preset.output.crf.map(String.init) ?? "the format's"),
        ]
        return basics + rows("lr", preset.lr) + rows("hr", preset.hr) + output
    }

    /// What `presets show` prints; an empty value is told as such.
    static func lines(_ preset: ResolvedPreset, _ origin: PresetLibrary.Origin) -> [String] {
        let named = [(name: "name", value: "\(preset.name) (\(origin.rawValue))")]
        return (named + rows(preset)).map { padded($0.name) + ($0.value.isEmpty ? "(none)" : $0.value) }
    }

    /// As wide as the longest name, `lr.guidance_interval`.
    static func padded(_ name: String) -> String { name.padding(toLength: 22, withPad: " ", startingAt: 0) }

    static func fields(
        _ preset: ResolvedPreset, _ origin: PresetLibrary.Origin
    ) -> [(key: String, value: JSONValue)] {
        func pass(_ pass: PassSettings) -> JSONValue {
            .object([
                ("size", .string("\(pass.size)")), ("steps", .integer(pass.steps)),
                ("guidance", JSONValue(pass.guidance)), ("shift", JSONValue(pass.shift)),
                ("coverage", JSONValue(pass.coverage)), ("step_cache", JSONValue(pass.stepCache)),
                (
                    "guidance_interval",
                    pass.guidanceInterval.map { .array([JSONValue($0.lowest), JSONValue($0.highest)]) } ?? .null
                ),
            ])
        }
        return [
            ("event", "preset"), ("name", .string(preset.name)), ("about", .string(preset.about)),
            ("origin", .string(origin.rawValue)), ("model", .string(preset.model)),
            ("precision", preset.precision == nil ? .null : .string(PrecisionName.text(preset.precision))),
            ("frames", .integer(preset.frames)), ("fps", .number(preset.fps)), ("negative", .string(preset.negative)),
            ("prompt_tail", .string(preset.promptTail)), ("lr", pass(preset.lr)), ("hr", pass(preset.hr)),
            (
                "output",
                .object([
                    ("folder", .string(preset.output.folder)), ("name", .string(preset.output.name)),
                    ("format", .string(preset.output.format)), ("crf", JSONValue(preset.output.crf)),
                ])
            ),
        ]
    }
}

extension RecipeOptions {
    /// Puts what the user gave, checked and rounded in `resolved`, into a preset; the rest stays as it is.
    func copyGiven(from resolved: ResolvedPreset, into preset: inout Preset) {
        if model != nil { preset.model = resolved.model }
        if precision != nil { preset.precision = resolved.precision }
        if frames != nil { preset.frames = resolved.frames }
        if fps != nil { preset.fps = resolved.fps }
        if negative != nil { preset.negative = resolved.negative }
        // One size may have changed the other, to keep one shape.
        if commit.size != nil || lrSize != nil {
            preset.lr.size = resolved.lr.size
            preset.hr.size = resolved.hr.size
        }
        if steps != nil { preset.lr.steps = resolved.lr.steps }
        if guidance != nil { preset.lr.guidance = resolved.lr.guidance }
        if shift != nil { preset.lr.shift = resolved.lr.shift }
        draftSavings.copyGiven(from: resolved.lr, into: &preset.lr)
        commit.copyGiven(from: resolved.hr, into: &preset.hr)
    }
}
