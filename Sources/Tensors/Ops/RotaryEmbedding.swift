extension Tensor {
    /// Rotates neighbouring channel pairs: `(a, b)` becomes `(a cos - b sin, b cos + a sin)`.
    ///
    /// - Parameters:
    ///   - cosines: the shape of this tensor without some leading axes (which then share it), or with length 1 there.
    ///     Each channel has its own value. No gradient flows to it.
    ///   - sines: like `cosines`.
    /// - Returns: the shape of this tensor.
    package func rotated(cosines: Tensor, sines: Tensor) -> Tensor {
        let table = Array(cosines.shape.drop { $0 == 1 })
        precondition(
            cosines.shape == sines.shape && Array(shape.suffix(table.count)) == table
                && (table.last ?? 1).isMultiple(of: 2),
            "rotate: \(shape) by \(cosines.shape) and \(sines.shape)")
        let (c, s) = (cosines.detached(), sines.detached())
        return rotate(self, c, s, backwards: false).recorded(from: [self]) { [rotate($0, c, s, backwards: true)] }
    }
}

/// The rotation, or its transpose, which is what the cotangent takes: `(a cos + b sin', b cos' - a sin)` with `'` for
/// the second channel's own values.
private func rotate(_ x: Tensor, _ cosines: Tensor, _ sines: Tensor, backwards: Bool) -> Tensor {
    Tensor(shape: x.shape) { result in
        x.withUnsafeBuffer { source in
            cosines.withUnsafeBuffer { cosines in
                sines.withUnsafeBuffer { sines in
                    guard let c = cosines.baseAddress, let s = sines.baseAddress else { return }
                    for start in stride(from: 0, to: source.count, by: max(cosines.count, 1)) {
                        guard let x = source.baseAddress, let y = result.baseAddress else { return }
                        let (x0, y0) = (x + start, y + start)
                        for index in stride(from: 0, to: cosines.count, by: 2) {
                            let (a, b) = (x0[index], x0[index + 1])
                            let (first, second) = backwards ? (-s[index + 1], -s[index]) : (s[index], s[index + 1])
                            y0[index] = a * c[index] - b * first
                            y0[index + 1] = b * c[index + 1] + a * second
                        }
                    }
                }
            }
        }
    }
}
