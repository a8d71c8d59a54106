import Foundation
import Kernels
import Tensors
import WeightFiles

/// Text embeddings on the disk, so that a repeated prompt needs no text encoder.
///
/// An entry holds the states of all prompts of one call, since prompts are encoded together. What cannot be read, or is not
/// what was written, counts as missing and is written anew.
struct TextCache {
    private let folder: URL?

    private static let byteLimit = 256 << 20
    /// Changes when the encoder's results do, so that an entry never stands for another version's.
    private static let version = 1

    /// - Parameter cache: nil: nothing is kept.
    init(cache: URL?) { folder = cache?.appending(path: "text") }

    /// Names a call: the text encoder's weights and arithmetic, and the prompts' tokens.
    static func key(weights: String, precision: Precision, tokens: [[Int]]) -> String {
        digest(Array("\(version) \(weights) \(precision.rawValue) \(KernelLevel.best) \(tokens)".utf8))
    }

    private func file(_ key: String) -> URL? { folder?.appending(path: "\(key).safetensors") }

    /// The embeddings of a call's prompts in order, if they are kept.
    func load(_ key: String, count: Int) -> [TextEmbedding]? {
        guard let url = file(key), let file = try? SafetensorsFile(path: url.path), file.metadata["key"] == key else {
            return nil
        }
        let tensors = (0..<count).compactMap { try? file.tensor("\($0)") }
        guard tensors.count == count, tensors.allSatisfy({ $0.shape.count == 2 && $0.shape[0] > 0 }),
            file.metadata["sha256"] == Self.digest(tensors)
        else { return nil }
        // What is used stays longest.
        try? FileManager.default.setAttributes([.modificationDate: Date.now], ofItemAtPath: url.path)
        return tensors.map { TextEmbedding(states: $0.values, tokenCount: $0.shape[0], channels: $0.shape[1]) }
    }

    /// A full disk costs only the entry.
    func save(_ embeddings: [TextEmbedding], _ key: String) {
        guard let folder, let file = file(key) else { return }
        let tensors = embeddings.map { Tensor($0.states, shape: [$0.tokenCount, $0.channels]) }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try SafetensorsWriter.write(
                tensors.enumerated().map { .init("\($0.offset)", $0.element) },
                metadata: ["key": key, "sha256": Self.digest(tensors)], to: file.path)
        } catch {
            return
        }
        clear(folder)
    }

    /// Removes what was used longest ago until the rest fits.
    private func clear(_ folder: URL) {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey, .fileSizeKey]
        let files =
            (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))) ?? []
        let entries = files.compactMap { file in
            (try? file.resourceValues(forKeys: keys)).map {
                (file: file, date: $0.contentModificationDate ?? .distantPast, bytes: $0.fileSize ?? 0)
            }
        }
        var held = 0
        for entry in entries.sorted(by: { $0.date > $1.date }) {
            held += entry.bytes
            if held > Self.byteLimit { try? FileManager.default.removeItem(at: entry.file) }
        }
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        var digest = FileDigest()
        bytes.withUnsafeBytes { digest.update($0) }
        return digest.finalized()
    }

    private static func digest(_ tensors: [Tensor]) -> String {
        var digest = FileDigest()
        for tensor in tensors {
            Array("\(tensor.shape)".utf8).withUnsafeBytes { digest.update($0) }
            tensor.withUnsafeBuffer { digest.update(UnsafeRawBufferPointer($0)) }
        }
        return digest.finalized()
    }
}
