import Foundation
package import Generation
import Kernels

/// The worker's queue, seen from a front end.
package final class WorkerClient: JobService {
    package let history: History
    package let board = JobBoard()
    package let outlivesProgram = true
    private let metadata: Settings.Metadata
    private let link: WorkerLink

    /// `launch`: how a worker is started where none runs; nil: none is.
    package init(
        history: History, paths: StudioPaths, metadata: Settings.Metadata, launch: WorkerLaunch?,
        wantsPreviews: Bool = true
    ) {
        self.history = history
        self.metadata = metadata
        let board = board
        link = WorkerLink(
            paths: paths, launch: launch, wantsPreviews: wantsPreviews,
            onMessage: { message in
                if let news = WorkerEvent.news(message) { board.publish(news) }
            },
            onLoss: { end in Self.lost(end, board, history) })
    }

    /// Connects, and starts a worker where none runs.
    ///
    /// - Returns: how the worker's engine was started.
    /// - Throws: ``StudioError``.
    package func open() async throws -> String {
        try await link.open()
        return await link.hello?.engine ?? ""
    }

    /// Connects to a worker whose engine was started as `engine` says. One that was started otherwise, or by another build
    /// of the program, makes room for it where it has nothing to do.
    ///
    /// - Returns: how the engine was started.
    package func open(engine: String) async throws -> String {
        for _ in 0..<50 {
            let found = try await open()
            let build = await link.hello?.build
            let isOther = found != engine || build != Program.build
            guard isOther, board.queue.isIdle, (try? await retire()) != nil else { return found }
            await link.close()
            try await Task.sleep(for: .milliseconds(100))
        }
        return try await open()
    }

    /// How the worker's engine was started that is joined, or that runs; nil where none does.
    package func joinedEngine() async -> String? {
        guard (try? await link.open(starts: false)) != nil else { return nil }
        return await link.hello?.engine ?? ""
    }

    /// Workers that are started from now on are started so. The one that runs is left alone: ``open(engine:)`` asks it to
    /// make room.
    package func startsWorkers(_ launch: WorkerLaunch) async { await link.setLaunch(launch) }

    /// Leaves the worker, which goes on.
    package func close() async { await link.close() }

    /// Ends a worker that has nothing to do.
    ///
    /// - Throws: where it has.
    private func retire() async throws { _ = try await link.request(WorkerRequest(.retire)) }

    package func submit(_ order: JobOrder, output: JobOutput?, wantsPreviews: Bool) async throws -> JobHandle {
        let news = board.news()
        let request = WorkerRequest(
            Self.absolute(order), output: output, wantsPreviews: wantsPreviews, metadata: metadata)
        guard let job = try await link.request(request).0.job else {
            throw StudioError.historyBusy("The engine's process gave no answer that this program understands.")
        }
        return JobHandle(job, news: news, service: self)
    }

    package func change(_ change: QueueChange) async throws {
        _ = try await link.request(WorkerRequest(change))
    }

    package func features(ofDraft id: Int) async throws -> [FeaturePicture] {
        var request = WorkerRequest(.features)
        request.draft = id
        let (answer, payload) = try await link.request(request)
        var rest = payload[...]
        return (answer.features ?? []).compactMap { picture in
            let bytes = rest.prefix(picture.width * picture.height * picture.frames * 3)
            rest = rest.dropFirst(bytes.count)
            return WireText.frames(picture, Data(bytes)).map {
                FeaturePicture(block: picture.block ?? 0, frames: $0, note: picture.note)
            }
        }
    }

    package func endEngine() {
        let link = link
        Task { await link.kill() }
    }

    /// The worker has another working folder.
    private static func absolute(_ order: JobOrder) -> JobOrder {
        guard case .draft(var recipe, let preset, let batch) = order, recipe.model.contains("/"),
            !recipe.model.hasPrefix("/"), !recipe.model.hasPrefix("~")
        else { return order }
        recipe.model = URL(filePath: recipe.model).standardizedFileURL.path(percentEncoded: false)
        return .draft(recipe, preset: preset, batch: batch)
    }

    private static func lost(_ end: EngineEnd?, _ board: JobBoard, _ history: History) {
        guard var end else { return board.publish(.queue(QueueState())) }
        end.run = board.queue.run
        let queue = QueueState(jobs: left(history), isPaused: board.queue.isPaused)
        board.publish(.engineEnded(end))
        board.publish(.queue(queue))
    }

    /// What goes on waiting without an engine; a history that cannot be read shows an empty queue until it can.
    private static func left(_ history: History) -> [QueuedJob] {
        _ = try? history.markAbandoned()
        return ((try? history.queuedJobs()) ?? []).map { QueuedJob($0, isHeld: true) }
    }
}
