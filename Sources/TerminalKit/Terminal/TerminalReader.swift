import CTerminal
import Dispatch
import Foundation

/// Waits for bytes and signals on a queue of its own and turns them into events.
///
/// SAFETY: every mutable property is used on `queue` only.
final class TerminalReader: @unchecked Sendable {
    private static let resizeWait = DispatchTimeInterval.milliseconds(40)
    private static let restWait = DispatchTimeInterval.seconds(1)

    private let terminal: Int32
    private let queue = DispatchQueue(label: "turbo2k.terminal.input", qos: .userInteractive)
    private let tell: @Sendable (TerminalEvent) -> Void
    /// Hears answers before they are told.
    private let noteAnswer: @Sendable (TerminalAnswer) -> Void
    private let inputSource: any DispatchSourceRead
    private let signalSource: any DispatchSourceRead
    private let signals: Int32
    /// Where the system does not know the window's.
    private let usualSize: TerminalSize
    private var decoder: KeyDecoder
    private var escapeWait: DispatchTimeInterval
    /// Counts reads: a timer that finds another number has been overtaken by input.
    private var readCount = 0
    private var resizeCount = 0
    private var isPaused = false

    init(
        terminal: Int32, signals: Int32, decoder: KeyDecoder, escapeWait: Duration, usualSize: TerminalSize,
        tell: @escaping @Sendable (TerminalEvent) -> Void, noteAnswer: @escaping @Sendable (TerminalAnswer) -> Void
    ) {
        self.terminal = terminal
        self.signals = signals
        self.usualSize = usualSize
        self.decoder = decoder
        self.escapeWait = Self.interval(escapeWait)
        self.tell = tell
        self.noteAnswer = noteAnswer
        inputSource = DispatchSource.makeReadSource(fileDescriptor: terminal, queue: queue)
        signalSource = DispatchSource.makeReadSource(fileDescriptor: signals, queue: queue)
        inputSource.setEventHandler { [weak self] in self?.readInput() }
        signalSource.setEventHandler { [weak self] in self?.readSignals() }
    }

    private static func interval(_ duration: Duration) -> DispatchTimeInterval {
        .milliseconds(Int(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000))
    }

    /// nil where the system does not know.
    static func size(of terminal: Int32) -> TerminalSize? {
        var (columns, rows, width, height): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        guard terminal_window_size(terminal, &columns, &rows, &width, &height) == 0 else { return nil }
        return TerminalSize(
            columns: Int(columns), rows: Int(rows), pixelWidth: Int(width), pixelHeight: Int(height))
    }

    func start() {
        inputSource.resume()
        signalSource.resume()
    }

    /// Stops reading. Signals stay: nothing of them may be lost.
    func pause() {
        queue.sync {
            guard !isPaused else { return }
            isPaused = true
            inputSource.suspend()
        }
    }

    /// Reads again; what was half read before is forgotten.
    func resume() {
        queue.sync {
            guard isPaused else { return }
            isPaused = false
            readCount += 1
            _ = decoder.abandon()
            inputSource.resume()
        }
    }

    func stop() {
        resume()
        inputSource.cancel()
        signalSource.cancel()
    }

    func setEscapeWait(_ wait: Duration) { queue.async { self.escapeWait = Self.interval(wait) } }

    func setTakesBurstsAsPaste(_ takes: Bool) { queue.async { self.decoder.takesBurstsAsPaste = takes } }

    private func readInput() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(terminal, &buffer, buffer.count)
        if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
        guard count > 0 else {
            inputSource.cancel()
            tell(.closed)
            return
        }
        readCount += 1
        deliver(decoder.feed(buffer[..<count]))
        awaitRest()
    }

    private func deliver(_ keys: [Key]) {
        for case .answer(let answer) in keys { noteAnswer(answer) }
        if !keys.isEmpty { tell(.keys(keys)) }
    }

    /// Decides after a silence what an unfinished sequence was.
    private func awaitRest() {
        let wait: DispatchTimeInterval
        switch decoder.waiting {
        case .nothing: return
        case .escape: wait = escapeWait
        case .rest: wait = Self.restWait
        }
        let expected = readCount
        queue.asyncAfter(deadline: .now() + wait) { [weak self] in
            guard let self, readCount == expected, !isPaused else { return }
            deliver(decoder.abandon())
        }
    }

    private func readSignals() {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = read(signals, &buffer, buffer.count)
        guard count > 0 else { return }
        for signal in Set(buffer[..<count]) {
            switch Int32(signal) {
            case SIGWINCH: resizeSoon()
            case SIGTSTP: tell(.suspendRequested)
            case SIGTERM, SIGHUP, SIGINT, SIGQUIT: tell(.ending(signal: Int32(signal)))
            default: break
            }
        }
    }

    /// A series of changes, as from a dragged window, is one event.
    private func resizeSoon() {
        resizeCount += 1
        let expected = resizeCount
        queue.asyncAfter(deadline: .now() + Self.resizeWait) { [weak self] in
            guard let self, resizeCount == expected else { return }
            tell(.resized(Self.size(of: terminal) ?? usualSize))
        }
    }
}
