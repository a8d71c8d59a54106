package import Tensors

/// What a training step minimises, and what it is made of.
package struct TrainingLoss: Sendable {
    /// The scalar that is differentiated.
    package let total: Tensor
    /// The unweighted scalars behind it, by name, for reports.
    package let parts: [String: Tensor]

    package init(total: Tensor, parts: [String: Tensor] = [:]) {
        self.total = total
        self.parts = parts
    }
}
