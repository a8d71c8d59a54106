import Foundation
import TestSupport
import WeightFiles

/// Files of the repository that do not depend on the golden set in use.
enum RepositoryFile {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func path(_ relative: String) -> String { root.appending(path: relative).path }

    static let publishedConfigurations = path("Tests/Fixtures/goldens/vae/PUBLISHED_CONFIGS.json")
    static let bundledModel = path("Sources/Generation/Resources/models/nano")
}

/// The settings of the published models.
enum PublishedConfigurations {
    static func section(_ key: String) throws -> [String: JSONValue] {
        let document = try Checkpoint.readJSONFile(RepositoryFile.publishedConfigurations, advice: "It is a fixture.")
        guard let section = document[key]?.object else {
            throw GoldenError.incomplete(name: "PUBLISHED_CONFIGS", reason: "no section \(key)")
        }
        return section
    }

    /// A configuration with some settings replaced.
    static func merging(_ base: [String: JSONValue], _ differences: [String: JSONValue]) -> JSONValue {
        .object(base.merging(differences) { $1 })
    }
}
