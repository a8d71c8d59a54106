extension Tensor {
    /// The elementwise sum, broadcast as NumPy does.
    package static func + (a: Tensor, b: Tensor) -> Tensor {
        let (first, second) = (Operand(a), Operand(b))
        return combine(a, b, "add", +).recorded(from: [a, b]) { dy in
            [first.share { dy }, second.share { dy }]
        }
    }

    /// The elementwise difference, broadcast as NumPy does.
    package static func - (a: Tensor, b: Tensor) -> Tensor {
        let (first, second) = (Operand(a), Operand(b))
        return combine(a, b, "subtract", -).recorded(from: [a, b]) { dy in
            [first.share { dy }, second.share { -dy }]
        }
    }

    /// The elementwise product, broadcast as NumPy does.
    package static func * (a: Tensor, b: Tensor) -> Tensor {
        let (first, second) = (Operand(a), Operand(b))
        return combine(a, b, "multiply", *).recorded(from: [a, b]) { dy in
            [first.share { dy * second.value }, second.share { dy * first.value }]
        }
    }

    /// The elementwise quotient, broadcast as NumPy does.
    package static func / (a: Tensor, b: Tensor) -> Tensor {
        let (first, second) = (Operand(a), Operand(b))
        return combine(a, b, "divide", /).recorded(from: [a, b]) { dy in
            [
                first.share { dy / second.value },
                second.share { -dy * first.value / (second.value * second.value) },
            ]
        }
    }

    package static func + (a: Tensor, b: Float) -> Tensor {
        mapElements(a) { $0 + b }.recorded(from: [a]) { [$0] }
    }

    package static func + (a: Float, b: Tensor) -> Tensor { b + a }

    package static func - (a: Tensor, b: Float) -> Tensor { a + -b }

    package static func - (a: Float, b: Tensor) -> Tensor {
        mapElements(b) { a - $0 }.recorded(from: [b]) { [-$0] }
    }

    package static func * (a: Tensor, b: Float) -> Tensor {
        mapElements(a) { $0 * b }.recorded(from: [a]) { [$0 * b] }
    }

    package static func * (a: Float, b: Tensor) -> Tensor { b * a }

    package static func / (a: Tensor, b: Float) -> Tensor {
        mapElements(a) { $0 / b }.recorded(from: [a]) { [$0 / b] }
    }

    package static prefix func - (a: Tensor) -> Tensor { a * -1 }
}

/// One operand of a broadcast op, as its pullback needs it.
private struct Operand: Sendable {
    let value: Tensor
    private let isTracked: Bool

    init(_ tensor: Tensor) {
        value = tensor.detached()
        isTracked = tensor.isTracked
    }

    /// The operand's cotangent, summed over what broadcasting repeated; nil, and not computed, if nobody asks for it.
    func share(_ gradient: () -> Tensor) -> Tensor? {
        isTracked ? gradient().reduced(to: value.shape) : nil
    }
}
