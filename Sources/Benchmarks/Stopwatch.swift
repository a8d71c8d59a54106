/// Repeats something and times each run.
package struct Stopwatch: Sendable {
    /// The number of timed runs; nil: chosen from how long one takes.
    package var runs: Int?
    /// About how long one figure may take where the number of runs is chosen.
    package var budgetSeconds: Double

    package init(runs: Int? = nil, budgetSeconds: Double = 1.5) {
        self.runs = runs
        self.budgetSeconds = budgetSeconds
    }

    /// Seconds of one call.
    package static func seconds<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    /// Runs `body` once to warm caches and memory, then several times more. What takes ten seconds and longer is warm
    /// after its own first moments: there the first run counts as well, and what takes a minute runs once.
    package func measure<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Timing {
        let first = try Self.seconds(body)
        let isLong = first > 10
        var samples = isLong ? [first] : []
        while samples.count < wantedRuns(first) { samples.append(try Self.seconds(body)) }
        return Timing(samples)
    }

    /// At least five short runs, three long ones, one very long one.
    func wantedRuns(_ seconds: Double) -> Int {
        if let runs { return max(1, runs) }
        if seconds > 60 { return 1 }
        if seconds > 4 { return 3 }
        return min(200, max(5, Int(budgetSeconds / max(seconds, 1e-6))))
    }
}
