import Foundation
import Tensors
import WeightFiles

/// A finished draft on the disk: everything a commit needs, days later and in another process.
struct DraftFile {
    var recipe: Recipe
    /// Clean normalised latent tokens, `[tokens, channels]`.
    var latent: [Float]
    var tokenCount: Int
    var positive: TextEmbedding
    var negative: TextEmbedding
    var weightsSHA256: String

    static let name = "draft.safetensors"
    private static let schema = "turbo2k.draft.v1"

    /// - Throws: ``GenerationError/cannotWrite(_:)``.
    func write(in folder: URL) throws {
        do {
            let json = String(decoding: try JSONEncoder().encode(recipe), as: UTF8.self)
            try SafetensorsWriter.write(
                [
                    .init("latent", Tensor(latent, shape: [tokenCount, latent.count / max(tokenCount, 1)])),
                    .init("prompt", Self.tensor(positive)),
                    .init("negative", Self.tensor(negative)),
                ], metadata: ["schema": Self.schema, "recipe": json, "weights_sha256": weightsSHA256],
                to: folder.appending(path: Self.name).path)
        } catch let error as WeightError {
            throw GenerationError.cannotWrite(String(describing: error))
        }
    }

    private static func tensor(_ embedding: TextEmbedding) -> Tensor {
        Tensor(embedding.states, shape: [embedding.tokenCount, embedding.channels])
    }

    /// - Throws: ``GenerationError/badDraft(_:)``.
    static func read(in folder: URL) throws -> DraftFile {
        let path = folder.appending(path: name).path
        do {
            let file = try SafetensorsFile(path: path)
            guard file.metadata["schema"] == schema, let json = file.metadata["recipe"] else {
                throw GenerationError.badDraft(
                    "\(path.printable) is not a draft of this program; make the draft again.")
            }
            let recipe = try JSONDecoder().decode(Recipe.self, from: Data(json.utf8))
            let latent = try file.tensor("latent")
            guard latent.shape.count == 2 else {
                throw GenerationError.badDraft(
                    "The latent in \(path.printable) has shape \(latent.shape); make the draft again.")
            }
            return DraftFile(
                recipe: recipe, latent: latent.values, tokenCount: latent.shape[0],
                positive: try embedding(file, "prompt"), negative: try embedding(file, "negative"),
                weightsSHA256: file.metadata["weights_sha256"] ?? "")
        } catch let error as WeightError {
            throw GenerationError.badDraft("The draft cannot be read: \(error) Make the draft again.")
        } catch let error as DecodingError {
            throw GenerationError.badDraft(
                "The recipe in \(path.printable) is damaged (\(error)); make the draft again.")
        }
    }

    private static func embedding(_ file: SafetensorsFile, _ name: String) throws -> TextEmbedding {
        let tensor = try file.tensor(name)
        return TextEmbedding(states: tensor.values, tokenCount: tensor.shape[0], channels: tensor.shape.last ?? 0)
    }
}

/// The sampler between two steps, kept so that a stop costs at most the step in flight.
struct SamplerState {
    /// Steps finished.
    var step: Int
    /// `[tokens, channels]`.
    var latent: [Float]
    var tokenCount: Int
    /// What the state belongs to: settings, weights, draft. Another key: another job.
    var key: String

    static let name = "state.safetensors"

    func write(in folder: URL) throws {
        do {
            try SafetensorsWriter.write(
                [.init("latent", Tensor(latent, shape: [tokenCount, latent.count / max(tokenCount, 1)]))],
                metadata: ["step": String(step), "key": key], to: folder.appending(path: Self.name).path)
        } catch let error as WeightError {
            throw GenerationError.cannotWrite(String(describing: error))
        }
    }

    /// The state in a folder, if there is one of this key; one that cannot be read counts as none.
    static func read(in folder: URL, key: String) -> SamplerState? {
        guard let file = try? SafetensorsFile(path: folder.appending(path: name).path), file.metadata["key"] == key,
            let step = file.metadata["step"].flatMap(Int.init), let latent = try? file.tensor("latent"),
            latent.shape.count == 2
        else { return nil }
        return SamplerState(step: step, latent: latent.values, tokenCount: latent.shape[0], key: key)
    }

    static func remove(in folder: URL) {
        try? FileManager.default.removeItem(at: folder.appending(path: name))
    }
}
