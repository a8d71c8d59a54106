internal import Kernels

extension Tensor {
    /// The matrix product over the last two axes: `[…, m, k]` by `[…, k, n]` to `[…, m, n]`.
    ///
    /// The leading axes of both agree, or `other` is a single matrix.
    package func matrixProduct(_ other: Tensor) -> Tensor {
        precondition(rank >= 2 && other.rank >= 2, "matmul: \(shape) by \(other.shape)")
        precondition(shape[rank - 1] == other.shape[other.rank - 2], "matmul: \(shape) by \(other.shape)")
        let (a, b) = (detached(), other.detached())
        let (needsA, needsB) = (isTracked, other.isTracked)
        return multiplied(a, b).recorded(from: [self, other]) { dy in
            [
                needsA ? multiplied(dy, b, transposeB: true) : nil,
                needsB ? weightGradient(a, dy, shape: b.shape) : nil,
            ]
        }
    }

    /// `x Wᵀ + bias` over the last axis.
    ///
    /// - Parameters:
    ///   - weight: `[out, in]`.
    ///   - bias: `[out]`.
    /// - Returns: `[…, out]` for `[…, in]`.
    package func linear(_ weight: Tensor, bias: Tensor? = nil) -> Tensor {
        precondition(
            weight.rank == 2 && rank >= 1 && shape[rank - 1] == weight.shape[1], "linear: \(shape) by \(weight.shape)")
        precondition(bias.map { $0.shape == [weight.shape[0]] } ?? true, "linear: bias \(bias?.shape ?? [])")
        let channels = weight.shape[1]
        let rows = channels == 0 ? 0 : count / channels
        let (x, w) = (detached(), weight.detached())
        let (needsX, needsWeight, needsBias) = (isTracked, weight.isTracked, bias?.isTracked ?? false)
        let result = linearForward(x, w, bias: bias)
        return result.recorded(from: [self, weight] + (bias.map { [$0] } ?? [])) { dy in
            let dy = dy.reshaped([rows, w.shape[0]])
            return [
                needsX ? multiplied(dy, w).reshaped(x.shape) : nil,
                needsWeight ? multiplied(dy, x.reshaped([rows, channels]), transposeA: true) : nil,
            ] + (needsBias ? [dy.reduced(to: [1, w.shape[0]]).reshaped([w.shape[0]])] : [nil])
        }
    }
}

private func linearForward(_ x: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
    let (outputs, channels) = (weight.shape[0], weight.shape[1])
    let rows = x.count / max(channels, 1)
    return Tensor(shape: x.shape.dropLast() + [outputs]) { result in
        guard let y = result.baseAddress else { return }
        bias?.withUnsafeBuffer { bias in
            guard let bias = bias.baseAddress else { return }
            for row in 0..<rows { (y + row * outputs).update(from: bias, count: outputs) }
        }
        x.withUnsafeBuffer { x in
            weight.withUnsafeBuffer { weight in
                guard let x = x.baseAddress, let weight = weight.baseAddress else { return }
                BLAS.sgemm(
                    transposeA: false, transposeB: true, m: rows, n: outputs, k: channels, alpha: 1,
                    a: x, lda: max(channels, 1), b: weight, ldb: max(channels, 1),
                    beta: bias == nil ? 0 : 1, c: y, ldc: max(outputs, 1))
            }
        }
    }
}

/// `aᵀ dy`, summed over the leading axes if the second operand of the product was a single matrix.
private func weightGradient(_ a: Tensor, _ dy: Tensor, shape: [Int]) -> Tensor {
    guard shape.count == 2 else { return multiplied(a, dy, transposeA: true) }
    return multiplied(a.reshaped([-1, shape[0]]), dy.reshaped([-1, shape[1]]), transposeA: true)
}

/// The product over the last two axes, either operand transposed first. No gradient.
func multiplied(_ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
    let (rowsA, columnsA) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    let (rowsB, columnsB) = (b.shape[b.rank - 2], b.shape[b.rank - 1])
    let (m, k) = transposeA ? (columnsA, rowsA) : (rowsA, columnsA)
    let n = transposeB ? rowsB : columnsB
    let batch = Array(a.shape.dropLast(2))
    precondition(b.rank == 2 || Array(b.shape.dropLast(2)) == batch, "matmul: \(a.shape) by \(b.shape)")
    precondition((transposeB ? columnsB : rowsB) == k, "matmul: \(a.shape) by \(b.shape)")
    let stepB = b.rank == 2 ? 0 : rowsB * columnsB
    return Tensor(shape: batch + [m, n]) { result in
        a.withUnsafeBuffer { a in
            b.withUnsafeBuffer { b in
                guard let y = result.baseAddress, let a = a.baseAddress, let b = b.baseAddress else { return }
                for index in 0..<batch.reduce(1, *) {
                    BLAS.sgemm(
                        transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, alpha: 1,
                        a: a + index * m * k, lda: max(columnsA, 1), b: b + index * stepB, ldb: max(columnsB, 1),
                        beta: 0, c: y + index * m * n, ldc: max(n, 1))
                }
            }
        }
    }
}
