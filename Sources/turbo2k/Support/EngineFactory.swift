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
            var engine = GenerationEngine.Options(userModels: paths.models, cacheFolder: paths.cache)
            engine.threadCount = options.threads ?? settings.threads
            engine.ignoresMemory = options.ignoreMemory
            return GenerationEngine(options: engine)
        }
    }
}
