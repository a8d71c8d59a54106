/// The gradients of a scalar with respect to every leaf that it depends on.
package struct Gradients: Sendable {
    private let byLeaf: [UInt64: Tensor]

    fileprivate init(byLeaf: [UInt64: Tensor]) {
        self.byLeaf = byLeaf
    }

    /// The gradient for a ``Tensor/tracked()`` tensor, or nil if the result does not depend on it.
    package subscript(_ leaf: Tensor) -> Tensor? {
        leaf.node.flatMap { byLeaf[$0.sequence] }
    }
}

extension Tensor {
    /// Differentiates this scalar with respect to all leaves.
    package func backward() -> Gradients {
        precondition(count == 1, "backward: \(shape) is not a scalar; give a cotangent")
        return backward(cotangent: .filled(with: 1, shape: shape))
    }

    /// Differentiates the inner product of this tensor and `cotangent`, which has the same shape.
    package func backward(cotangent: Tensor) -> Gradients {
        precondition(cotangent.shape == shape, "backward: cotangent \(cotangent.shape) for \(shape)")
        guard let node else { return Gradients(byLeaf: [:]) }
        var cotangents = [node.sequence: cotangent.detached()]
        var leaves: [UInt64: Tensor] = [:]
        // A node's users all have larger numbers, so by the time it is its turn its cotangent is complete.
        for current in node.history() {
            guard let gradient = cotangents.removeValue(forKey: current.sequence) else { continue }
            guard let pullback = current.pullback else {
                leaves[current.sequence] = gradient
                continue
            }
            for (operand, share) in zip(current.operands, pullback(gradient)) {
                guard let operand, let share else { continue }
                cotangents[operand.sequence] = cotangents[operand.sequence].map { $0 + share } ?? share
            }
        }
        return Gradients(byLeaf: leaves)
    }
}

extension GradientNode {
    /// This node and everything it depends on, latest first.
    fileprivate func history() -> [GradientNode] {
        var seen: Set<UInt64> = [sequence]
        var found = [self]
        var next = 0
        while next < found.count {
            for case let operand? in found[next].operands where seen.insert(operand.sequence).inserted {
                found.append(operand)
            }
            next += 1
        }
        return found.sorted { $0.sequence > $1.sequence }
    }
}
