package import Tensors

/// Hands out a model's weights by name, below a prefix.
///
/// The weights may come from a file or, in training, be tensors that collect gradients: the model does not see where
/// from. `scope["transformer_blocks.0"]["attn1"].tensor("to_q.weight", shape: …)` asks for
/// `transformer_blocks.0.attn1.to_q.weight`.
package struct WeightScope {
    private let prefix: String
    private let lookup: (String) throws -> Tensor

    /// - Parameter lookup: gives the tensor of a full name, or throws where there is none.
    package init(_ lookup: @escaping (String) throws -> Tensor) {
        self.init(prefix: "", lookup: lookup)
    }

    private init(prefix: String, lookup: @escaping (String) throws -> Tensor) {
        self.prefix = prefix
        self.lookup = lookup
    }

    /// The scope of a part of the model.
    package subscript(part: String) -> WeightScope {
        WeightScope(prefix: "\(prefix)\(part).", lookup: lookup)
    }

    /// The tensor called `name` here.
    ///
    /// - Throws: ``ModelError/wrongWeightShape(name:expected:found:)``, or what the source throws where it has no such
    ///   tensor.
    /// - Returns: a tensor of the given shape.
    package func tensor(_ name: String, shape: [Int]) throws -> Tensor {
        let tensor = try lookup(prefix + name)
        guard tensor.shape == shape else {
            throw ModelError.wrongWeightShape(name: prefix + name, expected: shape, found: tensor.shape)
        }
        return tensor
    }
}

extension WeightScope {
    /// A scope over weights that are already in memory.
    package init(_ weights: [String: Tensor]) {
        self.init { name in
            guard let tensor = weights[name] else { throw ModelError.missingWeight(name: name) }
            return tensor
        }
    }
}
