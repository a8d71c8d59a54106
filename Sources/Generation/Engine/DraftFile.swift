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

    static let name = DraftFolder.latentName
    private static let schema = "turbo2k.draft.v1"

    /// - Throws: ``GenerationError/cannotWrite(_:)``.
    func write(in folder: URL) throws {
        do {
            let encoder = JSONEncoder()
            // The same draft makes the same file, byte for byte.
            encoder.outputFormatting = .sortedKeys
            let json = String(decoding: try encoder.encode(recipe), as: UTF8.self)
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
            guard latent.shape.count == 2, latent.values.allSatisfy(\.isFinite) else {
                throw GenerationError.badDraft("The latent in \(path.printable) is damaged; make the draft again.")
            }
            return DraftFile(
                recipe: recipe, latent: latent.values, tokenCount: latent.shape[0],
                positive: try embedding(file, "prompt"), negative: try embedding(file, "negative"),
                weightsSHA256: file.metadata["weights_sha256"] ?? "")
        } catch let error as WeightError {
            throw GenerationError.badDraft("The draft cannot be read: \(error) Make the draft again.")
        } catch is DecodingError {
            throw GenerationError.badDraft("The recipe in \(path.printable) is damaged; make the draft again.")
        }
    }

    private static func embedding(_ file: SafetensorsFile, _ name: String) throws -> TextEmbedding {
        let tensor = try file.tensor(name)
        guard tensor.shape.count == 2, tensor.count > 0 else {
            throw GenerationError.badDraft("The draft's text embedding is damaged; make the draft again.")
        }
        return TextEmbedding(states: tensor.values, tokenCount: tensor.shape[0], channels: tensor.shape[1])
    }
}
