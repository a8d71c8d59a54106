import Kernels

/// The kernels that pass over rows once: their measure is memory, in bytes read and written at least.
enum RowBenchmarks {
    static func cases(_ sizes: [BenchmarkSizes.Rows]) -> [BenchmarkCase] {
        sizes.flatMap { size in
            [
                BenchmarkCase(
                    "rows.modulate.\(size.count)x\(size.channels)", "RMS norm with scale and shift",
                    precisions: .chosenOf([.fp32, .bf16]), run: modulate(size)),
                BenchmarkCase(
                    "rows.rotate.\(size.count)x\(size.channels)", "norm of queries or keys, and their rotation",
                    precisions: .chosenOf([.fp32, .bf16]), run: rotate(size)),
                BenchmarkCase(
                    "rows.fuse.\(size.count)x\(size.channels)", "the end of a fusion block, in place",
                    precisions: .chosenOf([.fp32, .bf16]), run: fuse(size)),
                BenchmarkCase(
                    "rows.pixel-norm.\(size.count)x\(size.channels)", "the decoder's norm and activation",
                    precisions: .chosenOf([.fp32, .bf16]), run: pixelNorm(size)),
            ]
        }
    }

    private typealias Run = @Sendable (BenchmarkContext, Precision) async throws -> [Measurement]

    /// Rows that one call of a kernel handles.
    private static let chunk = 96

    /// Times `body(first row, rows)` over all rows, in chunks on all threads.
    private static func passes(
        _ name: String, _ size: BenchmarkSizes.Rows, _ context: BenchmarkContext, _ precision: Precision,
        bytesPerNumber: Int, _ body: @Sendable (_ first: Int, _ count: Int) -> Void
    ) -> [Measurement] {
        let bytes = Double(size.count) * Double(size.channels) * Double(bytesPerNumber)
        return [
            context.measure("rows.\(name).\(size.count)x\(size.channels)", precision, bytes: bytes) {
                context.parallel.forEach((size.count + chunk - 1) / chunk) { index, _ in
                    let first = index * chunk
                    body(first, min(chunk, size.count - first))
                }
            }
        ]
    }

    private static func modulate(_ size: BenchmarkSizes.Rows) -> Run {
        { context, precision in
            var random = RandomNumbers()
            let (isBF16, channels) = (precision == .bf16, size.channels)
            let x = random.buffer(size.count * channels)
            let (scale, shift) = (random.buffer(channels), random.buffer(channels))
            let output = AlignedBuffer(byteCount: size.count * channels * 4)
            return passes("modulate", size, context, precision, bytesPerNumber: isBF16 ? 6 : 8) { first, count in
                context.kernels.normalize(
                    .rms, x.floats(at: first * channels), rows: count, channels: channels, epsilon: 1e-6,
                    modulation: Modulation(scale: scale.floats(), shift: shift.floats(), stride: 0),
                    into: output.base + first * channels * (isBF16 ? 2 : 4), isBF16: isBF16)
            }
        }
    }

    private static func rotate(_ size: BenchmarkSizes.Rows) -> Run {
        { context, precision in
            var random = RandomNumbers()
            let (isBF16, channels) = (precision == .bf16, size.channels)
            let x = random.buffer(size.count * channels)
            let weight = random.buffer(channels)
            let output = AlignedBuffer(byteCount: size.count * channels * 4)
            // Three rows for each token, as its three axes give them; few distinct ones stay in the cache.
            let tables = random.buffer(6 * channels)
            let pointers = AlignedBuffer(byteCount: 6 * size.count * MemoryLayout<Int>.size)
            let places = pointers.base.assumingMemoryBound(to: UnsafePointer<Float>?.self)
            for place in 0..<6 * size.count {
                let row = place / (3 * size.count) * 3 + place % 3
                places[place] = UnsafePointer(tables.floats(at: row * channels))
            }
            var results = passes("rotate", size, context, precision, bytesPerNumber: isBF16 ? 6 : 8) { first, count in
                let table = UnsafePointer(pointers.base.assumingMemoryBound(to: UnsafePointer<Float>?.self))
                context.kernels.normalizeAndRotate(
                    x.floats(at: first * channels), rows: count, channels: channels, stride: channels, epsilon: 1e-5,
                    weight: weight.floats(), cosines: table + 3 * first, sines: table + 3 * (size.count + first),
                    into: output.base + first * channels * (isBF16 ? 2 : 4), outputStride: channels, isBF16: isBF16)
            }
            withExtendedLifetime(tables) { results[0].note = "bytes without the rotary table" }
            return results
        }
    }

    private static func fuse(_ size: BenchmarkSizes.Rows) -> Run {
        { context, precision in
            var random = RandomNumbers()
            let (isBF16, channels) = (precision == .bf16, size.channels)
            let x = random.buffer(size.count * channels)
            let injected = random.buffer(size.count * channels, isBF16: isBF16)
            let (weight, scale, shift) = (random.buffer(channels), random.buffer(channels), random.buffer(channels))
            return passes("fuse", size, context, precision, bytesPerNumber: isBF16 ? 10 : 12) { first, count in
                context.kernels.fuse(
                    x.floats(at: first * channels), rows: count, channels: channels, epsilon: 1e-6,
                    weight: weight.floats(), injected: injected.base + first * channels * (isBF16 ? 2 : 4),
                    injectedIsBF16: isBF16,
                    modulation: Modulation(scale: scale.floats(), shift: shift.floats(), stride: 0))
            }
        }
    }

    private static func pixelNorm(_ size: BenchmarkSizes.Rows) -> Run {
        { context, precision in
            var random = RandomNumbers()
            let (isBF16, channels) = (precision == .bf16, size.channels)
            let x = random.buffer(size.count * channels, isBF16: isBF16)
            let output = AlignedBuffer(byteCount: x.byteCount)
            return passes("pixel-norm", size, context, precision, bytesPerNumber: isBF16 ? 4 : 8) { first, count in
                let offset = first * channels * (isBF16 ? 2 : 4)
                context.kernels.pixelNormSilu(
                    x.base + offset, pixels: count, channels: channels, epsilon: 1e-8, modulation: nil,
                    into: output.base + offset, isBF16: isBF16)
            }
        }
    }
}
