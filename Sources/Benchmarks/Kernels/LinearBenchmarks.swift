import Kernels

/// A linear layer alone, fp32 rows in and out; conversion or quantisation of the rows is part of the time.
enum LinearBenchmarks {
    static func cases(_ sizes: [BenchmarkSizes.Product]) -> [BenchmarkCase] {
        sizes.map { size in
            BenchmarkCase(
                "linear.\(size.rows)x\(size.inputs)x\(size.outputs)",
                "\(size.rows) tokens, \(size.inputs) to \(size.outputs) channels, conversion of the input included"
            ) { context, precision in [run(size, context, precision)] }
        }
    }

    private static func run(
        _ size: BenchmarkSizes.Product, _ context: BenchmarkContext, _ precision: Precision
    ) -> Measurement {
        var random = RandomNumbers()
        let input = random.buffer(size.rows * size.inputs)
        let weight = random.buffer(size.outputs * size.inputs)
        let output = AlignedBuffer(byteCount: size.rows * size.outputs * 4)
        let matrix = PackedMatrix(
            .fp32(weight.floats()), outputChannels: size.outputs, inputChannels: size.inputs, precision: precision,
            kernels: context.kernels, parallel: context.parallel)
        let operations = 2 * Double(size.rows) * Double(size.inputs) * Double(size.outputs)
        return context.measure(
            "linear.\(size.rows)x\(size.inputs)x\(size.outputs)", precision, operations: operations
        ) {
            context.kernels.linear(
                input.floats(), rows: size.rows, matrix: matrix, into: output.floats(), parallel: context.parallel)
        }
    }
}
