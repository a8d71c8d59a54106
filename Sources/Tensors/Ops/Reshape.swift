extension Tensor {
    /// The same elements in another shape, without copying. One axis may be -1: it takes what is left.
    package func reshaped(_ target: [Int]) -> Tensor {
        let known = target.reduce(1) { $1 == -1 ? $0 : $0 * $1 }
        let resolved = target.map { $0 == -1 ? count / max(known, 1) : $0 }
        precondition(elementCount(resolved) == count, "reshape: \(shape) to \(target)")
        let shape = shape
        return Tensor(shape: resolved, storage: storage, node: nil).recorded(from: [self]) { dy in
            [Tensor(shape: shape, storage: dy.storage, node: nil)]
        }
    }

    /// This tensor with an axis of length 1 put in front of `axis`.
    package func expanded(at axis: Int) -> Tensor {
        var target = shape
        target.insert(1, at: axis < 0 ? axis + rank + 1 : axis)
        return reshaped(target)
    }
}
