package import Foundation
package import Generation
package import Kernels

/// What is measured, and how.
package struct BenchmarkOptions: Sendable {
    /// Names of cases, or the part of a name before a dot; empty: all that need no option.
    package var only: [String] = []
    /// Empty: fp32, the best of this CPU, and int8.
    package var precisions: [Precision] = []
    package var threadCount: Int
    /// Timed runs of each figure; nil: chosen from how long one takes.
    package var runs: Int?
    package var sizes = BenchmarkSizes.full
    /// The CPU's name, for the report.
    package var cpuName: String
    /// A model's name or path.
    package var model = "nano"
    /// The user's own models.
    package var userModels: URL?
    /// Set: random weights of a published size are measured, and nothing else.
    package var synthetic: SyntheticOptions?
    /// Set: the whole job is measured as well.
    package var job: Recipe?
    /// Set: the studio that this program opens is measured as well. A path.
    package var studioProgram: String?
    /// Set: works out what the form shows of a job, from the history that it opens once; the seconds of each time.
    package var estimates: (@Sendable (_ count: Int) async throws -> [Double])?

    package init(threadCount: Int, cpuName: String) {
        self.threadCount = threadCount
        self.cpuName = cpuName
    }

    /// The precisions of a case that knows all.
    package var chosenPrecisions: [Precision] {
        guard precisions.isEmpty else { return precisions }
        return KernelLevel.best.multipliesBF16 ? [.fp32, .bf16, .int8] : [.fp32, .int8]
    }
}
