import ArgumentParser
import Foundation
import StudioCore

/// Where jobs run: in the engine's own process, or in this one.
enum JobPlace {
    /// The queue of the worker that runs, if its engine was started as asked for here; else this process.
    static func join(_ workplace: Workplace, _ engine: EngineOptions) async throws -> any JobService {
        try engine.check()
        let history = try workplace.history()
        if !engine.runsInProcess, let client = try await running(workplace, history, engine) { return client }
        return try runner(workplace, history, engine)
    }

    /// The worker's queue; a worker is started where none runs.
    ///
    /// - Throws: where the worker does not answer, or its engine was started otherwise.
    static func start(_ workplace: Workplace, _ engine: EngineOptions) async throws -> WorkerClient {
        try engine.check()
        let client = WorkerClient(
            history: try workplace.history(), paths: workplace.paths, metadata: workplace.settings.metadata,
            launch: engine.launch(workplace), wantsPreviews: false)
        let identity = engine.identity(workplace.settings)
        let found = try await client.open(engine: identity)
        guard found == identity else {
            throw StudioError.historyBusy(
                "The engine that runs was started with \(words(found)), not with \(words(identity)); "
                    + "wait until its jobs are done.")
        }
        return client
    }

    /// The worker's queue if a worker runs, however it was started; else what it has left, changed from here.
    ///
    /// - Throws: where a worker runs and does not answer.
    static func queue(_ workplace: Workplace) async throws -> any JobService {
        let history = try workplace.history()
        let client = WorkerClient(
            history: history, paths: workplace.paths, metadata: workplace.settings.metadata, launch: nil,
            wantsPreviews: false)
        do {
            _ = try await client.open()
            return client
        } catch StudioError.historyBusy where !WorkerLock.isHeld(workplace.paths) {
            let runner = try runner(
                workplace, try History(paths: workplace.paths, keepsQueue: true), try EngineOptions.parse([]))
            try runner.adoptHeld()
            return runner
        }
    }

    private static func running(
        _ workplace: Workplace, _ history: History, _ engine: EngineOptions
    ) async throws -> WorkerClient? {
        let client = WorkerClient(
            history: history, paths: workplace.paths, metadata: workplace.settings.metadata, launch: nil,
            wantsPreviews: false)
        do {
            let found = try await client.open()
            let identity = engine.identity(workplace.settings)
            if found == identity { return client }
            await client.close()
            Reporting.note(
                "the engine that runs was started with \(words(found)); this job runs beside it, with "
                    + words(identity))
        } catch StudioError.historyBusy {
            // No worker runs.
        }
        return nil
    }

    private static func words(_ identity: String) -> String {
        identity.isEmpty ? "its default options" : "\"\(TextCleaning.oneLine(identity))\""
    }

    static func runner(
        _ workplace: Workplace, _ history: History, _ engine: EngineOptions
    ) throws -> JobRunner {
        JobRunner(
            service: try EngineFactory.make(engine, paths: workplace.paths, settings: workplace.settings),
            history: history, paths: workplace.paths, metadata: workplace.settings.metadata,
            draftsGoFirst: workplace.settings.draftsGoFirst && !engine.keepOrder, diskSpace: engine.diskSpace)
    }
}
