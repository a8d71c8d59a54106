package import Tensors

extension Checkpoint {
    /// A tensor widened to fp32.
    ///
    /// - Throws: ``WeightError/missingTensor(path:tensor:)``.
    package func tensor(_ name: String) throws(WeightError) -> Tensor {
        try raw(name).tensor()
    }
}

extension SafetensorsFile {
    /// A tensor widened to fp32.
    ///
    /// - Throws: ``WeightError/missingTensor(path:tensor:)``.
    package func tensor(_ name: String) throws(WeightError) -> Tensor {
        try raw(name).tensor()
    }
}

extension RawTensor {
    /// The elements widened to fp32.
    package func tensor() -> Tensor {
        Tensor(shape: shape) { widen(into: $0) }
    }
}
