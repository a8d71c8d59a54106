import Tensors

/// Moves between positions and channels. All tensors are `[batch, frames, rows, columns, channels]`.
extension Tensor {
    /// `[batch, channels, frames, rows, columns]`, the layout at a model's edge, to channels last.
    func channelsLast() -> Tensor { permuted([0, 2, 3, 4, 1]) }

    /// Channels last to `[batch, channels, frames, rows, columns]`.
    func channelsFirst() -> Tensor { permuted([0, 4, 1, 2, 3]) }

    /// Every block of `steps` positions becomes the channels of one: channel `((c · t + a) · h + b) · w + e` of the
    /// result is channel `c` of position `(a, b, e)` in the block. Every axis must be a multiple of its step.
    func spaceToDepth(_ steps: AxisSteps) -> Tensor {
        let grid = [shape[1] / steps.time, shape[2] / steps.rows, shape[3] / steps.columns]
        precondition(
            shape[1] == grid[0] * steps.time && shape[2] == grid[1] * steps.rows && shape[3] == grid[2] * steps.columns,
            "spaceToDepth: \(shape) by \(steps)")
        return reshaped([shape[0], grid[0], steps.time, grid[1], steps.rows, grid[2], steps.columns, shape[4]])
            .permuted([0, 1, 3, 5, 7, 2, 4, 6])
            .reshaped([shape[0], grid[0], grid[1], grid[2], shape[4] * steps.product])
    }

    /// The inverse of ``spaceToDepth(_:)``.
    func depthToSpace(_ steps: AxisSteps) -> Tensor {
        let channels = shape[4] / steps.product
        precondition(shape[4] == channels * steps.product, "depthToSpace: \(shape) by \(steps)")
        return reshaped([
            shape[0], shape[1], shape[2], shape[3], channels, steps.time, steps.rows, steps.columns,
        ])
        .permuted([0, 1, 5, 2, 6, 3, 7, 4])
        .reshaped([shape[0], shape[1] * steps.time, shape[2] * steps.rows, shape[3] * steps.columns, channels])
    }

    /// Squares of `size` pixels become channels; unlike in ``spaceToDepth(_:)`` the column is the slower index:
    /// channel `(c · size + column) · size + row`.
    func patched(_ size: Int) -> Tensor {
        let (rows, columns) = (shape[2] / size, shape[3] / size)
        precondition(shape[2] == rows * size && shape[3] == columns * size, "patch: \(shape) by \(size)")
        return reshaped([shape[0], shape[1], rows, size, columns, size, shape[4]])
            .permuted([0, 1, 2, 4, 6, 5, 3])
            .reshaped([shape[0], shape[1], rows, columns, shape[4] * size * size])
    }

    /// The inverse of ``patched(_:)``.
    func unpatched(_ size: Int) -> Tensor {
        let channels = shape[4] / (size * size)
        precondition(shape[4] == channels * size * size, "unpatch: \(shape) by \(size)")
        return reshaped([shape[0], shape[1], shape[2], shape[3], channels, size, size])
            .permuted([0, 1, 2, 6, 3, 5, 4])
            .reshaped([shape[0], shape[1], shape[2] * size, shape[3] * size, channels])
    }

    /// Without its first frame.
    func droppingFirstFrame() -> Tensor { sliced(axis: 1, 1..<shape[1]) }

    /// With the first frame `before` more times in front and the last one `after` more times behind.
    func repeatingEndFrames(before: Int, after: Int) -> Tensor {
        let first = Array(repeating: sliced(axis: 1, 0..<1), count: before)
        let last = Array(repeating: sliced(axis: 1, shape[1] - 1..<shape[1]), count: after)
        return Tensor.concatenated(first + [self] + last, axis: 1)
    }

    /// With one more row and column on each side, filled from this tensor.
    func paddedByOne(_ padding: SpatialPadding) -> Tensor {
        paddedByOne(padding, axis: 2).paddedByOne(padding, axis: 3)
    }

    private func paddedByOne(_ padding: SpatialPadding, axis: Int) -> Tensor {
        let length = shape[axis]
        func line(_ index: Int) -> Tensor { sliced(axis: axis, index..<index + 1) }
        switch padding {
        case .zeros:
            return padded(axis: axis, before: 1, after: 1)
        case .replicate:
            return Tensor.concatenated([line(0), self, line(length - 1)], axis: axis)
        case .circular:
            return Tensor.concatenated([line(length - 1), self, line(0)], axis: axis)
        case .reflect:
            precondition(length > 1, "reflect: axis \(axis) of \(shape) has nothing to reflect")
            return Tensor.concatenated([line(1), self, line(length - 2)], axis: axis)
        }
    }
}
