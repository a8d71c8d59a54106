package import Foundation

/// All themes: those that ship with the program and the user's own, which override them by name.
package struct ThemeLibrary: Sendable {
    /// A theme and its file; the built-in `terminal` theme has none.
    package struct Entry: Sendable {
        package var theme: Theme
        package var isOwn: Bool
        package var file: URL?
    }

    /// Sorted by name, `terminal` first.
    package private(set) var entries: [Entry] = []
    package private(set) var problems: [FileProblem] = []

    package init(shipped: URL?, own: URL) {
        var byName = [Theme.terminal.name: Entry(theme: .terminal, isOwn: false, file: nil)]
        for (folder, isOwn) in [(shipped, false), (own, true)] {
            guard let folder else { continue }
            for file in PresetLibrary.tomlFiles(in: folder) {
                guard let theme = read(file) else { continue }
                byName[theme.name] = Entry(theme: theme, isOwn: isOwn, file: file)
            }
        }
        let first = Theme.terminal.name
        entries = byName.values.sorted {
            ($0.theme.name != first, $0.theme.name) < ($1.theme.name != first, $1.theme.name)
        }
    }

    package func theme(named name: String) throws(StudioError) -> Theme {
        guard let entry = entries.first(where: { $0.theme.name == name }) else {
            let suggestion = NearestName.of(name, in: entries.map(\.theme.name))
            throw .unknown(kind: "theme", name: name, suggestion: suggestion)
        }
        return entry.theme
    }

    /// Reads one file, for `themes check FILE`.
    package static func load(_ file: URL) throws(StudioError) -> (theme: Theme, problems: [FileProblem]) {
        let shown = file.path(percentEncoded: false)
        let fallback = file.deletingPathExtension().lastPathComponent
        return try ThemeFile.parse(try TextFile.read(file, shown: shown), file: shown, fallbackName: fallback)
    }

    private mutating func read(_ file: URL) -> Theme? {
        TextFile.parsed(file, kind: "theme", &problems) { try ThemeFile.parse($0, file: $1, fallbackName: $2) }
    }
}

private func < (first: (Bool, String), second: (Bool, String)) -> Bool {
    first.0 == second.0 ? first.1 < second.1 : !first.0
}
