/// What a plan of memory is multiplied with: learned from what earlier jobs on this machine took at most.
package struct MemoryMargin: Sendable, Equatable {
    /// What an earlier job was planned to take, and what it took.
    package struct Peak: Sendable, Hashable {
        package var plannedBytes: Int
        package var bytes: Int

        package init(plannedBytes: Int, bytes: Int) {
            self.plannedBytes = plannedBytes
            self.bytes = bytes
        }
    }

    package let factor: Double
    /// Those it was learned from; 0: none yet.
    package let jobCount: Int

    /// Before anything is known.
    package static let initialFactor = 1.1
    /// A plan has the sizes of real buffers, so less than it is not to be had; where jobs took half as much again something
    /// else was at work, and no job is to be refused for that.
    private static let limits = 1.0...1.5
    private static let fewestJobs = 3

    package init(_ peaks: [Peak] = []) {
        let known = peaks.filter { $0.plannedBytes > 0 && $0.bytes > 0 }
        guard known.count >= Self.fewestJobs else {
            (factor, jobCount) = (Self.initialFactor, 0)
            return
        }
        // Large jobs count as much as they are large: in small ones it is mostly the program itself that is seen.
        let ratios = known.map { (ratio: Double($0.bytes) / Double($0.plannedBytes), weight: Double($0.plannedBytes)) }
            .sorted { $0.ratio < $1.ratio }
        var rest = 0.9 * ratios.reduce(0) { $0 + $1.weight }
        let high = ratios.first { entry in
            rest -= entry.weight
            return rest <= 0
        }
        factor = min(max(high?.ratio ?? Self.initialFactor, Self.limits.lowerBound), Self.limits.upperBound)
        jobCount = known.count
    }

    /// For example `1.10`.
    package var text: String {
        let hundredths = Int((factor * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
