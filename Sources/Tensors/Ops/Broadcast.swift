extension Tensor {
    /// This tensor stretched to `target` as NumPy broadcasts: missing axes are added in front, axes of length 1 repeated.
    package func broadcast(to target: [Int]) -> Tensor {
        guard shape != target else { return self }
        let result = stretched(to: target)
        let shape = shape
        return result.recorded(from: [self]) { [$0.reduced(to: shape)] }
    }

    /// ``broadcast(to:)`` without a gradient.
    func stretched(to target: [Int]) -> Tensor {
        guard shape != target else { return detached() }
        guard let plan = BroadcastPlan(target, shape), plan.shape == target else {
            preconditionFailure("broadcast: \(shape) to \(target)")
        }
        return Tensor(shape: target) { result in
            withUnsafeBuffer { source in
                guard let y = result.baseAddress, let x = source.baseAddress else { return }
                plan.forEachRow { resultOffset, _, offset in
                    if plan.secondStep == 0 {
                        (y + resultOffset).update(repeating: x[offset], count: plan.rowLength)
                    } else {
                        (y + resultOffset).update(from: x + offset, count: plan.rowLength)
                    }
                }
            }
        }
    }

    /// The sum over everything that broadcasting `target` to this shape repeats: the pullback of ``broadcast(to:)``.
    ///
    /// Runs along a summed row are added in double precision. No gradient.
    func reduced(to target: [Int]) -> Tensor {
        guard shape != target else { return detached() }
        guard let plan = BroadcastPlan(shape, target), plan.shape == shape else {
            preconditionFailure("reduce: \(shape) to \(target)")
        }
        return Tensor(shape: target) { result in
            result.update(repeating: 0)
            withUnsafeBuffer { source in
                guard let y = result.baseAddress, let x = source.baseAddress else { return }
                plan.forEachRow { _, offset, resultOffset in
                    if plan.secondStep == 0 {
                        var sum = 0.0
                        for index in 0..<plan.rowLength { sum += Double(x[offset + index]) }
                        y[resultOffset] += Float(sum)
                    } else {
                        addRow(x + offset, scaledBy: 1, to: y + resultOffset, count: plan.rowLength)
                    }
                }
            }
        }
    }
}
