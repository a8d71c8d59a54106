import Kernels

/// Operations per second that this CPU reaches with operands in registers, on all threads at once.
package struct PeakRates: Sendable {
    private(set) var measurements: [Measurement] = []

    /// Operations per second by precision; bf16 is missing where the CPU does not multiply it.
    package var operationsPerSecond: [String: Double] {
        var rates: [String: Double] = [:]
        for one in measurements {
            if let precision = one.precision, let operations = one.operations {
                rates[precision] = operations / one.seconds.median
            }
        }
        return rates
    }

    /// The best of several samples of each precision: a peak is what the machine can do, not what it did on average.
    static func measure(_ context: BenchmarkContext) -> PeakRates {
        var rates = PeakRates()
        for precision in [Precision.fp32, .bf16, .int8] where precision != .bf16 || context.kernels.level.multipliesBF16
        {
            rates.measurements.append(measure(precision, context))
        }
        return rates
    }

    private static func measure(_ precision: Precision, _ context: BenchmarkContext) -> Measurement {
        let (kernels, parallel, wanted) = (context.kernels, context.parallel, context.options.sizes.peakSeconds)
        var iterations = 10_000
        var operations = 0.0
        var seconds = Stopwatch.seconds { operations = kernels.peakOperations(precision, iterations: iterations) }
        while seconds < wanted / 4, iterations < 1 << 40 {
            iterations *= 4
            seconds = Stopwatch.seconds { operations = kernels.peakOperations(precision, iterations: iterations) }
        }
        let scale = max(1, wanted / max(seconds, 1e-9))
        let count = Int(Double(iterations) * scale)
        let each = operations / Double(iterations) * Double(count)
        let samples = (0..<7).map { _ in
            Stopwatch.seconds {
                parallel.forEach(parallel.threadCount) { _, _ in
                    _ = kernels.peakOperations(precision, iterations: count)
                }
            }
        }
        let best = samples.min() ?? seconds
        var result = Measurement(name: "peak", precision: precision.rawValue, seconds: Timing([best]))
        result.operations = each * Double(parallel.threadCount)
        result.note = "best of \(samples.count), operands in registers"
        return result
    }

    /// A figure with its fraction of the peak of its precision, where both are known.
    func compared(_ measurement: Measurement) -> Measurement {
        var result = measurement
        if let precision = measurement.precision, let peak = operationsPerSecond[precision],
            let operations = measurement.operations, measurement.seconds.median > 0
        {
            result.fractionOfPeak = operations / measurement.seconds.median / peak
        }
        return result
    }
}
