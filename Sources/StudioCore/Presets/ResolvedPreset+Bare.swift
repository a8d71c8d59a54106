extension ResolvedPreset {
    /// The settings of no preset: every saving and every extra is off.
    package static func bare(model: String?) -> ResolvedPreset {
        var preset = Preset(name: "none")
        preset.model = model
        return ResolvedPreset(preset)
    }
}
