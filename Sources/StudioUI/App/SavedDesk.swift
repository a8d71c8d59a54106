import Foundation
import StudioCore

/// What lay on the desk when the studio was left: the prompts with their undo, and borders that were moved.
struct SavedDesk: Codable {
    var prompt: TextEditor
    var negative: TextEditor
    var shifts: [String: Layout.Shifts]

    init(_ state: StudioState) {
        prompt = state.prompt
        negative = state.negative
        shifts = Dictionary(uniqueKeysWithValues: state.shifts.map { ($0.key.rawValue, $0.value) })
    }

    private static func file(_ paths: StudioPaths) -> URL { paths.state.appending(path: "desk.json") }

    /// Nil where there is none, or none that can be read: the desk is empty then.
    static func load(_ paths: StudioPaths) -> SavedDesk? {
        guard let data = try? Data(contentsOf: file(paths)) else { return nil }
        return try? JSONDecoder().decode(SavedDesk.self, from: data)
    }

    func save(_ paths: StudioPaths) throws {
        try FileManager.default.createDirectory(at: paths.state, withIntermediateDirectories: true)
        try JSONEncoder().encode(self).write(to: Self.file(paths), options: .atomic)
    }

    func restore(_ state: inout StudioState) {
        state.prompt = prompt
        state.negative = negative
        for (name, moved) in shifts {
            if let sizeClass = Layout.SizeClass(rawValue: name) { state.shifts[sizeClass] = moved }
        }
    }
}
