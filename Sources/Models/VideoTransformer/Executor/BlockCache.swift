import Kernels

/// What an evaluation's blocks behind the first one added to the stream, kept for a later step.
///
/// Neighbouring steps differ little, and what the second block reads says how much: as long as that has changed by less
/// than a threshold since the last whole evaluation, its later blocks' sum of changes is added instead of computed. (The
/// idea of TeaCache, Liu et al. 2024, arXiv:2411.19108, with the first block as the estimate instead of a fitted curve.)
///
/// The reference is always the last whole evaluation, so nothing older matters: a run that begins anew with a whole
/// evaluation goes on exactly like one that never stopped.
package final class BlockCache: Sendable {
    /// What the second block read in the last whole evaluation, `[tokens, width]`.
    private let input: AlignedBuffer
    /// How far the stream behind the last block was from it.
    private let change: AlignedBuffer
    private let rowCount: Int
    private let width: Int

    /// `tokenCount`: of the sequences evaluated.
    package init(configuration: VideoTransformerConfiguration, tokenCount: Int) {
        rowCount = tokenCount
        width = configuration.width
        input = AlignedBuffer(byteCount: tokenCount * configuration.width * 4)
        change = AlignedBuffer(byteCount: tokenCount * configuration.width * 4)
    }

    package var byteCount: Int { Self.byteCount(tokenCount: rowCount, width: width) }

    /// What a cache will take, without making it.
    package static func byteCount(tokenCount: Int, width: Int) -> Int { 2 * tokenCount * width * 4 }

    /// How far a stream is from what the second block read last: sum |new - old| / sum |old|.
    func distance(_ stream: AlignedBuffer, parallel: Parallel) -> Double {
        let sums = AlignedBuffer(byteCount: rowCount * 2 * MemoryLayout<Double>.size)
        let partial = sums.base.assumingMemoryBound(to: Double.self)
        // SAFETY: rows write disjoint sums.
        nonisolated(unsafe) let target = partial
        forEachRow(parallel) { row in
            let (new, old) = (stream.floats(at: row * width), input.floats(at: row * width))
            var (difference, norm): (Float, Float) = (0, 0)
            for column in 0..<width {
                difference += abs(new[column] - old[column])
                norm += abs(old[column])
            }
            target[2 * row] = Double(difference)
            target[2 * row + 1] = Double(norm)
        }
        // Added in the rows' order, whatever the number of threads.
        var (difference, norm) = (0.0, 0.0)
        for row in 0..<rowCount {
            difference += partial[2 * row]
            norm += partial[2 * row + 1]
        }
        return norm > 0 ? difference / norm : .infinity
    }

    /// Notes what the second block reads.
    func begin(_ stream: AlignedBuffer, parallel: Parallel) {
        forEachRow(parallel) { row in
            input.floats(at: row * width).update(from: stream.floats(at: row * width), count: width)
        }
    }

    /// Notes what came out behind the last block.
    func end(_ stream: AlignedBuffer, parallel: Parallel) {
        forEachRow(parallel) { row in
            let (out, old) = (stream.floats(at: row * width), input.floats(at: row * width))
            let target = change.floats(at: row * width)
            for column in 0..<width { target[column] = out[column] - old[column] }
        }
    }

    /// Adds what the later blocks added last.
    func apply(to stream: AlignedBuffer, parallel: Parallel) {
        forEachRow(parallel) { row in
            let (target, added) = (stream.floats(at: row * width), change.floats(at: row * width))
            for column in 0..<width { target[column] += added[column] }
        }
    }

    private func forEachRow(_ parallel: Parallel, _ body: @Sendable (Int) -> Void) {
        let rows = 64
        parallel.forEach((rowCount + rows - 1) / rows) { chunk, _ in
            for row in chunk * rows..<min(rowCount, (chunk + 1) * rows) { body(row) }
        }
    }
}

extension VideoTransformerExecutor {
    /// Whether an evaluation may take its later blocks from an earlier one.
    package struct BlockReuse: Sendable {
        package enum Choice: Sendable {
            /// All blocks, noted for later steps.
            case whole
            /// The noted ones, if what the second block reads has changed by less than this; else all, noted anew.
            case below(Float)
            /// The noted ones.
            case reused
        }

        package var cache: BlockCache
        package var choice: Choice
        /// Told, behind the first block, whether the later ones are computed.
        package var onChoice: (@Sendable (_ isWhole: Bool) -> Void)?

        package init(cache: BlockCache, choice: Choice, onChoice: (@Sendable (_ isWhole: Bool) -> Void)? = nil) {
            self.cache = cache
            self.choice = choice
            self.onChoice = onChoice
        }

        func isWhole(_ stream: AlignedBuffer, parallel: Parallel) -> Bool {
            switch choice {
            case .whole: true
            case .below(let threshold): cache.distance(stream, parallel: parallel) >= Double(threshold)
            case .reused: false
            }
        }
    }
}
