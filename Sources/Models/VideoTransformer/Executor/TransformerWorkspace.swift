package import Kernels

/// The memory of a forward pass, made once for a token count, so that a step allocates nothing.
package final class TransformerWorkspace: Sendable {
    package let tokenCount: Int
    /// The token stream, fp32 `[tokens, width]`.
    let stream: AlignedBuffer
    /// Rotated queries and the attention's result, in the attention's type `[tokens, width]`.
    let queries: AlignedBuffer
    let attended: AlignedBuffer
    /// With int8 keys and values: the values before, `[tokens, width]`.
    let values: AlignedBuffer
    let keysValues: PackedKeysValues
    /// With int8 keys: their means, `[width]`.
    let keyMeans: AlignedBuffer
    /// Rows that a worker handles at a time.
    let chunkRows: Int
    private let workers: [WorkerMemory]
    private static let largestChunk = 192

    /// What one worker needs for a chunk of rows.
    final class WorkerMemory: Sendable {
        /// `[chunkRows, widest]` fp32.
        let rows: AlignedBuffer
        /// `[chunkRows, width]` in the attention's type, twice.
        let queries: AlignedBuffer
        let attended: AlignedBuffer
        /// `[chunkRows, feedForwardWidth]`, bf16 or fp32.
        let hidden: AlignedBuffer
        let attentionScratch: AlignedBuffer
        /// Weights by key block, while sparsity is measured.
        let mass: AlignedBuffer

        init(
            configuration: VideoTransformerConfiguration, widest: Int, chunkRows: Int, elementBytes: Int,
            massKeyCount: Int
        ) {
            let width = configuration.width
            rows = AlignedBuffer(byteCount: chunkRows * width * 4)
            queries = AlignedBuffer(byteCount: chunkRows * width * elementBytes)
            attended = AlignedBuffer(byteCount: chunkRows * width * elementBytes)
            hidden = AlignedBuffer(byteCount: chunkRows * widest * elementBytes)
            attentionScratch = AlignedBuffer(
                byteCount: Kernels.attentionScratchBytes(headSize: configuration.headWidth, massKeyCount: massKeyCount))
            mass = AlignedBuffer(byteCount: (massKeyCount + Kernels.keyBlock - 1) / Kernels.keyBlock * 4)
        }

        var byteCount: Int {
            rows.byteCount + queries.byteCount + attended.byteCount + hidden.byteCount + attentionScratch.byteCount
        }
    }

    /// Rows of the linear layers' operands, one set for each input width.
    let narrowOperands: OperandRows
    private let wideOperands: OperandRows
    private let fusionOperands: OperandRows?

    package init(
        configuration: VideoTransformerConfiguration, turbo2k: Turbo2KConfiguration?, tokenCount: Int,
        precision: Precision, attentionIsBF16: Bool, threadCount: Int
    ) {
        let width = configuration.width
        let elementBytes = attentionIsBF16 ? 2 : 4
        self.tokenCount = tokenCount
        chunkRows = Self.chunkRows(tokenCount: tokenCount, threadCount: threadCount)
        stream = AlignedBuffer(byteCount: tokenCount * width * 4)
        queries = AlignedBuffer(byteCount: tokenCount * width * elementBytes)
        attended = AlignedBuffer(byteCount: tokenCount * width * elementBytes)
        keysValues = PackedKeysValues(
            headCount: configuration.headCount, headSize: configuration.headWidth, keyCount: tokenCount,
            isBF16: attentionIsBF16, isQuantized: precision == .int8)
        values = AlignedBuffer(byteCount: precision == .int8 ? tokenCount * width * elementBytes : 4)
        keyMeans = AlignedBuffer(byteCount: precision == .int8 ? width * 4 : 4)
        let rows = chunkRows
        let widest = max(configuration.feedForwardWidth, (turbo2k?.fusionHiddenRatio ?? 0) * width)
        workers = (0..<threadCount).map { _ in
            WorkerMemory(
                configuration: configuration, widest: widest, chunkRows: rows, elementBytes: elementBytes,
                massKeyCount: tokenCount)
        }
        narrowOperands = OperandRows(precision: precision, inputChannels: width, rows: rows, workers: threadCount)
        wideOperands = OperandRows(
            precision: precision, inputChannels: configuration.feedForwardWidth, rows: rows, workers: threadCount)
        fusionOperands = turbo2k.map {
            OperandRows(
                precision: precision, inputChannels: $0.fusionHiddenRatio * width, rows: rows, workers: threadCount)
        }
    }

    /// Rows of a chunk: as many chunks for every worker, so that none waits for another's last one; even, and a multiple of
    /// the register tile. Weights are read once a chunk, so long sequences take larger ones.
    static func chunkRows(tokenCount: Int, threadCount: Int) -> Int {
        let share = (tokenCount + threadCount - 1) / threadCount
        let largest = share >= 16 * 96 ? largestChunk : 96
        let chunks = max(2, (share + largest - 1) / largest)
        return min(largest, max(12, ((share + chunks - 1) / chunks + 5) / 6 * 6))
    }

    func worker(_ index: Int) -> WorkerMemory { workers[index] }

    /// The operand rows behind a feed-forward layer's activation.
    func wideOperands(inputChannels: Int) -> OperandRows {
        fusionOperands.flatMap { $0.inputChannels == inputChannels ? $0 : nil } ?? wideOperands
    }

    /// What a workspace of these shapes will take, without making it.
    package static func byteCount(
        configuration: VideoTransformerConfiguration, turbo2k: Turbo2KConfiguration?, tokenCount: Int,
        precision: Precision, attentionIsBF16: Bool, threadCount: Int
    ) -> Int {
        let width = configuration.width
        let elementBytes = attentionIsBF16 ? 2 : 4
        let padded = (tokenCount + 63) / 64 * 64
        let valueWidth = configuration.headCount * ((configuration.headWidth + 15) / 16 * 16)
        let widest = max(configuration.feedForwardWidth, (turbo2k?.fusionHiddenRatio ?? 0) * width)
        let worker =
            largestChunk * (width * 4 + (2 * width + widest) * elementBytes + (width + 2 * widest) * 4)
            + Kernels.attentionScratchBytes(headSize: configuration.headWidth)
        let (waiting, packedBytes) = precision == .int8 ? (elementBytes, 1) : (0, elementBytes)
        return tokenCount * width * (4 + 2 * elementBytes + waiting) + padded * (width + valueWidth) * packedBytes
            + threadCount * worker
    }

    package var byteCount: Int {
        stream.byteCount + queries.byteCount + attended.byteCount + values.byteCount + keysValues.byteCount
            + narrowOperands.byteCount
            + wideOperands.byteCount + (fusionOperands?.byteCount ?? 0) + workers.reduce(0) { $0 + $1.byteCount }
    }
}
