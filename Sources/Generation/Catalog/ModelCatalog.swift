import Diffusion
package import Foundation
import Models
import Tokenizers
import WeightFiles

/// The models that can be used: bundled, in the user's folder, or anywhere by path.
package struct ModelCatalog: Sendable {
    /// Folders whose subfolders are models, the user's first.
    package let folders: [URL]

    /// - Parameter userFolder: the user's own models, `$XDG_DATA_HOME/turbo2k/models`.
    package init(userFolder: URL?) {
        folders = [userFolder, Self.bundledFolder].compactMap { $0 }
    }

    /// The folder of the bundled models: beside an installed program, in its share folder, or in the build's resources.
    package static let bundledFolder: URL? = {
        let environment = ProcessInfo.processInfo.environment
        var places: [URL] = []
        if let share = environment["TURBO2K_SHARE"], !share.isEmpty {
            places.append(URL(filePath: share).appending(path: "models"))
        }
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            let folder = URL(filePath: path).deletingLastPathComponent()
            places.append(folder.deletingLastPathComponent().appending(path: "share/turbo2k/models"))
            places.append(folder.appending(path: "turbo2k_Generation.resources/models"))
        }
        if let found = places.first(where: ModelFolder.isFolder) { return found }
        return Bundle.module.resourceURL?.appending(path: "models")
    }()

    /// All models found, by name; a broken folder is left out (``find(_:)`` says what is wrong with it).
    package func list() -> [InstalledModel] {
        var models: [String: InstalledModel] = [:]
        for folder in folders {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for name in names.sorted() where models[name] == nil && !name.hasPrefix(".") {
                let url = folder.appending(path: name)
                guard ModelFolder.isFolder(url) else { continue }
                models[name] = try? ModelFolder(url: url).model(
                    name: name, reference: name, isBundled: folder == Self.bundledFolder)
            }
        }
        return models.values.sorted { $0.name < $1.name }
    }

    /// A model by name or path.
    ///
    /// - Throws: ``GenerationError/badModel(_:)``.
    package func find(_ name: String) throws -> InstalledModel {
        if !name.contains("/") {
            for folder in folders {
                let url = folder.appending(path: name)
                if ModelFolder.isFolder(url) {
                    return try Self.explained {
                        try ModelFolder(url: url).model(
                            name: name, reference: name, isBundled: folder == Self.bundledFolder)
                    }
                }
            }
        }
        let url = URL(filePath: name).standardizedFileURL
        guard ModelFolder.exists(url) else {
            let known = list().map(\.name).joined(separator: ", ")
            throw GenerationError.badModel(
                "There is no model \"\(name.printable)\"; installed: \(known.isEmpty ? "none" : known). Give one of these names or a path."
            )
        }
        return try Self.explained {
            try ModelFolder(url: url).model(name: url.deletingPathExtension().lastPathComponent, isBundled: false)
        }
    }

    /// Turns the errors of the layers below into one kind with the same sentence.
    static func explained<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as GenerationError {
            throw error
        } catch let error as WeightError {
            throw GenerationError.badModel(String(describing: error))
        } catch let error as ModelError {
            throw GenerationError.badModel(String(describing: error))
        } catch let error as TokenizerError {
            throw GenerationError.badModel(String(describing: error))
        } catch let error as DiffusionError {
            throw GenerationError.badModel("The model's scheduler configuration cannot be used. \(error)")
        } catch is DecodingError {
            throw GenerationError.badModel(
                "The model's scheduler configuration cannot be read; download or convert the model again.")
        }
    }

    /// Checks every tensor's name, type and shape against the configurations, and reads all data once for the digests.
    ///
    /// - Returns: SHA-256 by file.
    /// - Throws: ``GenerationError/badModel(_:)`` for the first part that is not sound.
    package func verify(_ model: InstalledModel) throws -> [(file: URL, sha256: String)] {
        try Self.explained {
            let shapes = try ModelShapes(model)
            try shapes.verify()
            return try model.weightFiles.map { ($0, try FileDigest.sha256(ofFileAt: $0.path)) }
        }
    }

    /// What a model is made of, one line each.
    package func inspect(_ model: InstalledModel) throws -> ModelDescription {
        try Self.explained { try ModelDescription(ModelShapes(model)) }
    }
}
