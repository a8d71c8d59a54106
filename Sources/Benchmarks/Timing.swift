/// Wall-clock seconds of the runs of one thing.
package struct Timing: Sendable, Codable, Equatable {
    package var median: Double
    package var minimum: Double
    package var maximum: Double
    package var runs: Int

    private enum CodingKeys: String, CodingKey {
        case median = "median_s"
        case minimum = "min_s"
        case maximum = "max_s"
        case runs
    }

    /// - Parameter samples: seconds of each run; at least one.
    package init(_ samples: [Double]) {
        precondition(!samples.isEmpty, "timing of no runs")
        let sorted = samples.sorted()
        let middle = sorted.count / 2
        median = sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
        runs = sorted.count
    }

    /// Half the distance from the fastest to the slowest run, as a fraction of the median.
    package var spread: Double { median > 0 ? (maximum - minimum) / 2 / median : 0 }
}
