package import Kernels
package import WeightFiles

/// Linear layers as the kernels read them, in a file that is mapped: nothing is read until it is multiplied, and processes
/// of one machine share the pages.
///
/// The file is safetensors with a tensor of bytes for each layer's matrix. What it was made from and how is its key; one of
/// another key, version or shape counts as none.
package final class PackedWeights: Sendable {
    private let file: SafetensorsFile
    private static let schema = "turbo2k.packed.v1"

    /// `key`: what the layers must have been made from.
    /// Returns nil where the file is missing, damaged or of another key.
    package init?(path: String, key: String) {
        guard let file = try? SafetensorsFile(path: path), file.metadata["schema"] == Self.schema,
            file.metadata["key"] == key, file.metadata["bytes"].flatMap(Int.init) == Self.dataBytes(file)
        else { return nil }
        self.file = file
    }

    /// Names everything that decides the stored bytes: the weights, the arithmetic and the layout.
    ///
    /// `weights`: a digest of the files that the layers come from.
    package static func key(weights: String, precision: Precision, kernels: Kernels) -> String {
        let limit = precision == .int8 ? "/\(kernels.integerLimit)" : ""
        return "\(weights) \(precision.rawValue)\(limit) layout \(PackedMatrix.layoutVersion)"
    }

    private static func dataBytes(_ file: SafetensorsFile) -> Int {
        file.names.reduce(0) { $0 + (file.info($1)?.byteCount ?? 0) }
    }

    /// A layer's matrix; nil where the file has none of this shape.
    func matrix(_ name: String, outputChannels: Int, inputChannels: Int, precision: Precision) -> PackedMatrix? {
        guard let bytes = try? file.bytes(of: Self.stored(name, precision)) else { return nil }
        return PackedMatrix(
            stored: bytes, owner: file, outputChannels: outputChannels, inputChannels: inputChannels,
            precision: precision)
    }

    private static func stored(_ name: String, _ precision: Precision) -> String { "\(name).\(precision.rawValue)" }

    /// Writes layers; the file appears whole or not at all.
    ///
    /// - Throws: ``WeightError/cannotWrite(path:reason:)``.
    package static func write(_ layers: [String: PackedLinear], key: String, to path: String) throws(WeightError) {
        var count = 0
        let entries = layers.map { name, layer in
            let matrix = layer.matrix
            let bytes = matrix.storedByteCount
            count += bytes
            return SafetensorsWriter.Entry(name: stored(name, matrix.precision), dtype: .uint8, shape: [bytes]) {
                matrix.stored
            }
        }
        try SafetensorsWriter.write(
            entries, metadata: ["schema": schema, "key": key, "bytes": String(count)], to: path)
    }
}
