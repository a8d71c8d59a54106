package import StudioCore

/// What is done with presets beyond applying them.
extension StudioState {
    mutating func performOnPreset(_ command: Command) -> [StudioAction] {
        if command == .importPreset {
            ask(.presetImport, "Import a preset", "The path of a preset's TOML file.")
            return []
        }
        guard let preset = presets.selected else { return [] }
        switch command {
        case .diffPreset: return [.diffPreset(preset.name)]
        case .exportPreset:
            let hint = "The path of a new file, or a folder."
            ask(.presetExport(preset.name), "Export preset \(preset.name)", hint, text: "~/\(preset.name).toml")
        case .renamePreset where preset.origin == PresetLibrary.Origin.shipped.rawValue:
            say("The preset \(preset.name) ships with the program and keeps its name.", .warning)
        default:
            ask(
                .presetRename(preset.name), "Rename preset \(preset.name)", "1 to 40 characters.", text: preset.name)
        }
        return []
    }

    private mutating func ask(_ purpose: InputDialog.Purpose, _ title: String, _ hint: String, text: String = "") {
        overlays.append(.input(InputDialog(purpose, title: title, hint: hint, text: text)))
    }

    /// A preset has another name now.
    package mutating func presetRenamed(_ name: String, to newName: String) {
        form.notePresetRenamed(name, to: newName)
        presets.select(named: newName)
    }

    /// Shows where the form differs from a preset.
    package mutating func showDifferences(from preset: ResolvedPreset) {
        let other = ParametersForm(preset, seed: form.seed)
        let fields = ParametersForm.Field.allCases.filter { field in
            field != .seed && field != .count && form.text(of: field) != other.text(of: field)
        }
        var lines = fields.map { field in
            let title = field.title + String(repeating: " ", count: max(17 - field.title.count, 1))
            return title + "\(form.text(of: field)) here, \(other.text(of: field)) in the preset"
        }
        if form.values.promptTail != preset.promptTail {
            lines.append(
                "Words added      \(Self.quoted(form.values.promptTail)) here, \(Self.quoted(preset.promptTail)) in the preset"
            )
        }
        if lines.isEmpty { lines = ["The form has the values of this preset."] }
        overlays.append(.card(CardOverlay(title: "Form and preset \(preset.name)", text: lines)))
    }

    private static func quoted(_ text: String) -> String { text.isEmpty ? "none" : "\"\(text)\"" }
}
