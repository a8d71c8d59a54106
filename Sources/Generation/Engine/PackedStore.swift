package import Foundation
import Kernels
import Models
import WeightFiles

/// Quantised weights on the disk, made once and mapped afterwards: beside a model where `models quantize` put them, else in
/// the cache folder.
///
/// A file counts only if it was made from these very weights, for this layout, and holds what was written: its digest stands
/// beside it, and is compared again whenever size, time of change or inode differ.
struct PackedStore {
    /// The transformer's file or folder.
    let source: URL
    let precision: Precision
    /// Nil: only what stands beside the model is used, and nothing is written.
    let cache: URL?
    private let key: String

    /// Transformers whose quantised weights the cache folder keeps.
    private static let cachedFiles = 8
    private static let suffix = "packed"

    /// - Throws: ``WeightError`` where the weights cannot be read.
    init(source: URL, precision: Precision, cache: URL?) throws {
        self.source = source
        self.precision = precision
        self.cache = cache
        let digest = try WeightDigests(cache: cache).combined(ModelFolder.weightFiles(in: source))
        key = PackedWeights.key(weights: digest, precision: precision, kernels: Kernels())
    }

    /// Where `models quantize` writes: the transformer's name, the precision, and the largest weight of this CPU's kernels.
    static func file(for source: URL, precision: Precision, in folder: URL? = nil) -> URL {
        let limit = precision == .int8 ? "-\(Kernels().integerLimit)" : ""
        let stem = source.deletingPathExtension().lastPathComponent
        return (folder ?? source.deletingLastPathComponent())
            .appending(path: "\(stem).\(precision.rawValue)\(limit).\(suffix)")
    }

    private var cacheFolder: URL? { cache?.appending(path: "packed") }

    private var cachedFile: URL? {
        var digest = FileDigest()
        Array(key.utf8).withUnsafeBytes { digest.update($0) }
        return cacheFolder?.appending(path: "\(digest.finalized()).\(Self.suffix)")
    }

    /// Weights that fit, if there are any.
    func find() -> PackedWeights? {
        [Self.file(for: source, precision: precision), cachedFile].compactMap { $0 }.lazy
            .compactMap { open($0) }.first
    }

    private func open(_ file: URL) -> PackedWeights? {
        guard let weights = PackedWeights(path: file.path, key: key),
            let expected = try? String(contentsOf: Self.digestFile(file), encoding: .utf8),
            let found = try? WeightDigests(cache: cache).combined([file]), found == expected
        else { return nil }
        return weights
    }

    private static func digestFile(_ file: URL) -> URL { file.appendingPathExtension("sha256") }

    /// Writes into the cache folder and clears what was made longest ago.
    ///
    /// - Returns: the weights as they lie on the disk; nil where that failed, which costs only the cache.
    func keep(_ layers: [String: PackedLinear]) -> PackedWeights? {
        guard let cachedFile, let cacheFolder else { return nil }
        do {
            try FileManager.default.createDirectory(at: cacheFolder, withIntermediateDirectories: true)
            try write(layers, to: cachedFile)
        } catch {
            Self.remove(cachedFile)
            return nil
        }
        clear(cacheFolder, except: cachedFile)
        return open(cachedFile)
    }

    /// - Throws: ``WeightError/cannotWrite(path:reason:)``, or Foundation's error for the digest.
    func write(_ layers: [String: PackedLinear], to file: URL) throws {
        try PackedWeights.write(layers, key: key, to: file.path)
        let digest = try WeightDigests(cache: cache).combined([file])
        try digest.write(to: Self.digestFile(file), atomically: true, encoding: .utf8)
    }

    private func clear(_ folder: URL, except kept: URL) {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let files =
            (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))) ?? []
        let dated = files.filter { $0.pathExtension == Self.suffix && $0.lastPathComponent != kept.lastPathComponent }
            .map { ($0, (try? $0.resourceValues(forKeys: keys).contentModificationDate) ?? .distantPast) }
        for (file, _) in dated.sorted(by: { $0.1 > $1.1 }).dropFirst(Self.cachedFiles - 1) { Self.remove(file) }
    }

    private static func remove(_ file: URL) {
        try? FileManager.default.removeItem(at: file)
        try? FileManager.default.removeItem(at: digestFile(file))
    }
}

extension ModelCatalog {
    /// Quantises a model's transformers once, for all later jobs in int8.
    ///
    /// - `folder`: nil: beside the transformers, where jobs look for them.
    /// - `cacheFolder`: for the digests of the weights.
    ///
    /// - Returns: the files written.
    /// - Throws: ``GenerationError``.
    package func quantize(
        _ model: InstalledModel, to folder: URL?, cacheFolder: URL?, threadCount: Int
    ) throws -> [URL] {
        try Self.explained {
            let loaded = try LoadedModel(model, precision: .int8, threadCount: threadCount, cache: nil)
            return try [model.transformer, model.highResolution].compactMap { $0 }.map { source in
                let executor = try source == model.transformer ? loaded.transformer() : loaded.highResolution()
                let file = PackedStore.file(for: source, precision: .int8, in: folder)
                do {
                    if let folder {
                        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                    }
                    try PackedStore(source: source, precision: .int8, cache: cacheFolder).write(
                        executor.layers, to: file)
                } catch let error as WeightError {
                    throw GenerationError.cannotWrite(String(describing: error))
                } catch {
                    throw GenerationError.cannotWrite(
                        "The quantised weights cannot be written to \(file.path.printable): \(JobFolder.reason(error)). Choose"
                            + " another folder with --output.")
                }
                return file
            }
        }
    }
}
