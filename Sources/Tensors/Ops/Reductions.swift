extension Tensor {
    /// The sum over `axes`. They are kept with length 1 if `keepingAxes` is set, else removed.
    package func sum(axes: [Int], keepingAxes: Bool = false) -> Tensor {
        var kept = shape
        for axis in axes { kept[normalizedAxis(axis)] = 1 }
        let shape = shape
        let sum = reduced(to: kept).recorded(from: [self]) { [$0.stretched(to: shape)] }
        guard !keepingAxes else { return sum }
        let removed = Set(axes.map(normalizedAxis))
        return sum.reshaped(shape.indices.filter { !removed.contains($0) }.map { shape[$0] })
    }

    /// The mean over `axes`. They are kept with length 1 if `keepingAxes` is set, else removed.
    package func mean(axes: [Int], keepingAxes: Bool = false) -> Tensor {
        let divisor = axes.reduce(1) { $0 * shape[normalizedAxis($1)] }
        return sum(axes: axes, keepingAxes: keepingAxes) / Float(divisor)
    }

    /// The sum of all elements, without axes.
    package func sum() -> Tensor { sum(axes: Array(shape.indices)) }

    /// The mean of all elements, without axes.
    package func mean() -> Tensor { sum() / Float(count) }

    /// An axis counted from the front; a negative one counts from the end.
    func normalizedAxis(_ axis: Int) -> Int {
        let result = axis < 0 ? axis + rank : axis
        precondition(shape.indices.contains(result), "axis \(axis) of \(shape)")
        return result
    }
}
