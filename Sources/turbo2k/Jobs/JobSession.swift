import Foundation
import Generation
import StudioCore

/// Everything a command needs to run jobs, and the running of one: in the worker's queue where a worker runs, in this
/// process elsewhere.
struct JobSession {
    let workplace: Workplace
    let jobs: any JobService
    private var reporter: any JobReporter

    init(_ workplace: Workplace, engine: EngineOptions) async throws {
        self.workplace = workplace
        jobs = try await JobPlace.join(workplace, engine)
        if Reporting.isJSON {
            reporter = JSONReporter()
        } else {
            reporter = Reporting.isQuiet ? SilentReporter() : TextReporter(isTerminal: Output.errorIsTerminal)
        }
    }

    /// Follows a job to its end.
    ///
    /// - Throws: ``Failure/OfJob`` with what ended it; `CancellationError` after Ctrl-C, when the history already says
    ///   `stopped`.
    mutating func follow(_ job: JobHandle) async throws -> GenerationResult {
        // What another process runs it also records.
        if !jobs.outlivesProgram { Workplace.watch(job.id, in: jobs.history) }
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
            throw error is CancellationError ? error : Failure.OfJob(job: job.id, reason: error)
        }
    }

    /// The file a clip is written to: as asked for, or named by the preset in its folder, which is made.
    func outputFile(
        _ path: String?, preset: ResolvedPreset.OutputSettings, recipe: Recipe, kind: GenerationResult.Kind, job: Int
    ) throws -> URL {
        try OutputPlace.file(path, workplace, preset: preset, recipe: recipe, kind: kind, job: job)
    }
}
