import Foundation
import Generation
import StudioCore

/// A job of the history for people and as JSON.
enum JobText {
    /// `14  draft   done     512x288    25 fr  seed 7   8.1s  * a fox at dusk`.
    static func line(_ job: JobRecord) -> String {
        let marks = (job.isStarred ? "*" : " ") + (job.hasCommit ? "2k" : "  ")
        let fields = [
            left(String(job.id), 5), right(job.kind.rawValue, 7), right(job.state.rawValue, 8),
            right("\(job.size)", 10), left(String(job.frames), 4), left(String(job.seed), 11),
            left(job.seconds.map(DurationText.short) ?? "-", 7), marks,
        ]
        return fields.joined(separator: " ") + " " + TextCleaning.shortened(job.words, to: 80)
    }

    static func lines(_ job: JobRecord, _ history: History) throws -> [String] {
        let padded = RecipeText.padded
        var lines = ["\(job.kind.rawValue) \(job.id)" + (job.parent.map { " of draft \($0)" } ?? "")]
        lines.append(padded("state") + job.state.rawValue + (job.error.map { ": " + TextCleaning.oneLine($0) } ?? ""))
        lines += RecipeText.lines(job.recipe).filter { !$0.hasPrefix("kind ") }
        lines.append(padded("folder") + TextCleaning.oneLine(job.folder.path(percentEncoded: false)))
        let log = job.folder.appending(path: JobLog.name).path(percentEncoded: false)
        if FileManager.default.fileExists(atPath: log) { lines.append(padded("log") + TextCleaning.oneLine(log)) }
        if let note = job.note { lines.append(padded("note") + TextCleaning.oneLine(note)) }
        let tags = try history.tags(of: job.id)
        if !tags.isEmpty { lines.append(padded("tags") + tags.joined(separator: ", ")) }
        for output in try history.outputs(of: job.id) {
            let gone = FileManager.default.fileExists(atPath: output.path) ? "" : " (gone)"
            let name = output.kind == "partial" ? "partial" : "file"
            lines.append(padded(name) + TextCleaning.oneLine(output.path) + gone)
        }
        let steps = try history.steps(of: job.id)
        if !steps.isEmpty {
            let times = steps.map { DurationText.step($0.seconds) }.joined(separator: " ")
            lines.append(padded("steps") + times)
        }
        return lines
    }

    /// As JSON, with steps, stages, files and tags too.
    static func fields(_ job: JobRecord, details history: History) throws -> [(key: String, value: JSONValue)] {
        fields(job) + [
            ("note", JSONValue(job.note)), ("folder", .string(job.folder.path(percentEncoded: false))),
            ("tags", .array(try history.tags(of: job.id).map { .string($0) })),
            ("steps", .array(try history.steps(of: job.id).map(step))),
            (
                "stages",
                .array(
                    try history.stages(of: job.id).map { stage in
                        .object([("name", .string(stage.stage.rawValue)), ("seconds", .number(stage.seconds))])
                    })
            ),
            (
                "files",
                .array(
                    try history.outputs(of: job.id).map { output in
                        .object([
                            ("path", .string(output.path)), ("bytes", .integer(output.bytes)),
                            ("kind", .string(output.kind)),
                        ])
                    })
            ),
        ]
    }

    /// As JSON.
    static func fields(_ job: JobRecord) -> [(key: String, value: JSONValue)] {
        [
            ("event", "history"), ("job", .integer(job.id)), ("kind", .string(job.kind.rawValue)),
            ("parent", JSONValue(job.parent)), ("state", .string(job.state.rawValue)),
            ("prompt", .string(job.words)), ("seed", .integer(Int(job.seed))), ("size", .string("\(job.size)")),
            ("frames", .integer(job.frames)), ("seconds", JSONValue(job.seconds)), ("made", JSONValue(job.made)),
            ("star", .boolean(job.isStarred)), ("trashed", JSONValue(job.trashed)),
            ("has_commit", .boolean(job.hasCommit)), ("error", JSONValue(job.error)),
            ("recipe", .raw(job.recipe.json())),
        ]
    }

    private static func step(_ step: StepRecord) -> JSONValue {
        .object([
            ("pass", .string(step.pass.rawValue)), ("n", .integer(step.number)), ("of", .integer(step.count)),
            ("sigma", JSONValue(step.sigma)), ("seconds", .number(step.seconds)),
            ("attention", .number(step.attention)), ("linear", .number(step.linear)),
            ("tokens", .integer(step.tokens)), ("calls", .integer(step.calls)), ("x0_change", JSONValue(step.x0Change)),
        ])
    }

    private static func left(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width - text.count, 0)) + text
    }

    private static func right(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }
}
