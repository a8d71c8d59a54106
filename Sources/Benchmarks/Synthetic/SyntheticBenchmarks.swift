import Diffusion
import Kernels
import Models
import WeightFiles

/// Steps of a published architecture with random weights: time and memory over the token count.
enum SyntheticBenchmarks {
    static func cases(_ options: SyntheticOptions) -> [BenchmarkCase] {
        let counts = options.tokens.map(String.init).joined(separator: ", ")
        var cases: [BenchmarkCase] = []
        if !options.tokens.isEmpty {
            cases.append(
                BenchmarkCase("synthetic", "one evaluation of \(options.name) at \(counts) tokens, and a fit") {
                    context, precision in try steps(options, context, precision)
                })
        }
        if let tokens = options.blockTokens {
            cases.append(
                BenchmarkCase("block", "one block of \(options.name) at \(tokens) tokens", precisions: .chosenOrBest) {
                    context, precision in
                    let chosen = context.options.precisions.isEmpty ? Precision.int8 : precision
                    return [try block(options, tokens, context, chosen)]
                })
        }
        return cases
    }

    // MARK: Steps

    private static func steps(
        _ options: SyntheticOptions, _ context: BenchmarkContext, _ precision: Precision
    ) throws -> [Measurement] {
        let executor = try executor(options, layers: options.layers, context, precision)
        var results = try options.tokens.map { try step(options, $0, executor, context, precision) }
        let points = results.map { (tokens: $0.details["tokens"] ?? 0, seconds: $0.seconds.median) }
        if let fit = QuadraticFit(points) {
            results += options.extrapolated.map { extrapolated($0, fit, options, precision) }
        }
        return results
    }

    private static func executor(
        _ options: SyntheticOptions, layers: Int, _ context: BenchmarkContext, _ precision: Precision
    ) throws -> VideoTransformerExecutor {
        var configuration = options.configuration
        configuration.layerCount = min(layers, configuration.layerCount)
        let checkpoint = try SyntheticCheckpoint.make(configuration)
        let executor = try VideoTransformerExecutor(
            checkpoint, configuration: configuration, precision: precision, kernels: context.kernels,
            parallel: context.parallel)
        for name in checkpoint.names { try checkpoint.raw(name).release() }
        return executor
    }

    private static func step(
        _ options: SyntheticOptions, _ tokens: Int, _ executor: VideoTransformerExecutor, _ context: BenchmarkContext,
        _ precision: Precision
    ) throws -> Measurement {
        let name = "synthetic.\(options.name).\(tokens)"
        let run = TransformerRun(
            executor, grid: grid(tokens), promptTokens: context.options.sizes.promptTokens)
        let (all, built) = (options.configuration.layerCount, executor.configuration.layerCount)
        var blocks: [Double] = []
        var result = try TransformerBenchmarks.measure(
            name, run, context, precision, after: { blocks += run.blockSeconds })
        result.details["measured_layers"] = Double(built)
        result.details["weight_bytes"] =
            Double(executor.weightBytes + (all - built) * blockBytes(executor.configuration, precision))
        result.details["peak_resident_bytes"] = Double(ResidentMemory.peakBytes)
        guard built < all, !blocks.isEmpty else { return result }
        let block = Timing(blocks).median
        let missing = Double(all - built)
        result.details["block_s"] = block
        result.details["measured_step_s"] = result.seconds.median
        for part in ["attention_s", "linear_s"] {
            result.details[part] = (result.details[part] ?? 0) * Double(all) / Double(built)
        }
        result.operations = result.operations.map { $0 * Double(all) / Double(built) }
        result.seconds.median += missing * block
        result.seconds.minimum += missing * (blocks.min() ?? block)
        result.seconds.maximum += missing * (blocks.max() ?? block)
        result.note =
            "\(built) of \(all) blocks measured, the others counted with the median block; all weights counted"
        return result
    }

    private static func extrapolated(
        _ tokens: Int, _ fit: QuadraticFit, _ options: SyntheticOptions, _ precision: Precision
    ) -> Measurement {
        var result = Measurement(
            name: "synthetic.\(options.name).\(tokens)", precision: precision.rawValue,
            seconds: Timing([fit.seconds(Double(tokens))]))
        result.isMeasured = false
        result.details = [
            "tokens": Double(tokens), "fit_constant": fit.constant, "fit_linear": fit.linear, "fit_square": fit.square,
        ]
        result.note =
            "extrapolated by \(fit) seconds through the measured steps of N tokens, least squares of relative errors, no term "
            + "negative"
        return result
    }

    // MARK: One block

    private static func block(
        _ options: SyntheticOptions, _ tokens: Int, _ context: BenchmarkContext, _ precision: Precision
    ) throws -> Measurement {
        let executor = try executor(options, layers: 1, context, precision)
        ResidentMemory.resetPeak()
        let run = TransformerRun(
            executor, grid: grid(tokens), promptTokens: context.options.sizes.promptTokens)
        let seconds = try Stopwatch.seconds { try run.evaluate() }
        var result = Measurement(
            name: "block.\(options.name).\(tokens)", precision: precision.rawValue, seconds: Timing([seconds]))
        let others = (options.configuration.layerCount - 1) * blockBytes(executor.configuration, precision)
        result.operations = run.operations
        result.details = [
            "tokens": Double(tokens), "workspace_bytes": Double(run.workspace.byteCount),
            "peak_resident_bytes": Double(ResidentMemory.peakBytes),
            "peak_with_all_weights_bytes": Double(ResidentMemory.peakBytes + others),
        ]
        result.note =
            "one run, cold, with the layers before and behind the block; the other blocks' weights are added by their size"
        return result
    }

    /// Bytes of one block's packed weights, by the sizes of its matrices.
    private static func blockBytes(_ configuration: VideoTransformerConfiguration, _ precision: Precision) -> Int {
        configuration.expectedWeights().filter { $0.key.hasPrefix("transformer_blocks.0.") }.reduce(0) { sum, weight in
            let count = weight.value.reduce(1, *)
            guard weight.value.count == 2, !weight.key.hasSuffix("table") else { return sum + count * 4 }
            switch precision {
            case .fp32: return sum + count * 4
            case .bf16: return sum + count * 2
            // A scale and a sum for each output channel.
            case .int8: return sum + count + weight.value[0] * 8
            }
        }
    }

    /// A picture of this many tokens, as square as it can be.
    private static func grid(_ tokens: Int) -> LatentGrid {
        var rows = max(1, Int(Double(tokens).squareRoot()))
        while !tokens.isMultiple(of: rows) { rows -= 1 }
        return LatentGrid(frames: 1, height: rows, width: max(1, tokens / rows))
    }
}
