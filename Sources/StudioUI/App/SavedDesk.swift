import Dispatch
import Foundation
import StudioCore

/// What lay on the desk when the studio was left: the prompts with their undo, the form, filters, and how the screen was
/// divided.
package struct SavedDesk: Codable, Sendable {
    var prompt: TextEditor
    var negative: TextEditor
    /// Nil where it was kept by a program that had no such form.
    package var form: SavedForm?
    var arrangement: Int?
    var draftFilter: String?
    var presetFilter: String?
    var shifts: [String: Layout.Shifts]
    /// The studio that was open then; nil once it was left as usual.
    var process: Int32?
    /// The job that ran.
    var job: Int?
    var savedAt: Date?

    /// `process`: of the studio, while it stays open.
    package init(_ state: StudioState, _ wishes: SavedForm.Wishes, process: Int32?) {
        prompt = state.prompt
        negative = state.negative
        (draftFilter, presetFilter) = (state.drafts.filter.text, state.presets.filter.text)
        form = SavedForm(state.form, wishes: wishes)
        arrangement = state.arrangement.rawValue
        shifts = Dictionary(uniqueKeysWithValues: state.shifts.map { ($0.key.rawValue, $0.value) })
        self.process = process
        job = state.runningJob?.id
        savedAt = .now
    }

    /// A form of another program's making costs the form alone, never the text.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        prompt = try container.decode(TextEditor.self, forKey: .prompt)
        negative = try container.decode(TextEditor.self, forKey: .negative)
        form = try? container.decode(SavedForm.self, forKey: .form)
        arrangement = try container.decodeIfPresent(Int.self, forKey: .arrangement)
        draftFilter = try container.decodeIfPresent(String.self, forKey: .draftFilter)
        presetFilter = try container.decodeIfPresent(String.self, forKey: .presetFilter)
        shifts = try container.decode([String: Layout.Shifts].self, forKey: .shifts)
        process = try container.decodeIfPresent(Int32.self, forKey: .process)
        job = try container.decodeIfPresent(Int.self, forKey: .job)
        savedAt = try container.decodeIfPresent(Date.self, forKey: .savedAt)
    }

    /// Puts text and screen back; the form goes back by itself, since its preset may have changed.
    package func restore(_ state: inout StudioState) {
        state.prompt = prompt
        state.negative = negative
        state.drafts.setFilter(TextEditor(draftFilter ?? "", isMultiline: false), isFocused: false)
        state.presets.setFilter(TextEditor(presetFilter ?? "", isMultiline: false), isFocused: false)
        for (name, moved) in shifts {
            if let sizeClass = Layout.SizeClass(rawValue: name) { state.shifts[sizeClass] = moved }
        }
        if let kept = arrangement.flatMap(Layout.Arrangement.init) { state.arrange(kept) }
    }

    /// Whether its studio is gone without having been left.
    var wasLostInCrash: Bool { process.map { kill($0, 0) != 0 && errno == ESRCH } ?? false }

    /// `The studio ended unexpectedly at 14:31. Your text is back; job 15 went on and is done.`
    func crashNotice(job state: JobState?) -> String {
        let clock = savedAt.map { " at " + StudioState.clockTime($0).prefix(5) } ?? ""
        let end =
            switch (job, state) {
            case (let job?, .running), (let job?, .waiting), (let job?, .stopping): "; job \(job) goes on."
            case (let job?, .done): "; job \(job) went on and is done."
            case (let job?, .stopped), (let job?, .failed): "; R in the queue goes on with job \(job)."
            default: "."
            }
        return "The studio ended unexpectedly\(clock). Your text is back" + end
    }
}

/// Keeps the desk on the disk, so that not even a crash loses what was typed.
final class DeskFile: Sendable {
    private let file: URL
    /// One write after the other: none may overtake the last.
    private let queue = DispatchQueue(label: "turbo2k.desk", qos: .utility)

    init(_ paths: StudioPaths) { file = paths.state.appending(path: "desk.json") }

    /// Nil where there is none, or none that can be read: the desk is empty then.
    func load() -> SavedDesk? {
        (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(SavedDesk.self, from: $0) }
    }

    /// Writes it away from the loop. A desk that could not be kept is told of when the studio is left.
    func saveSoon(_ desk: SavedDesk) {
        queue.async { try? self.write(desk) }
    }

    func save(_ desk: SavedDesk) throws {
        try queue.sync { try write(desk) }
    }

    private func write(_ desk: SavedDesk) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try JSONEncoder().encode(desk).write(to: file, options: .atomic)
    }
}
