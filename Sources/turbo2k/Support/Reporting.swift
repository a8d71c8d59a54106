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

    /// Something that is wrong but does not stop the command.
    static func warn(_ text: String) {
        if !isQuiet { Output.message("warning: " + text) }
    }
}
