import ArgumentParser

/// How a command reports.
struct ReportOptions: ParsableArguments {
    @Flag(help: "Write JSON, one object a line, to standard output.")
    var json = false

    @Flag(help: "No progress and no notes on standard error.")
    var quiet = false

    /// Makes the choice known before anything can fail.
    func apply() {
        Reporting.set(json: json, quiet: quiet)
    }

    /// The last object of a command that has done something and has nothing to print.
    func done(_ fields: [(key: String, value: JSONValue)]) {
        if json { Output.object([("event", "result")] + fields + [("exit", 0)]) }
    }
}
