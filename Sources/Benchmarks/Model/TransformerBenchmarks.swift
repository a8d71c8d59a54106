import Diffusion
import Generation
import Kernels
import Models

/// One evaluation of the draft's and of the commit's transformer; a step with guidance takes two.
enum TransformerBenchmarks {
    static func cases(_ sizes: BenchmarkSizes) -> [BenchmarkCase] {
        [
            BenchmarkCase(
                "lr-step", "one evaluation of the draft's transformer, \(sizes.lowGrid.tokenCount) tokens",
                run: { context, precision in
                    let model = try context.model().transformer(precision, context)
                    let run = TransformerRun(model, grid: sizes.lowGrid, promptTokens: sizes.promptTokens)
                    return [try measure("lr-step", run, context, precision)]
                }),
            BenchmarkCase(
                "hr-features", "guidance features of a draft, resized to \(sizes.highGrid.tokenCount) tokens",
                run: { context, precision in
                    guard let high = try context.model().highResolution(precision, context) else { return [] }
                    let guide = try Guide(high, sizes, context, precision)
                    return [try context.measure("hr-features", precision) { _ = try guide.injections() }]
                }),
            BenchmarkCase(
                "hr-step",
                "one evaluation of the commit's transformer with its injections, \(sizes.highGrid.tokenCount) tokens",
                run: { context, precision in [try highStep(sizes, context, precision)] }),
        ]
    }

    private static func highStep(
        _ sizes: BenchmarkSizes, _ context: BenchmarkContext, _ precision: Precision
    ) throws -> Measurement {
        guard let high = try context.model().highResolution(precision, context) else {
            let low = try context.model().transformer(precision, context)
            let run = TransformerRun(low, grid: sizes.highGrid, promptTokens: sizes.promptTokens)
            return try measure("hr-step", run, context, precision)
        }
        let injections = try Guide(high, sizes, context, precision).injections()
        let run = TransformerRun(
            high, grid: sizes.highGrid, promptTokens: sizes.promptTokens, injections: injections)
        return try measure("hr-step", run, context, precision)
    }

    /// Times evaluations, calling `after` behind each, and adds what the executor says about them.
    static func measure(
        _ name: String, _ run: TransformerRun, _ context: BenchmarkContext, _ precision: Precision,
        after: () -> Void = {}
    ) throws -> Measurement {
        _ = run.executor.times.take()
        var count = 0
        var result = try context.measure(name, precision, operations: run.operations) {
            try run.evaluate()
            count += 1
            after()
        }
        let parts = run.executor.times.take()
        let share = Double(context.parallel.threadCount * max(count, 1))
        result.details = [
            "tokens": Double(run.workspace.tokenCount), "attention_s": parts.attention / share,
            "linear_s": parts.linear / share, "workspace_bytes": Double(run.workspace.byteCount),
            "weight_bytes": Double(run.executor.weightBytes),
        ]
        return result
    }

    /// The draft's model, as far as it guides the commit's.
    private struct Guide {
        private let low: TransformerRun
        private let high: VideoTransformerExecutor
        private let sizes: BenchmarkSizes

        init(
            _ high: VideoTransformerExecutor, _ sizes: BenchmarkSizes, _ context: BenchmarkContext,
            _ precision: Precision
        ) throws {
            self.high = high
            self.sizes = sizes
            low = TransformerRun(
                try context.model().transformer(precision, context), grid: sizes.lowGrid,
                promptTokens: sizes.promptTokens)
        }

        func injections() throws -> [InjectedFeatures] {
            guard let turbo2k = high.turbo2k else { return [] }
            return try high.injections(
                of: low.streams(after: turbo2k.guidanceBlocks), from: sizes.lowGrid.tokens,
                to: sizes.highGrid.tokens)
        }
    }
}

extension LatentGrid {
    fileprivate var tokens: TokenGrid { TokenGrid(frames: frames, rows: height, columns: width) }
}
