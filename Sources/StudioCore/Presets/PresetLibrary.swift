package import Foundation

/// All presets: those that ship with the program and the user's own, which override them by name.
package struct PresetLibrary: Sendable {
    /// Where a preset comes from.
    package enum Origin: String, Sendable {
        case shipped
        case yours
        case yoursOverShipped = "yours over shipped"
    }

    /// A preset and its file.
    package struct Entry: Sendable {
        package var preset: Preset
        package var origin: Origin
        package var file: URL
    }

    /// Sorted by name.
    package private(set) var entries: [Entry] = []
    /// What was wrong in the files; the rest of each file holds.
    package private(set) var problems: [FileProblem] = []
    private let own: URL
    private let shipped: URL?

    /// Reads every `*.toml` in both folders; a missing folder is an empty one.
    package init(shipped: URL?, own: URL) {
        self.own = own
        self.shipped = shipped
        reload()
    }

    /// Reads the folders again.
    package mutating func reload() {
        problems = []
        var byName: [String: Entry] = [:]
        for (folder, isOwn) in [(shipped, false), (own, true)] {
            guard let folder else { continue }
            for file in Self.tomlFiles(in: folder) {
                guard let preset = read(file) else { continue }
                let hidesShipped = isOwn && byName[preset.name].map { $0.origin != .yours } ?? false
                let origin: Origin = isOwn ? (hidesShipped ? .yoursOverShipped : .yours) : .shipped
                byName[preset.name] = Entry(preset: preset, origin: origin, file: file)
            }
        }
        entries = byName.values.sorted { $0.preset.name < $1.preset.name }
    }

    package func entry(named name: String) throws(StudioError) -> Entry {
        guard let entry = entries.first(where: { $0.preset.name == name }) else {
            let suggestion = NearestName.of(name, in: entries.map(\.preset.name))
            throw .unknown(kind: "preset", name: name, suggestion: suggestion)
        }
        return entry
    }

    /// The preset with everything filled in: from what it is based on, then from the preset named like its model.
    ///
    /// A model given here is used instead of the preset's own.
    package func resolved(_ name: String, model: String? = nil) throws(StudioError) -> ResolvedPreset {
        try resolved(try entry(named: name).preset, model: model)
    }

    /// See ``resolved(_:model:)-(String,_)``.
    package func resolved(_ preset: Preset, model: String? = nil) throws(StudioError) -> ResolvedPreset {
        var result = preset
        result.model = model ?? preset.model
        var seen: Set<String> = [preset.name]
        var next = preset.basedOn
        while let name = next {
            guard seen.insert(name).inserted else {
                throw .badFile(FileProblem(file: "preset \(preset.name)", text: "\"based_on\" goes round in a circle."))
            }
            let base = try entry(named: name).preset
            result = result.over(base)
            next = base.basedOn
        }
        let modelName = result.model ?? ResolvedPreset.defaultModel
        if let defaults = entries.first(where: { $0.preset.name == modelName })?.preset {
            result = result.over(defaults)
        }
        return ResolvedPreset(result)
    }

    /// Writes one of the user's own presets; an existing own file keeps its comments.
    @discardableResult
    package mutating func save(_ preset: Preset) throws(StudioError) -> URL {
        try PresetName.check(preset.name)
        let previous = entries.first { $0.preset.name == preset.name && $0.origin != .shipped }
        let file = previous?.file ?? own.appending(path: preset.name + ".toml")
        var existing: String?
        if let previous { existing = try? TextFile.read(previous.file, shown: previous.file.lastPathComponent) }
        try TextFile.write(PresetFile.text(of: preset, existing: existing), to: file)
        reload()
        return file
    }

    /// - Throws: ``StudioError/badValue(_:)`` for a shipped preset or a taken name.
    package mutating func rename(_ name: String, to newName: String) throws(StudioError) {
        let entry = try ownEntry(named: name)
        try PresetName.check(newName)
        guard !entries.contains(where: { $0.preset.name == newName }) else {
            throw .badValue("There already is a preset \"\(newName)\"; choose another name or delete that one.")
        }
        var preset = entry.preset
        preset.name = newName
        let text = try TextFile.read(entry.file, shown: entry.file.lastPathComponent)
        let target = own.appending(path: newName + ".toml")
        try TextFile.write(PresetFile.text(of: preset, existing: text), to: target)
        try Self.remove(entry.file)
        reload()
    }

    /// Removes one of the user's own presets; a shipped one of that name shows again.
    package mutating func delete(_ name: String) throws(StudioError) {
        try Self.remove(try ownEntry(named: name).file)
        reload()
    }

    /// The preset's file as it is, comments and all.
    package func export(_ name: String) throws(StudioError) -> String {
        let entry = try entry(named: name)
        return try TextFile.read(entry.file, shown: entry.file.lastPathComponent)
    }

    /// Copies a preset file into the user's own folder, if nothing in it is wrong.
    ///
    /// - Returns: the name of the preset.
    package mutating func importFile(_ file: URL, replacing: Bool = false) throws(StudioError) -> String {
        let shown = file.path(percentEncoded: false)
        let text = try TextFile.read(file, shown: shown)
        let fallback = file.deletingPathExtension().lastPathComponent
        let (preset, found) = try PresetFile.parse(text, file: shown, fallbackName: fallback)
        if let problem = found.first { throw .badFile(problem) }
        try PresetName.check(preset.name)
        let taken = entries.contains { $0.preset.name == preset.name && $0.origin != .shipped }
        guard replacing || !taken else {
            throw .badValue("You already have a preset \"\(preset.name)\"; rename or delete it first.")
        }
        if taken { try delete(preset.name) }
        try TextFile.write(PresetFile.text(of: preset, existing: text), to: own.appending(path: preset.name + ".toml"))
        reload()
        return preset.name
    }

    /// A preset as the text of a file.
    package static func text(of preset: Preset) -> String { PresetFile.text(of: preset) }

    /// What a file at `file` would give, for `presets check`.
    package static func check(_ file: URL) throws(StudioError) -> [FileProblem] {
        let shown = file.path(percentEncoded: false)
        let fallback = file.deletingPathExtension().lastPathComponent
        return try PresetFile.parse(try TextFile.read(file, shown: shown), file: shown, fallbackName: fallback).problems
    }

    private func ownEntry(named name: String) throws(StudioError) -> Entry {
        let entry = try entry(named: name)
        guard entry.origin != .shipped else {
            throw .badValue("The preset \"\(name)\" ships with the program and stays; save one of your own over it.")
        }
        return entry
    }

    private mutating func read(_ file: URL) -> Preset? {
        TextFile.parsed(file, kind: "preset", &problems) { try PresetFile.parse($0, file: $1, fallbackName: $2) }
    }

    private static func remove(_ file: URL) throws(StudioError) {
        do {
            try FileManager.default.removeItem(at: file)
        } catch {
            let path = file.path(percentEncoded: false)
            throw .cannotWrite("\(path) cannot be removed; check the folder's permissions.")
        }
    }

    static func tomlFiles(in folder: URL) -> [URL] {
        // The listing does not follow a folder that is a symbolic link, as in many people's dotfiles.
        let folder = folder.resolvingSymlinksInPath()
        let found = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (found ?? []).filter { $0.pathExtension == "toml" && !$0.lastPathComponent.hasPrefix(".") }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}
