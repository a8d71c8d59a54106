import Foundation
import WeightFiles

/// A folder of golden cases: `<topic>/<case>/case.json` with inputs and outputs, and the weights they use.
package struct GoldenSet: Sendable {
    package let path: String
    /// Whether this is the set in the repository, which must hold cases of every kind that is tested.
    package let isBuiltIn: Bool

    /// The set that the environment's `TURBO2K_GOLDENS` names, else the one in the repository.
    package static let current: GoldenSet = {
        guard let path = ProcessInfo.processInfo.environment["TURBO2K_GOLDENS"], !path.isEmpty else { return builtIn }
        return GoldenSet(path: path, isBuiltIn: false)
    }()

    /// The set in the repository, for tests that need some model or other whatever set is current.
    package static let builtIn: GoldenSet = {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return GoldenSet(path: tests.appending(path: "Fixtures/goldens").path, isBuiltIn: true)
    }()

    /// All cases of the given kinds, sorted by name.
    ///
    /// - Throws: ``GoldenError/noCases(kinds:path:)`` if there are none in the repository's set; other sets may lack a kind.
    package func cases(kind kinds: String...) throws -> [Golden] {
        let found = try allCases().filter { kinds.contains($0.kind) }
        if found.isEmpty, isBuiltIn { throw GoldenError.noCases(kinds: kinds, path: path) }
        return found
    }

    /// Every case of the set, sorted by name.
    package func allCases() throws -> [Golden] {
        guard let enumerator = FileManager.default.enumerator(atPath: path) else {
            throw GoldenError.noCases(kinds: ["any"], path: path)
        }
        var names: [String] = []
        while let file = enumerator.nextObject() as? String {
            if file.hasSuffix("/case.json") { names.append(String(file.dropLast("/case.json".count))) }
        }
        return try names.sorted().map { try Golden(name: $0, set: self) }
    }
}

/// Why golden cases cannot be used.
package enum GoldenError: Error, CustomStringConvertible {
    case noCases(kinds: [String], path: String)
    case incomplete(name: String, reason: String)

    package var description: String {
        switch self {
        case .noCases(let kinds, let path): "no golden case of kind \(kinds.joined(separator: ", ")) in \(path)"
        case .incomplete(let name, let reason): "golden case \(name): \(reason)"
        }
    }
}
