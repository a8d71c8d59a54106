extension Tensor {
    /// The part of this tensor with indices `range` along `axis`.
    package func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
        let axis = normalizedAxis(axis)
        precondition(
            range.lowerBound >= 0 && range.upperBound <= shape[axis], "slice: \(range) of axis \(axis) of \(shape)")
        let (before, after) = (range.lowerBound, shape[axis] - range.upperBound)
        return cut(axis: axis, range).recorded(from: [self]) {
            [$0.surrounded(axis: axis, before: before, after: after)]
        }
    }

    /// This tensor with zeros around it along `axis`.
    package func padded(axis: Int, before: Int, after: Int) -> Tensor {
        let axis = normalizedAxis(axis)
        let range = before..<before + shape[axis]
        return surrounded(axis: axis, before: before, after: after)
            .recorded(from: [self]) { [$0.cut(axis: axis, range)] }
    }

    /// This tensor cut into parts of equal length along `axis`.
    package func split(axis: Int, parts: Int) -> [Tensor] {
        let axis = normalizedAxis(axis)
        precondition(shape[axis].isMultiple(of: parts), "split: axis \(axis) of \(shape) into \(parts)")
        let length = shape[axis] / parts
        return (0..<parts).map { sliced(axis: axis, $0 * length..<($0 + 1) * length) }
    }

    /// ``sliced(axis:_:)`` without a gradient.
    func cut(axis: Int, _ range: Range<Int>) -> Tensor {
        guard range.count != shape[axis] else { return detached() }
        let inner = shape[(axis + 1)...].reduce(1, *)
        let outer = shape[..<axis].reduce(1, *)
        let (length, run) = (shape[axis] * inner, range.count * inner)
        var target = shape
        target[axis] = range.count
        return Tensor(shape: target) { result in
            withUnsafeBuffer { source in
                guard let y = result.baseAddress, let x = source.baseAddress else { return }
                for index in 0..<outer {
                    (y + index * run).update(from: x + index * length + range.lowerBound * inner, count: run)
                }
            }
        }
    }

    /// ``padded(axis:before:after:)`` without a gradient.
    func surrounded(axis: Int, before: Int, after: Int) -> Tensor {
        precondition(before >= 0 && after >= 0, "pad: \(before), \(after)")
        guard before + after > 0 else { return detached() }
        let inner = shape[(axis + 1)...].reduce(1, *)
        let outer = shape[..<axis].reduce(1, *)
        let run = shape[axis] * inner
        var target = shape
        target[axis] += before + after
        return Tensor(shape: target) { result in
            result.update(repeating: 0)
            withUnsafeBuffer { source in
                guard let y = result.baseAddress, let x = source.baseAddress else { return }
                for index in 0..<outer {
                    (y + index * target[axis] * inner + before * inner).update(from: x + index * run, count: run)
                }
            }
        }
    }
}
