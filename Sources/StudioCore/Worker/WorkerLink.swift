import Foundation
import Generation
import Synchronization

/// The connection to the worker: made when it is needed, and made anew after a loss.
actor WorkerLink {
    /// For a worker's first answer.
    private static let patience = Duration.seconds(5)

    private let paths: StudioPaths
    private var launch: WorkerLaunch?
    private let wantsPreviews: Bool
    /// Told what the worker tells, in order.
    private let onMessage: @Sendable (SocketMessage) -> Void
    /// The connection is gone; nil: in good order.
    private let onLoss: @Sendable (EngineEnd?) async -> Void
    private var connection: SocketConnection?
    private var opening: (task: Task<SocketConnection, any Error>, starts: Bool)?
    /// Left by this program: no other worker is looked for.
    private var isClosed = false
    private var answers: [Int: CheckedContinuation<(WorkerAnswer, Data), any Error>] = [:]
    private var nextID = 1
    /// What this program started last: the process that watches over a worker.
    private var watcher: ChildProcess?
    private var memory = OutOfMemoryCount.now
    private var isAskedToEnd = false
    private(set) var hello: WorkerAnswer?

    init(
        paths: StudioPaths, launch: WorkerLaunch?, wantsPreviews: Bool,
        onMessage: @escaping @Sendable (SocketMessage) -> Void,
        onLoss: @escaping @Sendable (EngineEnd?) async -> Void
    ) {
        self.paths = paths
        self.launch = launch
        self.wantsPreviews = wantsPreviews
        self.onMessage = onMessage
        self.onLoss = onLoss
    }

    /// The next worker that is started here is started so.
    func setLaunch(_ launch: WorkerLaunch) { self.launch = launch }

    func request(_ request: WorkerRequest) async throws -> (WorkerAnswer, Data) {
        let connection = try await open()
        return try await send(request, connection)
    }

    /// Ends the worker's process at once.
    func kill() {
        guard let pid = hello?.pid, connection != nil else { return }
        isAskedToEnd = true
        Foundation.kill(pid, SIGKILL)
    }

    /// A connection to a worker that has answered; where none runs one is started, if it can be and `starts` says so.
    @discardableResult
    func open(starts: Bool = true) async throws -> SocketConnection {
        if let connection { return connection }
        isClosed = false
        if let opening {
            if opening.starts || !starts { return try await opening.task.value }
            // Who only looks for a worker may find none.
            _ = try? await opening.task.value
            if self.opening?.task == opening.task { self.opening = nil }
            return try await open(starts: starts)
        }
        let task = Task { try await makeConnection(starts ? launch : nil) }
        opening = (task, starts)
        defer { if opening?.task == task { opening = nil } }
        return try await task.value
    }

    func close() {
        isClosed = true
        connection?.close()
        connection = nil
    }

    /// The worker has left in good order. Another program may start the next one: whoever watches the queue sees that too.
    private func joinNext() {
        Task { [weak self] in
            for attempt in 0... {
                try? await Task.sleep(for: attempt < 100 ? .milliseconds(100) : .seconds(2))
                guard let self, await !self.joined() else { return }
            }
        }
    }

    private func joined() async -> Bool {
        guard connection == nil, !isClosed else { return true }
        return (try? await open(starts: false)) != nil
    }

    private func makeConnection(_ launch: WorkerLaunch?) async throws -> SocketConnection {
        let deadline = ContinuousClock.now + .seconds(10)
        var started: ChildProcess?
        while true {
            if let file = WorkerFile.read(paths), let found = try? SocketConnection(path: file.socket) {
                do {
                    try await greet(found)
                    watcher = started ?? watcher
                    return found
                } catch is EngineEnd {
                    // It was about to leave.
                }
            }
            guard launch != nil || WorkerLock.isHeld(paths) else { throw StudioError.historyBusy("No engine runs.") }
            if let launch, let end = started?.end() {
                guard end.status == 0 else {
                    let shown = paths.abbreviating(launch.logFile)
                    throw StudioError.cannotWrite("The engine's process could not be started; \(shown) tells why.")
                }
                // The one before took too long to leave.
                started = nil
            }
            guard ContinuousClock.now < deadline else { throw noAnswer }
            if let launch, started == nil { started = ChildProcess(pid: try launch.start()) }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private var noAnswer: StudioError {
        let process = WorkerFile.read(paths).map { " \($0.pid)" } ?? ""
        return .historyBusy(
            "The engine's process\(process) does not answer. Let it go on, or end it; its steps are kept.")
    }

    private func greet(_ connection: SocketConnection) async throws {
        read(connection)
        let end = ContinuousClock.now + Self.patience
        // A worker that was suspended must not hold up whoever asks.
        let patience = Task {
            try await Task.sleep(until: end)
            connection.close()
        }
        defer { patience.cancel() }
        var request = WorkerRequest(.hello)
        request.version = WorkerRequest.version
        request.news = true
        request.previews = wantsPreviews
        do {
            hello = try await send(request, connection).0
        } catch is EngineEnd where ContinuousClock.now >= end {
            throw noAnswer
        }
        self.connection = connection
        memory = .now
        isAskedToEnd = false
    }

    private func read(_ connection: SocketConnection) {
        Task.detached { [weak self, onMessage] in
            var isGoodbye = false
            for await message in connection.messages {
                if let event = WireText.value(WorkerEvent.self, message) {
                    guard event.event == .bye else {
                        onMessage(message)
                        continue
                    }
                    // What is asked from here on is asked of the next one.
                    isGoodbye = true
                    connection.close()
                } else if let answer = WireText.value(WorkerAnswer.self, message) {
                    await self?.take(answer, message.payload.first ?? Data())
                }
            }
            await self?.lost(connection, isGoodbye: isGoodbye)
        }
    }

    private func send(_ request: WorkerRequest, _ connection: SocketConnection) async throws -> (WorkerAnswer, Data) {
        var request = request
        request.id = nextID
        nextID += 1
        let (answer, payload) = try await withCheckedThrowingContinuation { continuation in
            answers[request.id] = continuation
            connection.send(WireText.message(request))
        }
        if let error = answer.error { throw error.original }
        return (answer, payload)
    }

    private func take(_ answer: WorkerAnswer, _ payload: Data) {
        answers.removeValue(forKey: answer.id)?.resume(returning: (answer, payload))
    }

    private func lost(_ connection: SocketConnection, isGoodbye: Bool) async {
        let wasOpen = self.connection === connection
        if wasOpen { self.connection = nil }
        var end = EngineEnd()
        if wasOpen, !isGoodbye { end = await howItEnded() }
        for answer in answers.values { answer.resume(throwing: end) }
        answers = [:]
        if wasOpen { await onLoss(isGoodbye ? nil : end) }
        if wasOpen, isGoodbye { joinNext() }
    }

    /// Waits until the process is really gone, since the system takes its time over many gigabytes, and until the process
    /// that watched over it has told how.
    private func howItEnded() async -> EngineEnd {
        var end = EngineEnd()
        end.wasAsked = isAskedToEnd
        guard let pid = hello?.pid else { return end }
        var patience = 200
        for _ in 0..<500 where patience > 0 {
            if let found = WorkerEnd.read(paths, pid: pid) {
                (end.signal, end.exitStatus) = (found.signal, found.status)
                break
            }
            if !ProcessIdentity.isRunning(pid) { patience -= 1 }
            try? await Task.sleep(for: .milliseconds(10))
        }
        // Nobody else takes its remains away.
        if watcher?.end() != nil { watcher = nil }
        end.wasMemory = !end.wasAsked && (end.signal == nil || end.signal == SIGKILL) && memory != .now
        return end
    }
}
