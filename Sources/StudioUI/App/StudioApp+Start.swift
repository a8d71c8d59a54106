import Foundation
import StudioCore
import TerminalKit

/// What files say before the first frame. None of them may keep the studio from opening.
extension StudioApp {
    static func bindings(_ options: StudioOptions, _ settings: Settings) throws(StudioError) -> KeyBindings {
        let file = try KeysFile.load(options.paths.keysFile)
        return KeyBindings(try KeyBindings.changed(KeyBindings.standard(settings), by: file))
    }

    /// The settings, nil where the file cannot be read at all, and what is wrong in it.
    static func loadSettings(_ options: StudioOptions) -> (Settings?, [String]) {
        do {
            var (settings, problems) = try Settings.load(options.paths.settingsFile)
            let wish = options.environment["TURBO2K_REDUCE_MOTION"] ?? ""
            if !["", "0"].contains(wish) { settings.motion = .reduced }
            return (settings, problems.map(\.description))
        } catch {
            return (nil, [error.description])
        }
    }

    /// The preset asked for, else any there is: a wrong name must not keep the studio from opening.
    static func startPreset(
        _ options: StudioOptions, _ settings: Settings, _ library: PresetLibrary, _ problems: inout [String]
    ) throws -> ResolvedPreset {
        let wanted = options.preset ?? settings.preset
        let entry = library.entries.first { $0.preset.name == wanted }
        if entry == nil, !library.entries.isEmpty {
            problems.append("There is no preset \(TextCleaning.shortened(wanted, to: 40)).")
        }
        var preset = entry?.preset ?? library.entries.first?.preset ?? Preset(name: "default")
        if let model = options.model { preset.model = model }
        return try resolved(preset, settings, library)
    }

    /// A preset with every value known; where the settings name a folder or a template of names, those hold.
    static func resolved(
        _ preset: Preset, _ settings: Settings, _ library: PresetLibrary
    ) throws(StudioError) -> ResolvedPreset {
        var resolved = try library.resolved(preset)
        if let folder = settings.outputFolder { resolved.output.folder = folder }
        if let name = settings.outputName { resolved.output.name = name }
        return resolved
    }
}
