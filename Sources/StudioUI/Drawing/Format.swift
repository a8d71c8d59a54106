import StudioCore

/// Numbers as the studio writes them.
package enum Format {
    /// `8.1s`, `1m38s`, `2h04m`; seconds are dropped above ten minutes.
    package static func duration(_ seconds: Double) -> String {
        seconds < 0.05 ? "0s" : DurationText.short(seconds)
    }

    /// The remaining time: whole seconds, `finishing` below one.
    package static func remaining(_ seconds: Double) -> String {
        seconds < 1 ? "finishing" : duration(max(seconds.rounded(), 1)).replacing(".0s", with: "s")
    }

    /// A time that is only guessed: whole seconds from three on.
    package static func rough(_ seconds: Double) -> String {
        let rounded = seconds >= 3 ? seconds.rounded() : seconds
        return duration(rounded).replacing(".0s", with: "s")
    }

    /// `5-7s`, `1m30s-1m50s`: the unit once where both ends have the same.
    package static func range(_ low: Double, _ high: Double) -> String {
        let ends = (rough(low), rough(high))
        let isSeconds = !ends.0.contains("m") && !ends.0.contains("h") && !ends.1.contains("m") && !ends.1.contains("h")
        return (isSeconds ? String(ends.0.dropLast()) : ends.0) + "-" + ends.1
    }

    /// `0:01.5`, minutes and seconds within a clip.
    package static func clipTime(_ seconds: Double) -> String {
        let tenths = Int((max(seconds, 0) * 10).rounded())
        return "\(tenths / 600):\(padded(tenths / 10 % 60)).\(tenths % 10)"
    }

    /// `0:05`.
    package static func clipLength(_ seconds: Double) -> String {
        let whole = Int(max(seconds, 0).rounded())
        return "\(whole / 60):\(padded(whole % 60))"
    }

    /// `61 MiB`, `5.6 GiB`.
    package static func bytes(_ count: Int) -> String {
        let units: [(Int, String)] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
        for (unit, name) in units where count >= unit {
            let value = Double(count) / Double(unit)
            return (value < 9.95 ? fixed(value, 1) : String(Int(value.rounded()))) + " " + name
        }
        return "\(count) B"
    }

    /// `5.6/24 GiB`.
    package static func share(_ part: Int, of whole: Int) -> String {
        let unit = 1 << 30
        let partText = Double(part) / Double(unit)
        let wholeText = Double(whole) / Double(unit)
        return fixed(partText, partText < 9.95 ? 1 : 0) + "/" + fixed(wholeText, wholeText < 9.95 ? 1 : 0) + " GiB"
    }

    /// A fixed number of decimals, with a full stop in every locale.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1.0) { result, _ in result * 10 }
        let rounded = (value * scale).rounded()
        guard rounded.isFinite, abs(rounded) < 1e15 else { return "-" }
        let whole = Int(abs(rounded))
        let sign = rounded < 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(whole) }
        let unit = Int(scale)
        let part = String(whole % unit)
        return sign + String(whole / unit) + "." + String(repeating: "0", count: decimals - part.count) + part
    }

    /// A number without needless decimals: `1`, `3.5`.
    package static func short(_ value: Double) -> String {
        value == value.rounded() ? fixed(value, 0) : fixed(value, value * 10 == (value * 10).rounded() ? 1 : 2)
    }

    /// `2,304`.
    package static func grouped(_ value: Int) -> String {
        let digits = Array(String(abs(value)))
        var result = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }

    private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
