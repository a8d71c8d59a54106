/// A predicted time with the range it is expected in.
package struct TimeEstimate: Sendable, Hashable, Codable {
    package var seconds: Double
    package var low: Double
    package var high: Double
    /// Earlier runs it rests on; below 3 it is written `about`.
    package var runs: Int
    /// For the log and `--json`: `model+5 steps`.
    package var basis: String

    package init(seconds: Double, low: Double, high: Double, runs: Int, basis: String) {
        self.seconds = seconds
        self.low = low
        self.high = high
        self.runs = runs
        self.basis = basis
    }

    /// `spread` is the expected relative error; at least 5 % is taken.
    init(seconds: Double, spread: Double, runs: Int, basis: String) {
        let part = max(0.05, spread)
        self.init(
            seconds: seconds, low: seconds / (1 + part), high: seconds * (1 + part), runs: runs, basis: basis)
    }

    static func + (first: TimeEstimate, second: TimeEstimate) -> TimeEstimate {
        TimeEstimate(
            seconds: first.seconds + second.seconds, low: first.low + second.low, high: first.high + second.high,
            runs: min(first.runs, second.runs), basis: first.basis)
    }
}

/// Durations as people read them.
package enum DurationText {
    /// `0.7s`, `8s`, `1m38s`, `2h05m`; above ten minutes seconds are dropped.
    package static func short(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "?" }
        if seconds < 9.95 { return oneDecimal(seconds) + "s" }
        let whole = Int(min(seconds, 1e9).rounded())
        if whole < 60 { return "\(whole)s" }
        if whole < 600 { return "\(whole / 60)m\(twoDigits(whole % 60))s" }
        let minutes = (whole + 30) / 60
        if minutes < 60 { return "\(minutes)m" }
        return "\(minutes / 60)h\(twoDigits(minutes % 60))m"
    }

    /// A step's time: `0.71s`, `17.6s`, `1m38s`.
    package static func step(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 60 else { return short(seconds) }
        let hundredths = Int((seconds * 100).rounded())
        return seconds < 9.995 ? "\(hundredths / 100).\(twoDigits(hundredths % 100))s" : oneDecimal(seconds) + "s"
    }

    static func oneDecimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func twoDigits(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
