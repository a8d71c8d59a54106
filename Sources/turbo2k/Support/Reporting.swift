import StudioCore
import Synchronization

/// How this run of the program speaks, known as soon as its arguments are.
enum Reporting {
    private static let state = Mutex((json: false, quiet: false))

    static var isJSON: Bool { state.withLock { $0.json } }
    static var isQuiet: Bool { state.withLock { $0.quiet } }

    static func set(json: Bool, quiet: Bool) {
        state.withLock { $0 = (json, quiet) }
    }

    /// A remark that changes no result: `--frames 24 rounded to 25`.
    static func note(_ text: String) {
        if !isQuiet { Output.message("note: " + text) }
    }

    /// One of several things that are wrong with a file, of which the last is the command's failure.
    static func problem(_ problem: FileProblem) {
        isJSON
            ? Output.object([("event", "problem"), ("message", .string(problem.description))])
            : Output.message(problem.description)
    }

    /// Something that is wrong but does not stop the command.
    static func warn(_ text: String) {
        if !isQuiet { Output.message("warning: " + text) }
    }
}
