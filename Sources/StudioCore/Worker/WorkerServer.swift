import Foundation
import Generation
package import Logging
import Synchronization
import VideoIO

/// The worker's side of the socket: takes orders from every front end, and tells all of them what happens.
///
/// One for a data folder. It ends by itself when nothing is left to do and nobody is connected.
package final class WorkerServer: Sendable {
    private struct State {
        var clients: [ObjectIdentifier: SocketConnection] = [:]
        var isEnding = false
    }

    /// Seconds without work and without clients after which it ends.
    private static let patience = 3.0

    private let runner: JobRunner
    private let paths: StudioPaths
    /// How the engine was started, for front ends to compare.
    private let engine: String
    private let log: Logger
    private let state = Mutex(State())

    package init(
        _ runner: JobRunner, paths: StudioPaths, engine: String, log: Logger = Logger(label: "worker")
    ) {
        self.runner = runner
        self.paths = paths
        self.engine = engine
        self.log = log
    }

    /// Serves until the worker is no longer needed.
    ///
    /// - Returns: false where another worker serves this data folder already.
    /// - Throws: where the socket cannot be made or the queue cannot be read.
    package func run() async throws -> Bool {
        guard let lock = try await WorkerLock(paths) else { return false }
        try runner.history.markAbandoned()
        try runner.adoptHeld()
        let path = try SocketFile.path("worker", paths: paths)
        let listener = try SocketListener(path: path) { [self] in accept($0) }
        defer { listener.close() }
        let pid = ProcessInfo.processInfo.processIdentifier
        try lock.write(WorkerFile(pid: pid, socket: path))
        log.info("worker \(pid) serves \(paths.abbreviating(paths.data))")
        try await waitForTheEnd(lock, listener)
        log.info("worker \(pid) ends")
        return true
    }

    /// Stops what runs, and lets ``run()`` return.
    package func end() {
        state.withLock { $0.isEnding = true }
        runner.stopRunning()
    }

    private func waitForTheEnd(_ lock: WorkerLock, _ listener: SocketListener) async throws {
        var idleSince: ContinuousClock.Instant?
        while true {
            try await Task.sleep(for: .milliseconds(500))
            guard lock.isInPlace else {
                log.warning("the data folder is gone")
                return runner.stopRunning()
            }
            let isEnding = state.withLock { $0.isEnding }
            if isEnding, runner.board.queue.isIdle { return sayGoodbye() }
            guard !isEnding, runner.board.queue.isIdle, state.withLock({ $0.clients.isEmpty }) else {
                idleSince = nil
                continue
            }
            let since = idleSince ?? .now
            idleSince = since
            guard ContinuousClock.now - since > .seconds(Self.patience), leaves() else { continue }
            return listener.close()
        }
    }

    /// Takes no more clients from here on, unless one has just come.
    private func leaves() -> Bool {
        state.withLock { state in
            if state.clients.isEmpty { state.isEnding = true }
            return state.isEnding
        }
    }

    private func sayGoodbye() {
        for client in state.withLock({ Array($0.clients.values) }) { client.send(WireText.message(WorkerEvent(.bye))) }
        usleep(50_000)
    }

    // MARK: Clients

    private func accept(_ client: SocketConnection) {
        let key = ObjectIdentifier(client)
        let isTaken = state.withLock { state in
            if !state.isEnding { state.clients[key] = client }
            return !state.isEnding
        }
        // Whoever comes in while this worker leaves starts another one.
        guard isTaken else { return client.close() }
        Task.detached { [self] in
            var news: Task<Void, Never>?
            for await message in client.messages {
                guard let request = WireText.value(WorkerRequest.self, message) else {
                    let error = StudioError.badValue("This is not a request that a worker of \(Program.version) knows.")
                    client.send(WireText.message(WorkerAnswer(id: 0, error: error)))
                    continue
                }
                if request.do == .hello {
                    news = await greet(request, client) ?? news
                } else if request.do == .features {
                    // May wait for the job that runs.
                    Task.detached { [self] in await sendFeatures(request, client) }
                } else {
                    await answer(request, client)
                }
            }
            news?.cancel()
            state.withLock { _ = $0.clients.removeValue(forKey: key) }
        }
    }

    /// Answers; where news are wanted the whole queue comes before the answer, and the rest behind it.
    private func greet(_ request: WorkerRequest, _ client: SocketConnection) async -> Task<Void, Never>? {
        guard request.version == WorkerRequest.version else {
            let error = StudioError.historyBusy(
                "The engine that runs belongs to \(Program.nameAndVersion), which this program does not understand. "
                    + "Wait until its jobs are done, or stop them with its own \"turbo2k queue stop\".")
            client.send(WireText.message(WorkerAnswer(id: request.id, error: error)))
            return nil
        }
        var news = runner.board.news().makeAsyncIterator()
        if request.news == true, let first = await news.next() { Self.send(first, to: client) }
        var answer = WorkerAnswer(id: request.id)
        answer.program = Program.nameAndVersion
        answer.version = WorkerRequest.version
        answer.pid = ProcessInfo.processInfo.processIdentifier
        answer.engine = engine
        answer.build = Program.build
        (answer.cpu, answer.threads) = (Machine.current.name, Machine.current.coreCount)
        answer.availableBytes = ProcessMemory.availableBytes
        client.send(WireText.message(answer))
        guard request.news == true else { return nil }
        let (rest, wantsPreviews) = (news, request.previews ?? true)
        return Task.detached {
            var news = rest
            while let one = await news.next() {
                if !wantsPreviews, case .job(let event) = one, case .generation(.preview) = event.content { continue }
                Self.send(one, to: client)
            }
        }
    }

    private static func send(_ news: JobNews, to client: SocketConnection) {
        guard let (message, worth) = WorkerEvent.message(news) else { return }
        client.send(message, worth: worth)
    }

    private func answer(_ request: WorkerRequest, _ client: SocketConnection) async {
        var answer = WorkerAnswer(id: request.id)
        do {
            answer.job = try await obey(request)
        } catch {
            answer = WorkerAnswer(id: request.id, error: error)
        }
        client.send(WireText.message(answer))
    }

    private func obey(_ request: WorkerRequest) async throws -> QueuedJob? {
        if let change = request.change {
            try await runner.change(change)
            return nil
        }
        if request.do == .retire {
            guard runner.board.queue.isIdle else { throw StudioError.historyBusy("The engine has jobs to do.") }
            end()
            return nil
        }
        guard request.do == .submit, let order = request.order, !state.withLock({ $0.isEnding }) else {
            throw StudioError.badValue("The worker did not understand the request.")
        }
        let job = try await runner.submit(
            order, output: request.jobOutput, wantsPreviews: request.previews ?? true)
        return runner.board.queue.jobs.first { $0.id == job.id }
            ?? QueuedJob(id: job.id, kind: job.kind, recipe: job.recipe, folder: job.folder)
    }

    private func sendFeatures(_ request: WorkerRequest, _ client: SocketConnection) async {
        var answer = WorkerAnswer(id: request.id)
        do {
            let pictures = try await runner.features(ofDraft: request.draft ?? 0)
            answer.features = pictures.map { picture in
                WirePicture(
                    width: picture.frames.first?.width ?? 0, height: picture.frames.first?.height ?? 0,
                    frames: picture.frames.count, block: picture.block, note: picture.note)
            }
            client.send(WireText.message(answer, frames: pictures.flatMap(\.frames)))
        } catch {
            client.send(WireText.message(WorkerAnswer(id: request.id, error: error)))
        }
    }
}
