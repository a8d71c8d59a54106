package import Foundation
import Models
import WeightFiles

/// Where the parts of a model lie on the disk.
///
/// A model is a folder (or one safetensors file in it) with: a transformer and a video decoder in one LTX file or in diffusers
/// folders; optionally a second transformer whose configuration has `turbo2k` (the HR stage); `text_encoder/` and
/// `tokenizer/`.
package struct InstalledModel: Sendable, Hashable {
    package var name: String
    /// What finds the model again from any working directory: its name, or an absolute path.
    package var reference: String
    package var folder: URL
    /// The file or folder that holds the draft's transformer.
    package var transformer: URL
    /// The file or folder that holds the HR transformer; nil: the model has none.
    package var highResolution: URL?
    package var videoAutoencoder: URL
    package var textEncoder: URL?
    /// `spiece.model`.
    package var tokenizer: URL?
    package var isBundled: Bool

    /// Every weight file, sorted: what identifies the model.
    package var weightFiles: [URL] {
        let places = [transformer, highResolution, videoAutoencoder, textEncoder].compactMap { $0 }
        return Array(Set(places.flatMap(ModelFolder.weightFiles(in:)))).sorted { $0.path < $1.path }
    }
}

/// Looks into a folder for the parts of a model.
struct ModelFolder {
    let url: URL

    static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    static func isFolder(_ url: URL) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    /// The safetensors files of a component: the file itself, or those in the folder.
    static func weightFiles(in url: URL) -> [URL] {
        guard isFolder(url) else { return [url] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return names.filter { $0.hasSuffix(".safetensors") }.sorted().map { url.appending(path: $0) }
    }

    /// - Throws: ``GenerationError/badModel(_:)`` that says what is missing and where it was looked for.
    ///
    /// `reference`: nil: the path.
    func model(name: String, reference: String? = nil, isBundled: Bool) throws -> InstalledModel {
        let root = Self.isFolder(url) ? url : url.deletingLastPathComponent()
        var found = InstalledModel(
            name: name, reference: reference ?? url.path, folder: root, transformer: url, highResolution: nil,
            videoAutoencoder: url, isBundled: isBundled)
        if Self.isFolder(root.appending(path: "transformer")), Self.isFolder(url) {
            found.transformer = root.appending(path: "transformer")
            found.videoAutoencoder = root.appending(path: "vae")
            let second = root.appending(path: "transformer_hr")
            if Self.isFolder(second) { found.highResolution = second }
        } else {
            try findSingleFiles(root, &found)
        }
        found.textEncoder = Self.first(root, ["text_encoder", "t5", "../text_encoder"])
        found.tokenizer = Self.first(
            root, ["tokenizer/spiece.model", "text_encoder/spiece.model", "spiece.model", "../tokenizer/spiece.model"])
        return found
    }

    private static func first(_ root: URL, _ names: [String]) -> URL? {
        names.map { root.appending(path: $0).standardizedFileURL }.first(where: exists)
    }

    private func findSingleFiles(_ root: URL, _ found: inout InstalledModel) throws {
        let candidates =
            Self.isFolder(url) ? Self.weightFiles(in: url) : [url] + Self.weightFiles(in: root).filter { $0 != url }
        var transformer: URL?
        for file in candidates {
            let header = try SafetensorsFile(path: file.path)
            guard header.names.contains(where: { $0.hasPrefix("model.diffusion_model.") }) else { continue }
            let isGuided = header.names.contains { $0.hasPrefix("model.diffusion_model.fusion_blocks.") }
            let hasDecoder = header.names.contains { $0.hasPrefix("vae.decoder.") }
            if isGuided {
                found.highResolution = found.highResolution ?? file
            } else if transformer == nil || file == url {
                transformer = file
            }
            if hasDecoder, found.videoAutoencoder == url || !isGuided { found.videoAutoencoder = file }
        }
        guard let transformer else {
            throw GenerationError.badModel(
                "There is no model in \(url.path.printable): it holds neither an LTX safetensors file nor a transformer/ folder."
                    + " Choose another with --model; \"turbo2k models list\" shows what is installed.")
        }
        found.transformer = transformer
    }
}

extension String {
    /// Without control and invisible formatting characters, for messages that hold names from outside.
    var printable: String {
        let isHidden: (Unicode.Scalar) -> Bool = {
            [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        return String(String.UnicodeScalarView(unicodeScalars.map { isHidden($0) ? "?" : $0 }))
    }
}
