package import Tensors

/// The Euclidean norm of all gradients together, and clipping to it.
package enum GradientNorm {
    /// `√(Σ g²)` over all tensors, added in double precision.
    package static func total(_ gradients: [String: Tensor]) -> Float {
        Float(gradients.values.reduce(0) { $0 + squares($1) }.squareRoot())
    }

    /// All gradients times `min(1, maximum / (norm + 1e-6))`.
    package static func clipped(_ gradients: [String: Tensor], to maximum: Float) -> [String: Tensor] {
        precondition(maximum > 0, "gradient clipping to \(maximum)")
        let factor = maximum / (total(gradients) + 1e-6)
        return factor >= 1 ? gradients : gradients.mapValues { $0.detached() * factor }
    }

    private static func squares(_ gradient: Tensor) -> Double {
        gradient.withUnsafeBuffer { $0.reduce(0) { $0 + Double($1) * Double($1) } }
    }
}
