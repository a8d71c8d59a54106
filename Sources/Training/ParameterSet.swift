package import Models
package import Tensors

/// The trainable tensors of one or several models, by name. Each is a leaf that gradients are taken with respect to.
package struct ParameterSet: Sendable {
    private var tensors: [String: Tensor]

    /// - Parameter weights: the initial values.
    package init(_ weights: [String: Tensor]) {
        tensors = weights.mapValues { $0.tracked() }
    }

    /// All names, sorted.
    package var names: [String] { tensors.keys.sorted() }

    /// The present value of a parameter.
    package subscript(name: String) -> Tensor? { tensors[name] }

    /// The number of trainable numbers.
    package var elementCount: Int { tensors.values.reduce(0) { $0 + $1.count } }

    /// Replaces the value of a parameter by one of the same shape.
    mutating func update(_ name: String, to value: Tensor) {
        precondition(
            tensors[name]?.shape == value.shape,
            "update of \(name): \(value.shape) for \(tensors[name]?.shape.description ?? "nothing")")
        tensors[name] = value.tracked()
    }

    /// The parameters whose names start with `prefix`, by the rest of their names, as a model takes its weights.
    ///
    /// `others` gives what is not trained, such as statistics; it is asked only for names that are not here.
    package func scope(
        prefix: String = "", others: @escaping (String) throws -> Tensor = { throw ModelError.missingWeight(name: $0) }
    ) -> WeightScope {
        let tensors = tensors
        return WeightScope { name in
            if let tensor = tensors[prefix + name] { return tensor }
            return try others(name)
        }
    }

    /// The gradient of every parameter that the differentiated result depends on, by name.
    package func named(_ gradients: Gradients) -> [String: Tensor] {
        tensors.compactMapValues { gradients[$0] }
    }
}
