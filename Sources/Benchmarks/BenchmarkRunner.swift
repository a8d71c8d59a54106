import Foundation
import Kernels

/// Runs the chosen cases one after another.
package struct BenchmarkRunner: Sendable {
    private let options: BenchmarkOptions
    private let context: BenchmarkContext

    package init(_ options: BenchmarkOptions) {
        self.options = options
        context = BenchmarkContext(options)
    }

    /// Measures the peak of this CPU, then every chosen case.
    ///
    /// - Parameters:
    ///   - started: called before a case is run.
    ///   - measured: called with each figure as soon as it is there, the peaks first.
    /// - Returns: all figures.
    /// - Throws: `GenerationError` for a name that no case has or a model that cannot be used.
    package func run(
        started: (_ name: String, _ precision: String) -> Void = { _, _ in },
        measured: (Measurement) -> Void = { _ in }
    ) async throws -> BenchmarkReport {
        let cases = try BenchmarkCase.selected(options)
        let peaks = PeakRates.measure(context)
        var report = BenchmarkReport(machine: machine, peaks: peaks)
        report.measurements = peaks.measurements
        report.measurements.forEach(measured)
        for one in cases {
            for precision in one.precisions(options) {
                try Task.checkCancellation()
                started(one.name, precision.rawValue)
                for result in try await one.run(context, precision) {
                    let compared = peaks.compared(result)
                    report.measurements.append(compared)
                    measured(compared)
                }
            }
        }
        return report
    }

    private var machine: BenchmarkReport.Machine {
        BenchmarkReport.Machine(
            cpu: options.cpuName, kernelLevel: context.kernels.level.description, threads: options.threadCount,
            date: Date.now.ISO8601Format())
    }
}
