internal import Glibc

extension Tensor {
    /// `x²`.
    package func squared() -> Tensor {
        let x = detached()
        return zipVectors(x, x) { $0 * $1 }.recorded(from: [self]) { [zipVectors($0, x) { 2 * $0 * $1 }] }
    }

    /// `√x`. The gradient at 0 is infinite.
    package func squareRoot() -> Tensor {
        let y = mapVectors(self) { $0.squareRoot() }
        return y.recorded(from: [self]) { [zipVectors($0, y) { 0.5 * $0 / $1 }] }
    }

    /// `e^x`.
    package func exp() -> Tensor {
        let y = mapVectors(self, vectorExp)
        return y.recorded(from: [self]) { [zipVectors($0, y) { $0 * $1 }] }
    }

    /// The natural logarithm.
    package func log() -> Tensor {
        let x = detached()
        return mapElements(x) { logf($0) }.recorded(from: [self]) { [zipVectors($0, x) { $0 / $1 }] }
    }

    /// The hyperbolic tangent.
    package func tanh() -> Tensor {
        let y = mapElements(self) { tanhf($0) }
        return y.recorded(from: [self]) { [zipVectors($0, y) { $0 * (1 - $1 * $1) }] }
    }

    /// `1 / (1 + e^-x)`.
    package func sigmoid() -> Tensor {
        let y = mapVectors(self, vectorSigmoid)
        return y.recorded(from: [self]) { [zipVectors($0, y) { $0 * $1 * (1 - $1) }] }
    }

    /// The absolute value; its gradient at 0 is 0.
    package func magnitude() -> Tensor {
        let x = detached()
        return mapElements(x) { Swift.abs($0) }.recorded(from: [self]) { dy in
            [combine(dy, x, "magnitude") { $1 > 0 ? $0 : $1 < 0 ? -$0 : 0 }]
        }
    }

    /// Every element limited to `range`; no gradient flows where the limit acts.
    package func clamped(to range: ClosedRange<Float>) -> Tensor {
        let x = detached()
        let (low, high) = (range.lowerBound, range.upperBound)
        return mapElements(x) { Swift.min(Swift.max($0, low), high) }.recorded(from: [self]) { dy in
            [combine(dy, x, "clamp") { $1 >= low && $1 <= high ? $0 : 0 }]
        }
    }
}
