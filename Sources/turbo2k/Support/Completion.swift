import Foundation
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

    static func drafts() -> [String] { ["last"] + jobs(.draft) }

    static func jobs() -> [String] { jobs(nil) }

    private static func jobs(_ kind: GenerationResult.Kind?) -> [String] {
        let paths = StudioPaths()
        // Who only asks what there is makes no files.
        guard FileManager.default.fileExists(atPath: paths.historyFile.path(percentEncoded: false)) else { return [] }
        var filter = HistoryFilter()
        filter.kind = kind
        filter.limit = 100
        return ((try? History(paths: paths, patience: .zero, allowsReadOnly: true).jobs(filter)) ?? []).map {
            String($0.id)
        }
    }
}
