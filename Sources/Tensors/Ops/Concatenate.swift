extension Tensor {
    /// The tensors one behind the other along `axis`; their other axes agree.
    package static func concatenated(_ parts: [Tensor], axis: Int) -> Tensor {
        guard let first = parts.first else { preconditionFailure("concatenate: nothing") }
        let axis = first.normalizedAxis(axis)
        var bounds: [Range<Int>] = []
        for part in parts {
            let start = bounds.last?.upperBound ?? 0
            precondition(part.agrees(with: first, exceptAt: axis), "concatenate: \(first.shape) with \(part.shape)")
            bounds.append(start..<start + part.shape[axis])
        }
        let ranges = bounds
        return joined(parts, axis: axis).recorded(from: parts) { dy in
            ranges.map { dy.cut(axis: axis, $0) }
        }
    }

    /// This tensor `count` times in a row along `axis`, as one block after the other: `ab` becomes `abab`.
    package func repeated(_ count: Int, axis: Int) -> Tensor {
        let axis = normalizedAxis(axis)
        var stacked = shape
        stacked.insert(1, at: axis)
        var target = stacked
        target[axis] = count
        var merged = shape
        merged[axis] *= count
        return reshaped(stacked).broadcast(to: target).reshaped(merged)
    }

    private func agrees(with other: Tensor, exceptAt axis: Int) -> Bool {
        rank == other.rank && shape.indices.allSatisfy { $0 == axis || shape[$0] == other.shape[$0] }
    }

    private static func joined(_ parts: [Tensor], axis: Int) -> Tensor {
        let inner = parts[0].shape[(axis + 1)...].reduce(1, *)
        let outer = parts[0].shape[..<axis].reduce(1, *)
        var target = parts[0].shape
        target[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
        let row = target[axis] * inner
        return Tensor(shape: target) { result in
            guard let y = result.baseAddress else { return }
            var offset = 0
            for part in parts {
                let run = part.shape[axis] * inner
                part.withUnsafeBuffer { source in
                    guard let x = source.baseAddress else { return }
                    for index in 0..<outer {
                        (y + index * row + offset).update(from: x + index * run, count: run)
                    }
                }
                offset += run
            }
        }
    }
}
