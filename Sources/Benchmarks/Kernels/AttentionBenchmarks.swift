import Kernels

/// Attention alone, cut into pieces of work as the transformer's executor cuts it.
enum AttentionBenchmarks {
    static func cases(_ sizes: [BenchmarkSizes.Attention]) -> [BenchmarkCase] {
        sizes.map { size in
            let kind = size.keys.map { "cross attention with \($0) keys" } ?? "self-attention, keys and values packed"
            return BenchmarkCase(
                name(size), "\(size.tokens) tokens, \(size.heads) heads of \(size.headSize), \(kind)",
                precisions: .chosenOf([.fp32, .bf16])
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
        let layer = Layer(size, isBF16: precision != .fp32, context)
        let operations = 4 * Double(size.heads * size.headSize) * Double(size.tokens) * Double(layer.keyCount)
        let packing = Stopwatch(runs: context.options.runs ?? 5).measure { layer.pack() }
        var result = context.measure(name(size), precision, operations: operations) {
            // A prompt's keys are packed once for all steps, those of the tokens in every block.
            if size.keys == nil { layer.pack() }
            layer.attend()
        }
        result.details["packing_s"] = packing.median
        return result
    }

    /// Queries, keys and values of one layer.
    private struct Layer: Sendable {
        let keyCount: Int
        private let size: BenchmarkSizes.Attention
        private let isBF16: Bool
        private let context: BenchmarkContext
        private let queries: AlignedBuffer
        private let keys: AlignedBuffer
        private let values: AlignedBuffer
        private let output: AlignedBuffer
        private let packed: PackedKeysValues
        private let scratch: [AlignedBuffer]

        init(_ size: BenchmarkSizes.Attention, isBF16: Bool, _ context: BenchmarkContext) {
            let width = size.heads * size.headSize
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
                headCount: size.heads, headSize: size.headSize, keyCount: keyCount, isBF16: isBF16)
            scratch = (0..<context.parallel.threadCount).map { _ in
                AlignedBuffer(byteCount: Kernels.attentionScratchBytes(headSize: size.headSize))
            }
        }

        private var rowBytes: Int { size.heads * size.headSize * (isBF16 ? 2 : 4) }

        /// Lays out keys and values, chunk by chunk of an even number of rows.
        func pack() {
            let rows = 96
            context.parallel.forEach((keyCount + rows - 1) / rows) { chunk, _ in
                let first = chunk * rows
                let count = min(rows, keyCount - first)
                packed.storeKeys(keys.base + first * rowBytes, first: first, rows: count)
                packed.storeValues(values.base + first * rowBytes, first: first, rows: count)
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
