import Foundation
import StudioCore
import Synchronization

/// Ctrl-C, SIGTERM and a closed standard output: what was running is stopped, recorded, and the program ends.
enum Signals {
    private struct State {
        var stop: (@Sendable () -> Void)?
        var status: Int32?
    }

    // SAFETY: changed by `install` and `release` alone, which the main thread calls one after the other.
    nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

    private static let state = Mutex(State())
    private static let queue = DispatchQueue(label: "signals")

    /// Takes over the signals. Called once, first of all.
    static func install() {
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { received(number) }
            source.resume()
            sources.append(source)
        }
    }

    /// Gives the signals back, for the studio, which has its own handlers. A source that is not gone yet would still take
    /// a signal, and nobody would hear of it.
    static func release() {
        let open = DispatchGroup()
        for source in sources {
            open.enter()
            source.setCancelHandler { open.leave() }
            source.cancel()
        }
        open.wait()
        sources = []
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }

    /// Names what a signal stops; nil: nothing runs, and a signal ends the program at once.
    static func onStop(_ stop: (@Sendable () -> Void)?) {
        let isLate = state.withLock { state in
            state.stop = stop
            return state.status != nil
        }
        // The signal came between two jobs.
        if isLate { stop?() }
    }

    /// The exit status a signal asked for; nil: none came.
    static var status: Int32? { state.withLock { $0.status } }

    /// Ends the program with a signal's status if one came, otherwise with `status`.
    static func exit(with status: Int32) -> Never {
        Foundation.exit(self.status ?? status)
    }

    /// Nobody reads standard output any more.
    static func outputClosed() {
        end(with: 0)
    }

    private static func received(_ number: Int32) {
        let isSecond = status != nil
        if isSecond { _exit(128 + number) }
        end(with: 128 + number)
    }

    private static func end(with status: Int32) {
        let (stop, isFirst) = state.withLock { state in
            let isFirst = state.status == nil
            if isFirst { state.status = status }
            return (state.stop, isFirst)
        }
        guard isFirst else { return }
        guard let stop else {
            Failure.tellStop(status)
            _exit(status)
        }
        // A stop is promised within a second, whatever the engine is doing.
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(900)) {
            Workplace.recordLeftBehind()
            Failure.tellStop(status)
            _exit(status)
        }
        stop()
    }
}
