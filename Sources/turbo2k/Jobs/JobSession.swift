import Foundation
import Generation
import StudioCore

/// Everything a command needs to run jobs, and the running of one.
struct JobSession {
    let workplace: Workplace
    let runner: JobRunner
    private var reporter: any JobReporter

    init(_ workplace: Workplace, engine: EngineOptions) throws {
        self.workplace = workplace
        let service = try EngineFactory.make(engine, paths: workplace.paths, settings: workplace.settings)
        let history = try workplace.history()
        runner = JobRunner(
            service: service, history: history, paths: workplace.paths, metadata: workplace.settings.metadata,
            diskSpace: engine.diskSpace)
        if Reporting.isJSON {
            reporter = JSONReporter()
        } else {
            reporter = Reporting.isQuiet ? SilentReporter() : TextReporter(isTerminal: Output.errorIsTerminal)
        }
    }

    /// Follows a job to its end.
    ///
    /// - Throws: what ended it; `CancellationError` after Ctrl-C, when the history already says `stopped`.
    mutating func follow(_ job: JobHandle) async throws -> GenerationResult {
        Workplace.watch(job.id, in: runner.history)
        Signals.onStop { job.stop() }
        defer {
            Signals.onStop(nil)
            Workplace.unwatch(job.id)
        }
        reporter.started(job)
        do {
            var result: GenerationResult?
            for try await event in job.events {
                if case .generation(.finished(let finished)) = event.content { result = finished }
                reporter.received(event)
            }
            guard let result else { throw CancellationError() }
            reporter.finished(job, result)
            return result
        } catch {
            reporter.ended(job, error)
            throw error
        }
    }

    /// The file a clip is written to: as asked for, or named by the preset in its folder, which is made.
    func outputFile(
        _ path: String?, preset: ResolvedPreset.OutputSettings, recipe: Recipe, kind: GenerationResult.Kind, job: Int
    ) throws -> URL {
        try OutputPlace.file(path, workplace, preset: preset, recipe: recipe, kind: kind, job: job)
    }
}
