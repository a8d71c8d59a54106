import Dispatch
import Foundation
import Synchronization

/// Bytes on their way to the terminal, each call whole and in order. Nobody who writes waits: what the terminal does not
/// take at once follows from a queue of its own.
///
/// There is no thread that does all the writing: a terminal that keeps up takes the bytes in the call itself, which is
/// quicker than to hand them on. A stopped one (a line that hangs, output held by Ctrl-S) must not hold up keys, jobs
/// and the way out, which is what the queue is for; the studio draws nothing more until it is empty
/// (``hasWrittenAll(orTell:)``), so that what waits stays small.
final class TerminalOutput: Sendable {
    private struct State {
        /// Not taken by the terminal yet.
        var backlog: [UInt8] = []
        var told: (@Sendable () -> Void)?
        var trace: FileHandle?
        var byteCount = 0
    }

    private static let longestPoll: Int32 = 100

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "turbo2k.terminal.output", qos: .userInteractive)
    private let state = Mutex(State())

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Bytes written since the start.
    var byteCount: Int { state.withLock { $0.byteCount } }

    /// Whether writes come back at once where the terminal takes nothing; a program it is lent to wants to wait.
    func setWaits(_ waits: Bool) {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, waits ? flags & ~O_NONBLOCK : flags | O_NONBLOCK)
    }

    /// Copies everything written from now on to a file.
    func trace(to file: FileHandle) { state.withLock { $0.trace = file } }

    /// What a closed terminal refuses is lost.
    func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        state.withLock { state in
            state.byteCount += bytes.count
            state.trace?.write(Data(bytes))
            guard state.backlog.isEmpty else { return state.backlog += bytes }
            let taken = send(bytes)
            guard taken < bytes.count else { return }
            state.backlog = Array(bytes[taken...])
            queue.async { self.drain() }
        }
    }

    /// Whether everything has gone out; if not, `told` is called once when it has.
    func hasWrittenAll(orTell told: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard !state.backlog.isEmpty else { return true }
            state.told = told
            return false
        }
    }

    /// Waits until everything has gone out. What has not by then is dropped: the terminal gets what ends an open
    /// string next.
    func flush(within limit: Duration) {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end, !sendBacklog() { awaitRoom() }
        state.withLock { $0.backlog = [] }
    }

    private func drain() {
        while !sendBacklog() { awaitRoom() }
        let told = state.withLock { state in
            defer { state.told = nil }
            return state.told
        }
        told?()
    }

    /// - Returns: whether nothing is left.
    private func sendBacklog() -> Bool {
        state.withLock { state in
            let taken = send(state.backlog)
            state.backlog.removeFirst(taken)
            return state.backlog.isEmpty
        }
    }

    private func awaitRoom() {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&request, 1, Self.longestPoll)
    }

    /// - Returns: how many bytes need not be sent any more.
    private func send(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { buffer in
            var taken = 0
            while taken < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[taken...])
                let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if written > 0 {
                    taken += written
                } else if errno == EAGAIN {
                    return taken
                } else if errno != EINTR {
                    return buffer.count
                }
            }
            return taken
        }
    }
}
