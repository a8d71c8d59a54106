internal import Kernels

extension Tensor {
    /// Scaled dot product attention: `softmax(query keyᵀ · scale + bias) value` for every head.
    ///
    /// - Parameters:
    ///   - query: `[batch, heads, queries, width]`.
    ///   - key: `[batch, heads, keys, width]`.
    ///   - value: `[batch, heads, keys, valueWidth]`.
    ///   - scale: what the inner products are multiplied by.
    ///   - bias: added to the logits; broadcast to `[batch, heads, queries, keys]`, with all of `keys`.
    /// - Returns: `[batch, heads, queries, valueWidth]`.
    package static func attention(
        query: Tensor, key: Tensor, value: Tensor, scale: Float, bias: Tensor? = nil
    ) -> Tensor {
        let problem = AttentionProblem(
            query: query.detached(), key: key.detached(), value: value.detached(), scale: scale, bias: bias?.detached())
        return problem.forward().recorded(from: [query, key, value] + (bias.map { [$0] } ?? [])) { dy in
            problem.gradients(dy)
        }
    }
}

/// The operands of one attention op. Probabilities are made tile by tile, a few queries at a time, and never kept.
private struct AttentionProblem: Sendable {
    let query: Tensor
    let key: Tensor
    let value: Tensor
    let scale: Float
    let bias: Tensor?
    let headCount: Int
    let queryCount: Int
    let keyCount: Int
    let width: Int
    let valueWidth: Int
    /// How far the bias advances from one batch element, head and query to the next; 0 where it is broadcast.
    private let biasSteps: (batch: Int, head: Int, query: Int)

    init(query: Tensor, key: Tensor, value: Tensor, scale: Float, bias: Tensor?) {
        precondition(
            query.rank == 4 && key.rank == 4 && value.rank == 4 && key.shape[..<2] == query.shape[..<2]
                && value.shape[..<3] == key.shape[..<3] && key.shape[3] == query.shape[3],
            "attention: \(query.shape) by \(key.shape) by \(value.shape)")
        (self.query, self.key, self.value, self.scale, self.bias) = (query, key, value, scale, bias)
        (headCount, queryCount, width) = (query.shape[1], query.shape[2], query.shape[3])
        (keyCount, valueWidth) = (key.shape[2], value.shape[3])
        guard let bias else {
            biasSteps = (0, 0, 0)
            return
        }
        let whole = [query.shape[0], headCount, queryCount, keyCount]
        precondition(
            bias.rank == 4 && bias.shape[3] == keyCount && zip(bias.shape, whole).allSatisfy { $0 == $1 || $0 == 1 },
            "attention: bias \(bias.shape) for \(whole)")
        let strides = bias.strides
        biasSteps = (
            bias.shape[0] == 1 ? 0 : strides[0], bias.shape[1] == 1 ? 0 : strides[1],
            bias.shape[2] == 1 ? 0 : strides[2]
        )
    }

    private var headTotal: Int { query.shape[0] * headCount }

    /// Queries per tile: at most 4 MiB of logits.
    private var tileRows: Int { min(queryCount, max(16, (1 << 20) / max(keyCount, 1))) }

    private func biasOffset(head: Int, query: Int) -> Int {
        head / headCount * biasSteps.batch + head % headCount * biasSteps.head + query * biasSteps.query
    }

    func forward() -> Tensor {
        Tensor(shape: Array(query.shape[..<3]) + [valueWidth]) { result in
            guard let y = result.baseAddress else { return }
            let tile = TensorStorage(count: tileRows * keyCount)
            value.withUnsafeBuffer { value in
                guard let value = value.baseAddress else { return }
                forEachTile { head, rows in
                    let offset = head * queryCount + rows.lowerBound
                    fillProbabilities(tile.pointer, head: head, rows: rows)
                    BLAS.sgemm(
                        transposeA: false, transposeB: false, m: rows.count, n: valueWidth, k: keyCount, alpha: 1,
                        a: tile.pointer, lda: max(keyCount, 1),
                        b: value + head * keyCount * valueWidth, ldb: max(valueWidth, 1),
                        beta: 0, c: y + offset * valueWidth, ldc: max(valueWidth, 1))
                }
            }
        }
    }

    private func forEachTile(_ body: (_ head: Int, _ rows: Range<Int>) -> Void) {
        for head in 0..<headTotal {
            for start in stride(from: 0, to: queryCount, by: max(tileRows, 1)) {
                body(head, start..<min(start + tileRows, queryCount))
            }
        }
    }

    /// Writes the probabilities of some queries of a head, `[rows, keys]`.
    private func fillProbabilities(_ tile: UnsafeMutablePointer<Float>, head: Int, rows: Range<Int>) {
        query.withUnsafeBuffer { query in
            key.withUnsafeBuffer { key in
                guard let query = query.baseAddress, let key = key.baseAddress else { return }
                BLAS.sgemm(
                    transposeA: false, transposeB: true, m: rows.count, n: keyCount, k: width, alpha: scale,
                    a: query + (head * queryCount + rows.lowerBound) * width, lda: max(width, 1),
                    b: key + head * keyCount * width, ldb: max(width, 1), beta: 0, c: tile, ldc: max(keyCount, 1))
            }
        }
        for row in rows {
            let logits = tile + (row - rows.lowerBound) * keyCount
            bias?.withUnsafeBuffer { bias in
                guard let bias = bias.baseAddress else { return }
                addRow(bias + biasOffset(head: head, query: row), scaledBy: 1, to: logits, count: keyCount)
            }
            softmaxRow(logits, count: keyCount)
        }
    }

    /// The cotangents of query, key, value and bias.
    ///
    /// With `p` the probabilities: `dv = pᵀ dy`, `dp = dy vᵀ`, `ds = p (dp - Σ p dp)`, `dq = scale ds k`,
    /// `dk = scale dsᵀ q`, and `ds` itself for the bias.
    func gradients(_ dy: Tensor) -> [Tensor?] {
        let queryGradient = TensorStorage(count: query.count)
        let keyGradient = TensorStorage(count: key.count)
        let valueGradient = TensorStorage(count: value.count)
        let biasGradient = bias.map { TensorStorage(count: $0.count) }
        for storage in [queryGradient, keyGradient, valueGradient, biasGradient].compactMap({ $0 }) {
            storage.pointer.update(repeating: 0, count: storage.count)
        }
        let probabilities = TensorStorage(count: tileRows * keyCount)
        let slopes = TensorStorage(count: tileRows * keyCount)
        forEachTile { head, rows in
            fillProbabilities(probabilities.pointer, head: head, rows: rows)
            differentiateValues(
                dy, probabilities.pointer, head: head, rows: rows, slopes: slopes.pointer, values: valueGradient.pointer
            )
            for row in 0..<rows.count {
                let (p, ds) = (probabilities.pointer + row * keyCount, slopes.pointer + row * keyCount)
                softmaxRowGradient(p, ds, into: ds, count: keyCount)
                guard let biasGradient else { continue }
                let offset = biasOffset(head: head, query: rows.lowerBound + row)
                addRow(ds, scaledBy: 1, to: biasGradient.pointer + offset, count: keyCount)
            }
            differentiateLogits(
                slopes.pointer, head: head, rows: rows, queries: queryGradient.pointer, keys: keyGradient.pointer)
        }
        return [
            Tensor(shape: query.shape, storage: queryGradient, node: nil),
            Tensor(shape: key.shape, storage: keyGradient, node: nil),
            Tensor(shape: value.shape, storage: valueGradient, node: nil),
            biasGradient.map { Tensor(shape: bias?.shape ?? [], storage: $0, node: nil) },
        ]
    }

    /// `dv += pᵀ dy` and `dp = dy vᵀ` for one tile.
    private func differentiateValues(
        _ dy: Tensor, _ probabilities: UnsafePointer<Float>, head: Int, rows: Range<Int>,
        slopes: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>
    ) {
        let offset = head * keyCount * valueWidth
        dy.withUnsafeBuffer { dy in
            value.withUnsafeBuffer { value in
                guard let dy = dy.baseAddress, let value = value.baseAddress else { return }
                let cotangent = dy + (head * queryCount + rows.lowerBound) * valueWidth
                BLAS.sgemm(
                    transposeA: true, transposeB: false, m: keyCount, n: valueWidth, k: rows.count, alpha: 1,
                    a: probabilities, lda: max(keyCount, 1), b: cotangent, ldb: max(valueWidth, 1),
                    beta: 1, c: values + offset, ldc: max(valueWidth, 1))
                BLAS.sgemm(
                    transposeA: false, transposeB: true, m: rows.count, n: keyCount, k: valueWidth, alpha: 1,
                    a: cotangent, lda: max(valueWidth, 1), b: value + offset, ldb: max(valueWidth, 1),
                    beta: 0, c: slopes, ldc: max(keyCount, 1))
            }
        }
    }

    /// `dq = scale ds k` and `dk += scale dsᵀ q` for one tile.
    private func differentiateLogits(
        _ slopes: UnsafePointer<Float>, head: Int, rows: Range<Int>,
        queries: UnsafeMutablePointer<Float>, keys: UnsafeMutablePointer<Float>
    ) {
        let (queryOffset, keyOffset) = ((head * queryCount + rows.lowerBound) * width, head * keyCount * width)
        query.withUnsafeBuffer { query in
            key.withUnsafeBuffer { key in
                guard let query = query.baseAddress, let key = key.baseAddress else { return }
                BLAS.sgemm(
                    transposeA: false, transposeB: false, m: rows.count, n: width, k: keyCount, alpha: scale,
                    a: slopes, lda: max(keyCount, 1), b: key + keyOffset, ldb: max(width, 1),
                    beta: 0, c: queries + queryOffset, ldc: max(width, 1))
                BLAS.sgemm(
                    transposeA: true, transposeB: false, m: keyCount, n: width, k: rows.count, alpha: scale,
                    a: slopes, lda: max(keyCount, 1), b: query + queryOffset, ldb: max(width, 1),
                    beta: 1, c: keys + keyOffset, ldc: max(width, 1))
            }
        }
    }
}
