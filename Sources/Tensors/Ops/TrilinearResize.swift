extension Tensor {
    /// Resizes frames, rows and columns of `[batch, frames, height, width, channels]` by linear interpolation between
    /// half-pixel centres: `source = max(0, (i + 0.5) in / out - 0.5)`, the upper neighbour limited to the last index.
    ///
    /// - Parameter size: the new frames, height and width.
    /// - Returns: `[batch] + size + [channels]`.
    package func trilinearResized(to size: [Int]) -> Tensor {
        precondition(rank == 5 && size.count == 3 && size.allSatisfy { $0 > 0 }, "trilinearResize: \(shape) to \(size)")
        let source = Array(shape[1..<4])
        guard source != size else { return self }
        let x = detached()
        return interpolated(x, to: size).recorded(from: [self]) { [scattered($0, to: source)] }
    }
}

/// The two neighbours that an output index lies between, and the share of the upper one.
private struct InterpolationPoint {
    let lower: Int
    let upper: Int
    let fraction: Float

    /// The points of an axis of `outputs` indices over one of `inputs`. In single precision, as the reference does it.
    static func axis(from inputs: Int, to outputs: Int) -> [InterpolationPoint] {
        let ratio = Float(inputs) / Float(outputs)
        return (0..<outputs).map { index in
            let position = max(0, (Float(index) + 0.5) * ratio - 0.5)
            let lower = min(Int(position), inputs - 1)
            return InterpolationPoint(
                lower: lower, upper: min(lower + 1, inputs - 1), fraction: position - Float(lower))
        }
    }
}

/// Calls `body` for each pair of positions that contribute to one another, with offsets in floats and the weight.
@inline(__always)
private func forEachContribution(
    batch: Int, coarse: [Int], fine: [Int], channels: Int, _ body: (_ coarse: Int, _ fine: Int, _ weight: Float) -> Void
) {
    let axes = zip(coarse, fine).map { InterpolationPoint.axis(from: $0, to: $1) }
    for element in 0..<batch {
        var target = element * fine.reduce(1, *) * channels
        for frame in axes[0] {
            for row in axes[1] {
                for column in axes[2] {
                    for corner in 0..<8 {
                        let (f, h, w) = (corner & 4 != 0, corner & 2 != 0, corner & 1 != 0)
                        let weight =
                            (f ? frame.fraction : 1 - frame.fraction) * (h ? row.fraction : 1 - row.fraction)
                            * (w ? column.fraction : 1 - column.fraction)
                        guard weight != 0 else { continue }
                        let plane = element * coarse[0] + (f ? frame.upper : frame.lower)
                        let line = plane * coarse[1] + (h ? row.upper : row.lower)
                        let position = line * coarse[2] + (w ? column.upper : column.lower)
                        body(position * channels, target, weight)
                    }
                    target += channels
                }
            }
        }
    }
}

private func interpolated(_ x: Tensor, to size: [Int]) -> Tensor {
    let (batch, channels) = (x.shape[0], x.shape[4])
    return Tensor(shape: [batch] + size + [channels]) { result in
        result.update(repeating: 0)
        x.withUnsafeBuffer { source in
            guard let y = result.baseAddress, let x0 = source.baseAddress else { return }
            forEachContribution(batch: batch, coarse: Array(x.shape[1..<4]), fine: size, channels: channels) {
                addRow(x0 + $0, scaledBy: $2, to: y + $1, count: channels)
            }
        }
    }
}

/// The pullback of the interpolation: every output's cotangent is shared out to the inputs it was made of.
private func scattered(_ dy: Tensor, to source: [Int]) -> Tensor {
    let (batch, channels) = (dy.shape[0], dy.shape[4])
    return Tensor(shape: [batch] + source + [channels]) { result in
        result.update(repeating: 0)
        dy.withUnsafeBuffer { gradient in
            guard let dx = result.baseAddress, let dy0 = gradient.baseAddress else { return }
            forEachContribution(batch: batch, coarse: source, fine: Array(dy.shape[1..<4]), channels: channels) {
                addRow(dy0 + $1, scaledBy: $2, to: dx + $0, count: channels)
            }
        }
    }
}
