import Foundation
import Generation
import StudioCore

/// The one place where an engine is chosen and made.
enum EngineFactory {
    static func make(_ options: EngineOptions, paths: StudioPaths, settings: Settings) throws -> any GenerationService {
        try options.check()
        switch options.engine {
        case .fake:
            return FakeGenerationService(options: options.fakeOptions)
        case .cpu:
            throw Failure.Exit(code: 3, description: "This build has no engine; use --engine fake.")
        }
    }
}
