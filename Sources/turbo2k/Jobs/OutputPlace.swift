import Foundation
import Generation
import StudioCore

/// Where clips go.
enum OutputPlace {
    /// The file a clip is written to: as asked for, or named by the preset in its folder, which is made.
    ///
    /// - Throws: ``GenerationError/cannotWrite(_:)`` where the folder cannot be made.
    static func file(
        _ path: String?, _ workplace: Workplace, preset: ResolvedPreset.OutputSettings, recipe: Recipe,
        kind: GenerationResult.Kind, job: Int
    ) throws -> URL {
        if let path {
            guard !path.isEmpty else { throw GenerationError.badValue("-o needs a file name.") }
            return workplace.paths.expanding(path)
        }
        let settings = workplace.settings
        let folder = workplace.paths.expanding(settings.outputFolder ?? preset.folder)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw GenerationError.cannotWrite(
                "The folder \(workplace.paths.abbreviating(folder)) cannot be made; name a file with -o.")
        }
        let name = OutputName.name(
            template: settings.outputName ?? preset.name, recipe: recipe, kind: kind, job: job, date: .now)
        return OutputName.freeFile(named: name, extension: preset.format, in: folder)
    }
}
