import Kernels

/// A 3x3x3 convolution of one frame alone, as the decoder runs it: 27 taps of a bordered picture in one product.
enum ConvolutionBenchmarks {
    static func cases(_ sizes: [BenchmarkSizes.Convolution]) -> [BenchmarkCase] {
        sizes.map { size in
            BenchmarkCase(
                name(size), "\(size.inputs) to \(size.outputs) channels, one frame of \(size.columns)x\(size.rows)",
                precisions: .chosenOf([.fp32, .bf16])
            ) { context, precision in [run(size, context, precision)] }
        }
    }

    private static func name(_ size: BenchmarkSizes.Convolution) -> String {
        "convolution.\(size.inputs)x\(size.outputs).\(size.columns)x\(size.rows)"
    }

    private static let tapCount = 27
    /// Pixels of one product.
    private static let run = 240

    private static func run(
        _ size: BenchmarkSizes.Convolution, _ context: BenchmarkContext, _ precision: Precision
    ) -> Measurement {
        var random = RandomNumbers()
        let isBF16 = precision == .bf16
        let pixelBytes = size.inputs * (isBF16 ? 2 : 4)
        let lineBytes = (size.columns + 2) * pixelBytes
        let frames = (0..<3).map { _ in
            random.buffer((size.rows + 2) * (size.columns + 2) * size.inputs, isBF16: isBF16)
        }
        let weights = random.buffer(size.outputs * tapCount * size.inputs)
        let matrix = PackedMatrix(
            outputChannels: size.outputs, inputChannels: size.inputs, tapCount: tapCount, precision: precision,
            kernels: context.kernels, parallel: context.parallel
        ) { output, tap, input in weights.floats()[(output * tapCount + tap) * size.inputs + input] }
        let target = AlignedBuffer(byteCount: size.rows * size.columns * size.outputs * 4)
        let operations =
            2 * Double(tapCount * size.inputs * size.outputs) * Double(size.rows) * Double(size.columns)
        return context.measure(name(size), precision, operations: operations) {
            context.parallel.forEach(size.rows) { row, _ in
                for first in stride(from: 0, to: size.columns, by: run) {
                    let segments: [UnsafeRawPointer?] = (0..<tapCount).map { tap in
                        let (y, x) = (tap / 3 % 3, tap % 3)
                        return UnsafeRawPointer(
                            frames[tap / 9].base + (row + y) * lineBytes + (first + x) * pixelBytes)
                    }
                    let place = (row * size.columns + first) * size.outputs
                    context.kernels.product(
                        segments: segments, rows: min(run, size.columns - first), rowStride: pixelBytes,
                        matrix: matrix,
                        epilogue: Epilogue(
                            output: target.base + place * (isBF16 ? 2 : 4), stride: size.outputs, isBF16: isBF16))
                }
            }
        }
    }
}
