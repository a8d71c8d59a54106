import Foundation

/// A report as lines of text, one for each figure.
package enum ReportTable {
    private static let nameWidth = 32

    /// What the columns mean.
    package static var header: String {
        row("what", "type", "median", "spread", "runs", "GFLOP/s", "of peak", "GB/s")
    }

    /// `2 threads on NAME, avx512 kernels, 2026-11-23T02:00:00Z`.
    package static func title(_ machine: BenchmarkReport.Machine) -> String {
        "\(machine.threads) threads on \(machine.cpu), \(machine.kernelLevel) kernels, \(machine.date)"
    }

    /// The figure's row, and below it its further figures and its note.
    package static func lines(_ one: Measurement) -> [String] {
        var lines = [
            row(
                one.name, one.precision ?? "", seconds(one.seconds.median),
                one.seconds.runs > 1 ? "±" + percent(one.seconds.spread) : "",
                one.isMeasured ? String(one.seconds.runs) : "-",
                one.gigaOperationsPerSecond.map(rate) ?? "", one.fractionOfPeak.map(percent) ?? "",
                one.gigabytesPerSecond.map(rate) ?? "")
        ]
        let details = one.details.sorted { $0.key < $1.key }.map { detail($0.key, $0.value) }
        if !details.isEmpty { lines.append("    " + details.joined(separator: ", ")) }
        if let note = one.note { lines.append("    " + note) }
        return lines
    }

    private static func row(
        _ name: String, _ type: String, _ median: String, _ spread: String, _ runs: String, _ rate: String,
        _ fraction: String, _ bandwidth: String
    ) -> String {
        name.padding(toLength: max(nameWidth, name.count), withPad: " ", startingAt: 0)
            + [(type, 6), (median, 11), (spread, 8), (runs, 5), (rate, 9), (fraction, 8), (bandwidth, 7)]
            .map { text, width in String(repeating: " ", count: max(0, width - text.count)) + text }
            .joined(separator: " ")
    }

    private static func seconds(_ value: Double) -> String {
        switch value {
        case ..<1e-3: fixed(value * 1e6, 1) + " us"
        case ..<1: fixed(value * 1e3, 2) + " ms"
        default: fixed(value, 2) + " s"
        }
    }

    private static func percent(_ value: Double) -> String { fixed(value * 100, value < 0.1 ? 1 : 0) + "%" }

    private static func rate(_ value: Double) -> String { fixed(value, value < 10 ? 2 : 0) }

    /// Bytes and seconds in readable units, all else as a number.
    private static func detail(_ key: String, _ value: Double) -> String {
        let words = key.split(separator: "_")
        if words.last == "bytes" {
            return words.dropLast().joined(separator: " ") + " " + fixed(value / 1_048_576, 1) + " MiB"
        }
        if words.last == "s" { return words.dropLast().joined(separator: " ") + " " + seconds(value) }
        return words.joined(separator: " ") + " "
            + (value == value.rounded() ? fixed(value, 0) : String(format: "%.4g", value))
    }

    private static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
