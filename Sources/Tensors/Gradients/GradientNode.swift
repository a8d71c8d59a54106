internal import Synchronization

/// One step of a recorded computation: where its operands came from and how a cotangent flows back to them.
// SAFETY: after `init`, `operands` changes only in a `deinit`, of this node or of its last owner, when nobody else sees it.
final class GradientNode: @unchecked Sendable {
    /// Maps the cotangent of the result to one cotangent per operand, nil where the operand is not tracked.
    typealias Pullback = @Sendable (Tensor) -> [Tensor?]

    private static let nextSequence = Atomic<UInt64>(0)

    /// Grows with creation, so every node has a larger number than its operands.
    let sequence: UInt64
    private(set) var operands: [GradientNode?]
    /// Nil for a leaf, which is what gradients are taken with respect to.
    let pullback: Pullback?

    init(operands: [GradientNode?], pullback: Pullback?) {
        sequence = Self.nextSequence.add(1, ordering: .relaxed).newValue
        self.operands = operands
        self.pullback = pullback
    }

    /// Frees a long history link by link: left to themselves, releases would nest as deep as it is and end the stack.
    deinit {
        var pending = operands.compactMap { $0 }
        operands = []
        while var node = pending.popLast() {
            guard isKnownUniquelyReferenced(&node) else { continue }
            pending += node.operands.compactMap { $0 }
            node.operands = []
        }
    }
}

extension Tensor {
    /// Whether gradients flow through this tensor.
    package var isTracked: Bool { node != nil }

    /// The same values as a new leaf that gradients can be taken with respect to: a trainable parameter.
    package func tracked() -> Tensor {
        Tensor(shape: shape, storage: storage, node: GradientNode(operands: [], pullback: nil))
    }

    /// The same values without history: no gradient flows through.
    package func detached() -> Tensor {
        Tensor(shape: shape, storage: storage, node: nil)
    }

    /// This result with the history of `operands`, if any of them is tracked.
    ///
    /// `pullback` maps the cotangent of the result, which has its shape, to the cotangents of the operands in order, each
    /// with its operand's shape. It may give nil for an operand that is not tracked.
    func recorded(from operands: [Tensor], pullback: @escaping GradientNode.Pullback) -> Tensor {
        guard operands.contains(where: \.isTracked) else { return self }
        return Tensor(
            shape: shape, storage: storage, node: GradientNode(operands: operands.map(\.node), pullback: pullback))
    }
}
