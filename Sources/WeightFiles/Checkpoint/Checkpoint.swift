/// The weights of one model: named tensors over one or several files, with the configuration that describes them.
///
/// Names are those of section 4 and 8 of the LTX layout (or of the Hugging Face T5 encoder), whatever the files call them.
package struct Checkpoint: Sendable {
    /// How the files name and store the model.
    package enum Layout: Sendable, Equatable {
        /// One safetensors file; prefixes tell the components apart, the configuration is in the metadata.
        case singleFile
        /// A folder of the diffusers library.
        case diffusers
        /// A Hugging Face text encoder folder.
        case transformers
    }

    /// The file or folder the weights come from.
    package let path: String
    package let layout: Layout
    /// The configuration of this component: for a single file its part of the metadata, else `config.json`.
    package let config: JSONValue
    /// The whole configuration in the metadata of a single file (`scheduler`, `turbo2k`, …); else the same as `config`.
    package let fileConfig: JSONValue
    /// The tensors' names, sorted.
    package let names: [String]

    private let tensors: [String: RawTensor]

    package init(
        path: String, layout: Layout, config: JSONValue, fileConfig: JSONValue, tensors: [String: RawTensor]
    ) {
        self.path = path
        self.layout = layout
        self.config = config
        self.fileConfig = fileConfig
        self.tensors = tensors
        names = tensors.keys.sorted()
    }

    package func contains(_ name: String) -> Bool { tensors[name] != nil }

    /// The stored type and shape of a tensor (its `name` is the stored one); nil if there is none of this name.
    package func info(_ name: String) -> TensorInfo? { tensors[name]?.info }

    /// A tensor as stored, without a copy. It keeps its file mapped.
    ///
    /// - Throws: ``WeightError/missingTensor(path:tensor:)``.
    package func raw(_ name: String) throws(WeightError) -> RawTensor {
        guard let tensor = tensors[name] else { throw .missingTensor(path: path, tensor: name) }
        return tensor
    }

    /// A tensor widened to fp32, as a flat array in row-major order.
    ///
    /// - Throws: ``WeightError/missingTensor(path:tensor:)``.
    package func floats(_ name: String) throws(WeightError) -> [Float] {
        try raw(name).floats()
    }

    /// Bytes of all tensors as stored.
    package var byteCount: Int { tensors.values.reduce(0) { $0 + $1.info.byteCount } }

    /// Compares the tensors present with those that a configuration asks for, all of them before complaining.
    ///
    /// - Parameters:
    ///   - expected: name to shape of every tensor that must be there.
    ///   - optional: name to shape of tensors that may be there.
    ///   - ignored: tells which other names are legal and unused.
    /// - Throws: ``WeightError/mismatch(path:missing:unexpected:misshapen:)`` that names every offender.
    package func verify(
        expected: [String: [Int]], optional: [String: [Int]] = [:], ignored: (String) -> Bool = { _ in false }
    ) throws(WeightError) {
        let missing = expected.keys.filter { tensors[$0] == nil }.sorted()
        var unexpected: [String] = []
        var misshapen: [WeightError.ShapeMismatch] = []
        for name in names {
            let actual = tensors[name]?.shape ?? []
            if let shape = expected[name] ?? optional[name] {
                if shape != actual { misshapen.append(.init(tensor: name, expected: shape, actual: actual)) }
            } else if !ignored(name) {
                unexpected.append(name)
            }
        }
        guard missing.isEmpty, unexpected.isEmpty, misshapen.isEmpty else {
            throw .mismatch(path: path, missing: missing, unexpected: unexpected, misshapen: misshapen)
        }
    }
}
