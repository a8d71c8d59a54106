// The arithmetic that RMS, layer and group norm share: rows divided by their root mean square, centred first or not.

/// The mean that is taken off a row (0 unless `centred`), and the factor it is scaled by.
private func rowStatistics(
    _ x: UnsafePointer<Float>, count: Int, centred: Bool, epsilon: Float
) -> (center: Float, scale: Float) {
    let center = centred ? rowSum(x, count: count) / Float(count) : 0
    let meanSquare = rowSquares(x, around: center, count: count) / Float(count)
    return (center, 1 / (meanSquare + epsilon).squareRoot())
}

/// `(x - mean) / √(mean((x - mean)²) + epsilon)` over the last axis; the mean is 0 unless `centred`. No gradient.
func normalizedRows(_ x: Tensor, centred: Bool, epsilon: Float) -> Tensor {
    let columns = x.shape.last ?? 1
    return Tensor(shape: x.shape) { result in
        x.withUnsafeBuffer { source in
            guard let y = result.baseAddress, let x = source.baseAddress, columns > 0 else { return }
            for offset in stride(from: 0, to: source.count, by: columns) {
                let (center, scale) = rowStatistics(x + offset, count: columns, centred: centred, epsilon: epsilon)
                for index in offset..<offset + columns { y[index] = (x[index] - center) * scale }
            }
        }
    }
}

/// The pullback of ``normalizedRows(_:centred:epsilon:)``.
///
/// With `n` the normalised row and `s` its factor: `dx = s (dy - mean(dy) - n mean(n dy))`; `mean(dy)` drops out unless
/// `centred`.
func normalizedRowsGradient(_ x: Tensor, _ dy: Tensor, centred: Bool, epsilon: Float) -> Tensor {
    let columns = x.shape.last ?? 1
    return Tensor(shape: x.shape) { result in
        x.withUnsafeBuffer { source in
            dy.withUnsafeBuffer { gradient in
                guard let dx = result.baseAddress, let x = source.baseAddress, let dy = gradient.baseAddress,
                    columns > 0
                else { return }
                for offset in stride(from: 0, to: source.count, by: columns) {
                    let (center, scale) = rowStatistics(x + offset, count: columns, centred: centred, epsilon: epsilon)
                    let sum = rowSum(dy + offset, count: columns)
                    let product = rowDot(x + offset, dy + offset, count: columns) - center * sum
                    let meanGradient = centred ? sum / Float(columns) : 0
                    let slope = product * scale * scale / Float(columns)
                    for index in offset..<offset + columns {
                        dx[index] = scale * (dy[index] - meanGradient - (x[index] - center) * slope)
                    }
                }
            }
        }
    }
}
