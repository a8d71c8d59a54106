package import Foundation

/// The user's own keys, `keys.toml`: tables named after places, with a command and its key or keys in each line.
///
/// What places, commands and keys there are is for the screen to know; here the file is only taken apart.
package struct KeysFile: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package var place: String
        package var command: String
        package var keys: [String]
        package var line: Int?
    }

    /// For messages.
    package let name: String
    /// In the order of their lines.
    package let entries: [Entry]

    /// - Throws: ``StudioError/badFile(_:)`` for anything but tables of keys; a missing file has no entries.
    package static func load(_ file: URL) throws(StudioError) -> KeysFile {
        let name = file.lastPathComponent
        guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) else {
            return KeysFile(name: name, entries: [])
        }
        return try KeysFile(text: try TextFile.read(file, shown: name), name: name)
    }

    package init(text: String, name: String) throws(StudioError) {
        let document = try TOMLDocument(text: text, file: name)
        var entries: [Entry] = []
        for (place, value) in document.root {
            guard case .table(let table) = value else {
                throw .badFile(
                    FileProblem(
                        file: name, line: document.line(of: [place]),
                        text: "\"\(TextCleaning.oneLine(place))\" stands outside a table such as [everywhere]."))
            }
            for (command, value) in table {
                let line = document.line(of: [place, command])
                guard let keys = Self.keys(value) else {
                    let shown = TextCleaning.oneLine(command)
                    throw .badFile(
                        FileProblem(file: name, line: line, text: "\"\(shown)\" must be a key or a list of keys."))
                }
                entries.append(Entry(place: place, command: command, keys: keys, line: line))
            }
        }
        self.init(name: name, entries: entries.sorted { ($0.line ?? 0, $0.command) < ($1.line ?? 0, $1.command) })
    }

    private init(name: String, entries: [Entry]) {
        self.name = name
        self.entries = entries
    }

    private static func keys(_ value: TOMLDocument.Value) -> [String]? {
        switch value {
        case .string(let key): return [key]
        case .array(let values):
            let keys = values.compactMap { value in
                if case .string(let key) = value { key } else { nil }
            }
            return keys.count == values.count ? keys : nil
        default: return nil
        }
    }
}
