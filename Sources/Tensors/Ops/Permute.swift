extension Tensor {
    /// The axes in another order: axis `i` of the result is axis `order[i]` of this tensor.
    package func permuted(_ order: [Int]) -> Tensor {
        precondition(order.sorted() == Array(shape.indices), "permute: \(shape) by \(order)")
        var inverse = order
        for (position, axis) in order.enumerated() { inverse[axis] = position }
        let back = inverse
        return rearranged(order).recorded(from: [self]) { [$0.rearranged(back)] }
    }

    /// The last two axes swapped.
    package func transposed() -> Tensor {
        precondition(rank >= 2, "transpose: \(shape)")
        return permuted(Array(0..<rank - 2) + [rank - 1, rank - 2])
    }

    /// ``permuted(_:)`` without a gradient.
    private func rearranged(_ order: [Int]) -> Tensor {
        let target = order.map { shape[$0] }
        let steps = order.map { strides[$0] }
        // The longest tail of axes that stays in place moves as one block.
        var outerRank = rank
        while outerRank > 0, order[outerRank - 1] == outerRank - 1 { outerRank -= 1 }
        guard outerRank > 0, count > 0 else { return detached() }
        let block = target[outerRank...].reduce(1, *)
        return Tensor(shape: target) { result in
            withUnsafeBuffer { source in
                guard let y = result.baseAddress, let x = source.baseAddress else { return }
                copyBlocks(from: x, to: y, shape: target[..<outerRank], steps: steps[..<outerRank], block: block)
            }
        }
    }

    /// How far apart in memory neighbours along each axis are.
    var strides: [Int] {
        var result = Array(repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) { result[axis] = result[axis + 1] * shape[axis + 1] }
        return result
    }
}

/// Gathers blocks of `block` floats that lie `steps` apart into a dense `[shape…, block]`.
private func copyBlocks(
    from x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, shape: ArraySlice<Int>, steps: ArraySlice<Int>,
    block: Int
) {
    let (shape, steps) = (Array(shape), Array(steps))
    let (length, step) = (shape[shape.count - 1], steps[steps.count - 1])
    let outer = shape.count - 1
    var position = Array(repeating: 0, count: outer)
    var (source, target) = (0, 0)
    for _ in 0..<shape[..<outer].reduce(1, *) {
        if block == 1 {
            for index in 0..<length { y[target + index] = x[source + index * step] }
        } else {
            for index in 0..<length {
                (y + target + index * block).update(from: x + source + index * step, count: block)
            }
        }
        target += length * block
        for axis in stride(from: outer - 1, through: 0, by: -1) {
            position[axis] += 1
            source += steps[axis]
            if position[axis] < shape[axis] { break }
            position[axis] = 0
            source -= steps[axis] * shape[axis]
        }
    }
}
