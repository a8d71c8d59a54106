import Kernels

/// Attention alone, cut into pieces of work as the transformer's executor cuts it.
enum AttentionBenchmarks {
    static func cases(_ sizes: [BenchmarkSizes.Attention]) -> [BenchmarkCase] {
        sizes.map { size in
            let kind = size.keys.map { "cross attention with \($0) keys" } ?? "self-attention, keys and values packed"
            return BenchmarkCase(
                name(size), "\(size.tokens) tokens, \(size.heads) heads of \(size.headSize), \(kind)",
                // A prompt's keys are few: int8 is for attention among the tokens.
                precisions: .chosenOf(size.keys == nil ? [.fp32, .bf16, .int8] : [.fp32, .bf16])
            ) { context, precision in [run(size, context, precision)] }
        }
    }

    private static func name(_ size: BenchmarkSizes.Attention) -> String {
        let shape = "\(size.tokens)x\(size.heads)x\(size.headSize)"
        return size.keys.map { "attention.cross.\(shape)+\($0)" } ?? "attention.\(shape)"
    }

    private static func run(
        _ size: BenchmarkSizes.Attention, _ context: BenchmarkContext, _ precision: Precision
    ) -> Measurement {
        let layer = Layer(size, precision, context)
        let operations = 4 * Double(size.heads * size.headSize) * Double(size.tokens) * Double(layer.keyCount)
        let packing = Stopwatch(runs: context.options.runs ?? 5).measure { layer.pack() }
        var result = context.measure(name(size), precision, operations: operations) {
            // A prompt's keys are packed once for all steps, those of the tokens in every block.
            if size.keys == nil { layer.pack() }
            layer.attend()
        }
        result.details["packing_s"] = packing.median
        if precision == .int8 {
            let values = layer.isBF16 ? "bf16" : "fp32"
            result.note = "logits int8, the other half of the work \(values), all compared with the int8 peak"
        }
        return result
    }

    /// Rows that one call packs, even.
    private static let chunk = 96

    /// Queries, keys and values of one layer.
    private struct Layer: Sendable {
        let keyCount: Int
        private let size: BenchmarkSizes.Attention
        let isBF16: Bool
        private let context: BenchmarkContext
        private let queries: AlignedBuffer
        private let keys: AlignedBuffer
        private let values: AlignedBuffer
        private let output: AlignedBuffer
        private let packed: PackedKeysValues
        private let scratch: [AlignedBuffer]
        /// Each worker's fp32 row, then each chunk's sum of key rows, then the means of all keys.
        private let rows: AlignedBuffer

        init(_ size: BenchmarkSizes.Attention, _ precision: Precision, _ context: BenchmarkContext) {
            let width = size.heads * size.headSize
            let isBF16 = precision == .bf16 || precision == .int8 && context.kernels.level.multipliesBF16
            var random = RandomNumbers()
            self.size = size
            self.isBF16 = isBF16
            self.context = context
            keyCount = size.keys ?? size.tokens
            queries = random.buffer(size.tokens * width, isBF16: isBF16)
            keys = random.buffer(keyCount * width, isBF16: isBF16)
            values = random.buffer(keyCount * width, isBF16: isBF16)
            output = AlignedBuffer(byteCount: size.tokens * width * (isBF16 ? 2 : 4))
            packed = PackedKeysValues(
                headCount: size.heads, headSize: size.headSize, keyCount: keyCount, isBF16: isBF16,
                isQuantized: precision == .int8)
            let threads = context.parallel.threadCount
            rows = AlignedBuffer(byteCount: (threads + (keyCount + chunk - 1) / chunk + 1) * width * 4)
            scratch = (0..<context.parallel.threadCount).map { _ in
                AlignedBuffer(byteCount: Kernels.attentionScratchBytes(headSize: size.headSize))
            }
        }

        private var width: Int { size.heads * size.headSize }
        private var rowBytes: Int { width * (isBF16 ? 2 : 4) }
        private var chunkCount: Int { (keyCount + chunk - 1) / chunk }

        /// Lays out keys and values, chunk by chunk.
        func pack() {
            context.parallel.forEach(chunkCount) { index, worker in
                let first = index * chunk
                let count = min(chunk, keyCount - first)
                if packed.isQuantized {
                    addKeys(first..<first + count, chunk: index, worker: worker)
                } else {
                    packed.storeKeys(keys.base + first * rowBytes, first: first, rows: count)
                    packed.storeValues(values.base + first * rowBytes, first: first, rows: count)
                }
            }
            if packed.isQuantized { quantize() }
        }

        private func addKeys(_ range: Range<Int>, chunk: Int, worker: Int) {
            let row = rows.floats(at: worker * width)
            let sums = rows.floats(at: (context.parallel.threadCount + chunk) * width)
            for column in 0..<width { sums[column] = 0 }
            for key in range {
                context.kernels.convert(
                    keys.base + key * rowBytes, isBF16: isBF16, to: row, isBF16: false, count: width)
                context.kernels.addScaled(sums, row, factor: 1, count: width)
            }
        }

        /// Keys minus their means, and values, to int8.
        private func quantize() {
            let first = context.parallel.threadCount
            let means = rows.floats(at: (first + chunkCount) * width)
            for column in 0..<width { means[column] = 0 }
            for chunk in 0..<chunkCount {
                context.kernels.addScaled(
                    means, rows.floats(at: (first + chunk) * width), factor: 1 / Float(keyCount), count: width)
            }
            context.parallel.forEach((keyCount + Kernels.keyBlock - 1) / Kernels.keyBlock) { block, _ in
                for head in 0..<size.heads {
                    packed.storeQuantizedValues(values.base, block: block, head: head, kernels: context.kernels)
                }
            }
            context.parallel.forEach((keyCount + 63) / 64) { block, _ in
                for head in 0..<size.heads {
                    packed.storeQuantizedKeys(
                        keys.base, block: block, head: head,
                        means: UnsafePointer(rows.floats(at: (first + chunkCount) * width)), kernels: context.kernels)
                }
            }
        }

        /// By head and block of queries, or for few keys by block of queries.
        func attend() {
            let rows = Kernels.queryBlock
            let blockCount = (size.tokens + rows - 1) / rows
            guard size.keys == nil else {
                return context.parallel.forEach(blockCount) { block, worker in
                    for head in 0..<size.heads { attend(head: head, first: block * rows, worker: worker) }
                }
            }
            context.parallel.forEach(size.heads * blockCount) { task, worker in
                attend(head: task / blockCount, first: task % blockCount * rows, worker: worker)
            }
        }

        private func attend(head: Int, first: Int, worker: Int) {
            let offset = first * rowBytes + head * size.headSize * (isBF16 ? 2 : 4)
            context.kernels.attention(
                queries: queries.base + offset, rows: min(Kernels.queryBlock, size.tokens - first),
                rowStride: size.heads * size.headSize, keysValues: packed, keyCount: keyCount, head: head,
                scale: 1 / Float(size.headSize).squareRoot(), output: output.base + offset,
                scratch: scratch[worker].base)
        }
    }
}
