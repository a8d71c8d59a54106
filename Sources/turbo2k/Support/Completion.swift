import Generation
import StudioCore

/// What the shell offers for names; never starts the engine and never complains.
enum Completion {
    static func presets() -> [String] {
        PresetLibrary(shipped: ProgramFiles.find()?.presets, own: StudioPaths().presets).entries.map(\.preset.name)
    }

    static func themes() -> [String] {
        ThemeLibrary(shipped: ProgramFiles.find()?.themes, own: StudioPaths().themes).entries.map(\.theme.name)
    }

    static func models() -> [String] {
        ModelCatalog(userFolder: StudioPaths().models).list().map(\.name)
    }

    static func settings() -> [String] { SettingKey.all.map(\.name) }

    static func drafts() -> [String] {
        var filter = HistoryFilter()
        filter.kind = .draft
        filter.limit = 100
        return ((try? History(paths: StudioPaths()).jobs(filter)) ?? []).map { String($0.id) }
    }

    static func jobs() -> [String] {
        var filter = HistoryFilter()
        filter.limit = 100
        return ((try? History(paths: StudioPaths()).jobs(filter)) ?? []).map { String($0.id) }
    }
}
