/// A safetensors file, mapped into memory; opening it reads and checks the header only.
package final class SafetensorsFile: Sendable {
    package let path: String
    /// The header's `__metadata__`.
    package let metadata: [String: String]
    /// The tensors' names, sorted.
    package let names: [String]

    private let mapping: MappedFile
    private let tensors: [String: TensorInfo]

    /// - Throws: ``WeightError`` that says what is wrong with the file, where, and what to do.
    package init(path: String) throws(WeightError) {
        self.path = path
        mapping = try MappedFile(path: path)
        let header = try SafetensorsHeader(path: path, bytes: mapping.bytes)
        metadata = header.metadata
        tensors = Dictionary(uniqueKeysWithValues: header.tensors.map { ($0.name, $0) })
        names = tensors.keys.sorted()
    }

    /// Bytes of the whole file.
    package var byteCount: Int { mapping.bytes.count }

    package func contains(_ name: String) -> Bool { tensors[name] != nil }

    /// Type, shape and place of a tensor; nil if the file has none of this name.
    package func info(_ name: String) -> TensorInfo? { tensors[name] }

    /// The stored, little-endian bytes of a tensor; valid while this object lives, not always aligned to the element.
    ///
    /// - Throws: ``WeightError/missingTensor(path:tensor:)``.
    package func bytes(of name: String) throws(WeightError) -> UnsafeRawBufferPointer {
        guard let info = tensors[name] else { throw .missingTensor(path: path, tensor: name) }
        return bytes(of: info)
    }

    /// A tensor as it is stored; it keeps the file mapped.
    ///
    /// - Throws: ``WeightError/missingTensor(path:tensor:)``.
    package func raw(_ name: String) throws(WeightError) -> RawTensor {
        guard let info = tensors[name] else { throw .missingTensor(path: path, tensor: name) }
        return RawTensor(info: info, file: self)
    }

    func bytes(of info: TensorInfo) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: mapping.bytes[info.fileOffset..<info.fileOffset + info.byteCount])
    }

    func willNeed(_ info: TensorInfo) { mapping.willNeed(offset: info.fileOffset, byteCount: info.byteCount) }

    func notNeeded(_ info: TensorInfo) { mapping.notNeeded(offset: info.fileOffset, byteCount: info.byteCount) }
}
