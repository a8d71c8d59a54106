import Foundation
import Generation
import Kernels
import Tensors
import TestSupport
import Testing
import VideoIO
import WeightFiles

/// All tests of this target, one after the other: they measure time and memory.
@Suite("Generation", .serialized) enum GenerationTests {}

/// What a job told, from its start to its end.
struct JobRun {
    var events: [GenerationEvent] = []

    init(_ stream: AsyncThrowingStream<GenerationEvent, any Error>) async throws {
        for try await event in stream { events.append(event) }
    }

    /// - Throws: if the job did not finish.
    var result: GenerationResult {
        get throws {
            guard case .finished(let result) = events.last else { throw Unfinished() }
            return result
        }
    }

    struct Unfinished: Error {}

    var steps: [StepRecord] {
        events.compactMap { if case .stepFinished(let record) = $0 { record } else { nil } }
    }

    var savedSteps: [Int] {
        events.compactMap { if case .stateSaved(_, let step, _) = $0 { step } else { nil } }
    }

    var stagesStarted: [Stage] {
        events.compactMap { if case .stageStarted(let stage, _) = $0 { stage } else { nil } }
    }

    var stagesFinished: [Stage] {
        events.compactMap { if case .stageFinished(let stage, _) = $0 { stage } else { nil } }
    }

    func previews(_ look: Preview.Look) -> [Preview] {
        events.compactMap { if case .preview(let preview) = $0, preview.look == look { preview } else { nil } }
    }

    func parts(of stage: Stage) -> [Int] {
        events.compactMap { if case .partsFinished(stage, let parts, _) = $0 { parts } else { nil } }
    }

    /// The error that ends a job.
    static func error(of stream: AsyncThrowingStream<GenerationEvent, any Error>) async -> GenerationError? {
        do {
            for try await _ in stream {}
            return nil
        } catch {
            return error as? GenerationError
        }
    }
}

/// A folder for a test's jobs, and small jobs in it.
struct Workplace {
    let directory: TemporaryDirectory
    var url: URL { URL(filePath: directory.path) }
    var cache: URL { url.appending(path: "cache") }

    init() throws { directory = try TemporaryDirectory() }

    /// A new engine that shares nothing in memory with others.
    func engine(threads: Int = 2, availableBytes: Int? = nil) -> GenerationEngine {
        var options = GenerationEngine.Options(cacheFolder: cache, threadCount: threads)
        options.availableBytes = availableBytes
        return GenerationEngine(options: options)
    }

    func folder(_ name: String) -> URL { url.appending(path: name) }

    func draft(_ recipe: Recipe = .small(), _ name: String = "draft", output: String? = nil) -> DraftRequest {
        DraftRequest(
            recipe: recipe, folder: folder(name), output: output.map { OutputRequest(file: url.appending(path: $0)) })
    }

    func commit(
        _ hr: PassSettings = Recipe.small().hr, of draft: String = "draft", _ name: String = "commit",
        output: String = "commit.mp4"
    ) -> CommitRequest {
        CommitRequest(
            draftFolder: folder(draft), hr: hr, folder: folder(name),
            output: OutputRequest(file: url.appending(path: output)))
    }

    /// Names in a folder, without the dot files.
    func names(_ folder: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: url.appending(path: folder).path)) ?? []).sorted()
    }

    func latent(_ draft: String = "draft") throws -> [Float] {
        try SafetensorsFile(path: folder(draft).appending(path: "draft.safetensors").path).tensor("latent").values
    }
}

extension Recipe {
    /// 128x96 to 256x192, nine frames, two and two steps, in single precision.
    static func small(
        _ prompt: String = "a red sailboat on the lake", seed: UInt32 = 7, steps: Int = 2, precision: Precision? = .fp32
    ) -> Recipe {
        Recipe(
            prompt: prompt, seed: seed, frames: 9,
            lr: PassSettings(size: VideoSize(width: 128, height: 96), steps: steps, guidance: 4, shift: 2),
            hr: PassSettings(size: VideoSize(width: 256, height: 192), steps: 2, guidance: 1, shift: 3),
            precision: precision)
    }

    func with(_ change: (inout Recipe) -> Void) -> Recipe {
        var copy = self
        change(&copy)
        return copy
    }
}
