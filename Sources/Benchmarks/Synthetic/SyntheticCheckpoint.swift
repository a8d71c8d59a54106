import Foundation
import Models
import WeightFiles

/// Random bf16 weights of a transformer.
///
/// All blocks name one block's tensors, so that the file stays small; an executor packs each block on its own, so its
/// memory, and what it reads in a step, are those of a real model.
enum SyntheticCheckpoint {
    /// - Throws: ``WeightError`` where the temporary folder takes no file.
    static func make(_ configuration: VideoTransformerConfiguration) throws -> Checkpoint {
        var single = configuration
        single.layerCount = 1
        var random = RandomNumbers(deviation: 0.02)
        let entries = single.expectedWeights().sorted { $0.key < $1.key }.map { name, shape in
            SafetensorsWriter.Entry(
                name, dtype: .bfloat16, shape: shape,
                bytes: name.hasSuffix("norm.weight") ? ones(shape[0]) : random.bf16Bytes(shape.reduce(1, *)))
        }
        let path = FileManager.default.temporaryDirectory.appending(path: "turbo2k-bench-\(UUID().uuidString)").path
        // The mapping outlives the name, so nothing is left behind however the program ends.
        defer { try? FileManager.default.removeItem(atPath: path) }
        try SafetensorsWriter.write(entries, to: path)
        let file = try SafetensorsFile(path: path)
        var tensors: [String: RawTensor] = [:]
        for name in configuration.expectedWeights().keys { tensors[name] = try file.raw(storedName(name)) }
        return Checkpoint(
            path: "random weights", layout: .singleFile, config: .object([:]), fileConfig: .object([:]),
            tensors: tensors)
    }

    /// `transformer_blocks.7.attn1…` is stored as `transformer_blocks.0.attn1…`.
    private static func storedName(_ name: String) -> String {
        let parts = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "transformer_blocks" else { return name }
        return "transformer_blocks.0.\(parts[2])"
    }

    /// bf16 ones.
    private static func ones(_ count: Int) -> [UInt8] {
        (0..<2 * count).map { $0.isMultiple(of: 2) ? 0x80 : 0x3F }
    }
}
