import Dispatch
import Foundation
import Synchronization

/// One end of a Unix stream socket that carries messages both ways without ever making the caller wait.
///
/// What the other side is slow to read is kept here. Above ``keptBytes`` messages that may be lost are lost first; the
/// others are kept, up to ``mostKeptBytes``, above which the connection is closed.
package final class SocketConnection: Sendable {
    /// How dear a message is.
    package enum Worth: Sendable {
        /// Arrives, or the connection ends.
        case kept
        /// Lost where the other side is slow.
        case droppable
        /// Only the newest counts: sent when nothing else waits, and replaced by the next.
        case latest
    }

    /// What is kept for a slow reader before droppable messages are left out.
    package static let keptBytes = 1 << 20
    static let mostKeptBytes = 64 << 20

    private struct Waiting {
        var bytes: Data
        var isDroppable: Bool
    }

    private struct State {
        var waiting: [Waiting] = []
        var waitingBytes = 0
        /// Chunks of the one message that is under way in pieces.
        var latest: [Data] = []
        var isSendingLatest = false
        var nextLatest: [Data] = []
        var isWriting = false
        var isClosed = false
    }

    /// What the other side sends; ends when it has closed. For one reader.
    package let messages: AsyncStream<SocketMessage>
    private let continuation: AsyncStream<SocketMessage>.Continuation
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "socket")
    // SAFETY: sources may be resumed, suspended and cancelled from any thread.
    nonisolated(unsafe) private let reading: any DispatchSourceRead
    // SAFETY: as for `reading`.
    nonisolated(unsafe) private let writing: any DispatchSourceWrite
    private let state = Mutex(State())
    // SAFETY: touched on `queue` alone.
    nonisolated(unsafe) private var framing = SocketFraming()
    // SAFETY: as for `framing`.
    nonisolated(unsafe) private var buffer = [UInt8](repeating: 0, count: 1 << 18)

    /// Connects to a listening socket.
    ///
    /// - Throws: ``StudioError/historyBusy(_:)`` where nobody listens.
    package convenience init(path: String) throws(StudioError) {
        let descriptor = UnixSocket.make()
        guard descriptor >= 0, UnixSocket.withAddress(of: path, { connect(descriptor, $0, $1) }) == 0 else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { Foundation.close(descriptor) }
            throw .historyBusy("\(path) does not answer (\(reason)).")
        }
        self.init(descriptor: descriptor)
    }

    /// Takes over a connected socket and closes it in the end.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        (messages, continuation) = AsyncStream.makeStream()
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        reading = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        writing = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
        let open = DispatchGroup()
        open.enter()
        open.enter()
        reading.setCancelHandler { open.leave() }
        writing.setCancelHandler { open.leave() }
        // Both sources must have let go before the number can be another file's.
        open.notify(queue: queue) { Foundation.close(descriptor) }
        reading.setEventHandler { [weak self] in self?.read() }
        writing.setEventHandler { [weak self] in self?.write() }
        reading.resume()
    }

    deinit { close() }

    /// Sends a line.
    package func send(_ line: String, worth: Worth = .kept) {
        send(SocketMessage(line), worth: worth)
    }

    /// Sends a message as soon as the other side takes it; a closed connection takes anything and sends nothing.
    package func send(_ message: SocketMessage, worth: Worth = .kept) {
        let starts = state.withLock { state -> Bool in
            guard !state.isClosed else { return false }
            if worth == .latest {
                state.nextLatest = [message.line + [UInt8(ascii: "\n")]] + message.payload
            } else {
                enqueue(message, isDroppable: worth == .droppable, &state)
            }
            guard !state.isWriting, !state.isClosed else { return false }
            state.isWriting = true
            return true
        }
        if starts { queue.async { [self] in writing.resume() } }
    }

    /// Whether messages wait for the other side to read.
    package var isBehind: Bool {
        state.withLock { !$0.waiting.isEmpty || !$0.latest.isEmpty || !$0.nextLatest.isEmpty }
    }

    /// What is kept for the other side, previews left out.
    package var waitingBytes: Int { state.withLock { $0.waitingBytes } }

    /// Ends the connection; what was not sent yet is lost.
    package func close() {
        let wasWriting = state.withLock { state -> Bool? in
            guard !state.isClosed else { return nil }
            state = State(isWriting: state.isWriting, isClosed: true)
            return state.isWriting
        }
        guard let wasWriting else { return }
        continuation.finish()
        // SAFETY: as for the properties; the connection itself may be gone by then.
        nonisolated(unsafe) let (reading, writing) = (reading, writing)
        queue.async {
            reading.cancel()
            writing.cancel()
            // A source must not be let go while it sleeps.
            if !wasWriting { writing.resume() }
        }
    }

    private func enqueue(_ message: SocketMessage, isDroppable: Bool, _ state: inout State) {
        var bytes = message.line
        bytes.append(UInt8(ascii: "\n"))
        for part in message.payload { bytes.append(part) }
        state.waiting.append(Waiting(bytes: bytes, isDroppable: isDroppable))
        state.waitingBytes += bytes.count
        guard state.waitingBytes > Self.keptBytes else { return }
        // The first may be half sent.
        let first = state.waiting.removeFirst()
        state.waiting = [first] + state.waiting.filter { !$0.isDroppable }
        state.waitingBytes = state.waiting.reduce(0) { $0 + $1.bytes.count }
        if state.waitingBytes > Self.mostKeptBytes { queue.async { [self] in close() } }
    }

    // MARK: On the queue

    private func read() {
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                for message in framing.take(Data(buffer[..<count])) { continuation.yield(message) }
                if framing.isBroken { return close() }
                // One peer must not keep the queue from writing.
                if count < buffer.count { return }
            } else if count < 0, errno == EINTR {
                continue
            } else if count < 0, errno == EAGAIN {
                return
            } else {
                return close()
            }
        }
    }

    private func write() {
        while let bytes = nextBytes() {
            let count = bytes.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno != EAGAIN { close() }
                return
            }
            wrote(count)
        }
    }

    /// What is to be sent next; nil: nothing, and the source sleeps.
    private func nextBytes() -> Data? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            if !state.isSendingLatest {
                if let first = state.waiting.first { return first.bytes }
                state.latest = state.nextLatest
                state.nextLatest = []
                state.isSendingLatest = !state.latest.isEmpty
            }
            if let first = state.latest.first { return first }
            state.isWriting = false
            writing.suspend()
            return nil
        }
    }

    private func wrote(_ count: Int) {
        state.withLock { state in
            guard !state.isClosed else { return }
            if state.isSendingLatest {
                if count < state.latest[0].count {
                    state.latest[0] = state.latest[0].dropFirst(count)
                } else {
                    state.latest.removeFirst()
                    state.isSendingLatest = !state.latest.isEmpty
                }
            } else if !state.waiting.isEmpty {
                state.waitingBytes -= count
                if count < state.waiting[0].bytes.count {
                    state.waiting[0].bytes = state.waiting[0].bytes.dropFirst(count)
                    state.waiting[0].isDroppable = false
                } else {
                    state.waiting.removeFirst()
                }
            }
        }
    }
}
