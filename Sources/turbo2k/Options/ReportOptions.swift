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
}
