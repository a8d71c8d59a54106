import Foundation
import Generation
import Kernels

/// A whole job: prompt to draft, draft to a clip on the disk, as the command `render` runs it.
enum JobBenchmark {
    private static let name = "job"

    static func cases(_ recipe: Recipe) -> [BenchmarkCase] {
        [
            BenchmarkCase(
                name,
                "draft \(recipe.lr.size) in \(recipe.lr.steps) steps and commit \(recipe.hr.size) in \(recipe.hr.steps), "
                    + "\(recipe.frames) frames, to a file",
                precisions: .chosenOrBest
            ) { context, precision in [try await run(recipe, context, precision)] }
        ]
    }

    private static func run(
        _ recipe: Recipe, _ context: BenchmarkContext, _ precision: Precision
    ) async throws -> Measurement {
        var recipe = recipe
        recipe.precision = precision
        recipe.model = context.options.model
        let folder = FileManager.default.temporaryDirectory.appending(path: "turbo2k-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var samples: [Double] = []
        var details: [String: Double] = [:]
        ResidentMemory.resetPeak()
        for index in 0..<max(1, context.options.runs ?? 1) {
            let run = folder.appending(path: "\(index)")
            // A new engine each time: a command loads the model as well.
            let engine = GenerationEngine(options: engineOptions(context))
            let start = ContinuousClock.now
            let draft = try await finished(
                engine.draft(
                    DraftRequest(recipe: recipe, folder: run.appending(path: "draft"), wantsPreviews: false)))
            let commit = try await finished(
                engine.commit(
                    CommitRequest(
                        draftFolder: run.appending(path: "draft"), hr: recipe.hr, folder: run.appending(path: "commit"),
                        output: OutputRequest(file: run.appending(path: "clip.mp4")), wantsPreviews: false)))
            samples.append((ContinuousClock.now - start) / .seconds(1))
            details = figures(draft, "draft").merging(figures(commit, "commit")) { $1 }
        }
        var result = Measurement(name: name, precision: precision.rawValue, seconds: Timing(samples))
        result.details = details
        result.details["peak_resident_bytes"] = Double(ResidentMemory.peakBytes)
        return result
    }

    private static func engineOptions(_ context: BenchmarkContext) -> GenerationEngine.Options {
        GenerationEngine.Options(
            userModels: context.options.userModels, cacheFolder: nil, threadCount: context.options.threadCount)
    }

    private static func finished(
        _ events: AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> GenerationResult {
        for try await event in events {
            if case .finished(let result) = event { return result }
        }
        throw CancellationError()
    }

    /// Seconds of each stage, and of the median step with the number of steps and of the model's evaluations.
    private static func figures(_ result: GenerationResult, _ part: String) -> [String: Double] {
        var figures = ["\(part)_s": result.seconds]
        for (stage, seconds) in result.stageSeconds { figures["\(part)_\(stage.rawValue)_s"] = seconds }
        if !result.steps.isEmpty { figures["\(part)_step_s"] = Timing(result.steps.map(\.seconds)).median }
        figures["\(part)_steps"] = Double(result.steps.count)
        figures["\(part)_evaluations"] = Double(result.steps.reduce(0) { $0 + $1.calls })
        return figures
    }
}
