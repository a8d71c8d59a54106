import Foundation

/// All figures of a run, with what they were measured on.
package struct BenchmarkReport: Sendable, Codable {
    package struct Machine: Sendable, Codable {
        package var cpu: String
        /// The kernels' level: portable, avx2 or avx512.
        package var kernelLevel: String
        package var threads: Int
        /// ISO 8601.
        package var date: String

        private enum CodingKeys: String, CodingKey {
            case cpu, threads, date
            case kernelLevel = "level"
        }
    }

    package var machine: Machine
    /// Operations per second by precision.
    package var peakOperationsPerSecond: [String: Double]
    package var measurements: [Measurement] = []

    private enum CodingKeys: String, CodingKey {
        case machine, measurements
        case peakOperationsPerSecond = "peak_ops_per_s"
    }

    init(machine: Machine, peaks: PeakRates) {
        self.machine = machine
        peakOperationsPerSecond = peaks.operationsPerSecond
    }

    /// One JSON object on one line.
    ///
    /// - Throws: what `JSONEncoder` throws for a figure that is not finite.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
