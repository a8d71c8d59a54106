extension Tensor {
    /// `x · sigmoid(x)`.
    package func silu() -> Tensor {
        let x = detached()
        return mapVectors(x) { $0 * vectorSigmoid($0) }.recorded(from: [self]) { dy in
            [
                zipVectors(dy, x) { dy, x in
                    let gate = vectorSigmoid(x)
                    return dy * (gate + x * gate * (1 - gate))
                }
            ]
        }
    }

    /// `0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))`, the tanh form of GELU.
    ///
    /// Since `0.5 (1 + tanh u) = sigmoid(2u)`, it is `x · sigmoid(2u)`, which loses no digits for large negative `x`.
    package func geluTanh() -> Tensor {
        let x = detached()
        return mapVectors(x) { $0 * vectorSigmoid(geluArgument($0)) }.recorded(from: [self]) { dy in
            [
                zipVectors(dy, x) { dy, x in
                    let gate = vectorSigmoid(geluArgument(x))
                    let slope = doubledRoot * (1 + 3 * geluCubic * x * x)
                    return dy * (gate + x * gate * (1 - gate) * slope)
                }
            ]
        }
    }
}

/// 2 √(2/π).
private let doubledRoot: Float = 1.595_769_1
private let geluCubic: Float = 0.044_715

@inline(__always)
private func geluArgument(_ x: SIMD8<Float>) -> SIMD8<Float> {
    doubledRoot * (x + geluCubic * x * x * x)
}
