import Generation
package import Kernels

/// One thing that can be measured by itself.
package struct BenchmarkCase: Sendable {
    /// Which precisions a case is run with.
    package enum Precisions: Sendable {
        /// Those asked for.
        case chosen
        /// Those asked for that the case has of its own.
        case chosenOf([Precision])
        /// Those asked for, else the engine's own choice: for what takes minutes.
        case chosenOrBest
    }

    /// Topic and shape, for example `attention.8192x32x64`.
    package let name: String
    package let summary: String
    let precisions: Precisions
    let run: @Sendable (BenchmarkContext, Precision) async throws -> [Measurement]

    init(
        _ name: String, _ summary: String, precisions: Precisions = .chosen,
        run: @escaping @Sendable (BenchmarkContext, Precision) async throws -> [Measurement]
    ) {
        self.name = name
        self.summary = summary
        self.precisions = precisions
        self.run = run
    }

    /// Whether `wanted` names this case or the group it is in.
    func matches(_ wanted: String) -> Bool { name == wanted || name.hasPrefix(wanted + ".") }

    /// What to run it with.
    func precisions(_ options: BenchmarkOptions) -> [Precision] {
        switch precisions {
        case .chosen: options.chosenPrecisions
        case .chosenOf(let known): options.chosenPrecisions.filter(known.contains)
        case .chosenOrBest: options.precisions.isEmpty ? [Kernels.defaultPrecision] : options.precisions
        }
    }

    /// Every case of these options, in the order in which they run.
    package static func all(_ options: BenchmarkOptions) -> [BenchmarkCase] {
        if let synthetic = options.synthetic { return SyntheticBenchmarks.cases(synthetic) }
        let sizes = options.sizes
        return LinearBenchmarks.cases(sizes.products) + AttentionBenchmarks.cases(sizes.attentions)
            + RowBenchmarks.cases(sizes.rows) + ConvolutionBenchmarks.cases(sizes.convolutions)
            + TextEncoderBenchmarks.cases + TransformerBenchmarks.cases(sizes) + DecoderBenchmarks.cases(sizes)
            + AllocationBenchmarks.cases(sizes) + (options.job.map { JobBenchmark.cases($0) } ?? [])
            + (options.studioProgram.map { StudioBenchmarks.cases($0) } ?? [])
            + (options.estimates.map { StudioBenchmarks.cases(estimates: $0) } ?? [])
    }

    /// The cases that the options name.
    ///
    /// - Throws: ``GenerationError/badValue(_:)`` for a name that no case has.
    package static func selected(_ options: BenchmarkOptions) throws -> [BenchmarkCase] {
        let cases = all(options)
        guard !options.only.isEmpty else { return cases }
        for wanted in options.only where !cases.contains(where: { $0.matches(wanted) }) {
            throw GenerationError.badValue(
                "There is no benchmark \"\(wanted)\"; \"turbo2k bench --list\" names them all.")
        }
        return cases.filter { one in options.only.contains(where: one.matches) }
    }
}
