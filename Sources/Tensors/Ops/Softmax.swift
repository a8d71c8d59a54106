extension Tensor {
    /// `e^x / Σ e^x` over the last axis.
    package func softmax() -> Tensor {
        precondition(rank >= 1, "softmax: \(shape)")
        let columns = shape[rank - 1]
        let y = Tensor(shape: shape) { result in
            withUnsafeBuffer { source in
                guard let y = result.baseAddress, let x = source.baseAddress, columns > 0 else { return }
                y.update(from: x, count: count)
                for row in 0..<count / columns { softmaxRow(y + row * columns, count: columns) }
            }
        }
        return y.recorded(from: [self]) { [softmaxGradient(y, $0)] }
    }
}

/// `y (dy - Σ y dy)` over the last axis: the pullback of the softmax `y`.
private func softmaxGradient(_ y: Tensor, _ dy: Tensor) -> Tensor {
    let columns = y.shape[y.rank - 1]
    return Tensor(shape: y.shape) { result in
        y.withUnsafeBuffer { y in
            dy.withUnsafeBuffer { dy in
                guard let dx = result.baseAddress, let y = y.baseAddress, let dy = dy.baseAddress else { return }
                for row in 0..<result.count / max(columns, 1) {
                    let offset = row * columns
                    softmaxRowGradient(y + offset, dy + offset, into: dx + offset, count: columns)
                }
            }
        }
    }
}

/// The same for one row; `dx` may be `dy`.
@inline(__always)
func softmaxRowGradient(
    _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, count: Int
) {
    let mean = rowDot(y, dy, count: count)
    for index in 0..<count { dx[index] = y[index] * (dy[index] - mean) }
}
