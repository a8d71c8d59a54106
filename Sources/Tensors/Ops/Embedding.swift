extension Tensor {
    /// The rows of this table, `[rows, channels]`, that `indices` name.
    ///
    /// - Returns: `[indices.count, channels]`.
    package func rows(_ indices: [Int]) -> Tensor {
        precondition(rank == 2, "rows: \(shape) is not a table")
        let (rowCount, channels) = (shape[0], shape[1])
        precondition(indices.allSatisfy { (0..<rowCount).contains($0) }, "rows: index outside \(shape)")
        let result = Tensor(shape: [indices.count, channels]) { result in
            withUnsafeBuffer { source in
                guard let y = result.baseAddress, let x = source.baseAddress else { return }
                for (position, index) in indices.enumerated() {
                    (y + position * channels).update(from: x + index * channels, count: channels)
                }
            }
        }
        return result.recorded(from: [self]) { dy in
            [dy.scattered(to: indices, rowCount: rowCount, channels: channels)]
        }
    }

    /// Adds every row to the row of a zero table that its index names: the pullback of ``rows(_:)``.
    private func scattered(to indices: [Int], rowCount: Int, channels: Int) -> Tensor {
        Tensor(shape: [rowCount, channels]) { result in
            result.update(repeating: 0)
            withUnsafeBuffer { source in
                guard let y = result.baseAddress, let x = source.baseAddress else { return }
                for (position, index) in indices.enumerated() {
                    addRow(x + position * channels, scaledBy: 1, to: y + index * channels, count: channels)
                }
            }
        }
    }
}
