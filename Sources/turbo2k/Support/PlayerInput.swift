import Synchronization
import TerminalKit

/// What the terminal and the system have told while a clip plays.
final class PlayerInput: Sendable {
    /// What the person or the system wants.
    enum Wish: Sendable, Equatable {
        case goOn
        case leave
        case interrupt
        case suspend
        case end(signal: Int32)
    }

    private struct State {
        var wish = Wish.goOn
        var size: TerminalSize
        var pacer: Pacer
    }

    private let state: Mutex<State>
    private let isPaced: Bool

    /// `rate` is that of frames wanted a second; `isPaced` says whether the terminal answers when it has shown one.
    init(_ size: TerminalSize, rate: Double, isPaced: Bool) {
        self.isPaced = isPaced
        state = Mutex(State(size: size, pacer: Pacer(FrameRate(first: rate, most: rate))))
    }

    var wish: Wish { state.withLock { $0.wish } }
    var size: TerminalSize { state.withLock { $0.size } }

    /// Whether the terminal has shown the last frame.
    var mayShow: Bool { !isPaced || state.withLock { $0.pacer.mayStart(now: .now) } }

    func noteSent() { state.withLock { $0.pacer.noteSent(now: .now) } }

    /// The program was stopped and goes on, perhaps on another terminal.
    func goOn(_ size: TerminalSize) {
        state.withLock { state in
            state.wish = .goOn
            state.size = size
            state.pacer.reset()
        }
    }

    /// Called on the thread that reads them: one that decodes frames cannot keep keys waiting.
    func take(_ event: TerminalEvent) {
        switch event {
        case .keys(let keys): keys.forEach(take)
        case .resized(let size): state.withLock { $0.size = size }
        case .suspendRequested: state.withLock { $0.wish = .suspend }
        case .ending(let signal): state.withLock { $0.wish = .end(signal: signal) }
        case .closed: state.withLock { $0.wish = .leave }
        }
    }

    private func take(_ key: Key) {
        state.withLock { state in
            switch key {
            case .character("q"), .escape: state.wish = .leave
            case .control("c"): state.wish = .interrupt
            case .control("z"): state.wish = .suspend
            case .answer(.ready): state.pacer.noteReady(now: .now)
            default: break
            }
        }
    }
}
