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
            service: service, history: history, paths: workplace.paths, metadata: workplace.settings.metadata)
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
