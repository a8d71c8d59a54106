import CTerminal
import Foundation
import Synchronization

/// The terminal's life: found, taken, suspended, given back whole.
///
/// Exit paths are in force before anything is changed, and the restore string is written by signal handlers too: a
/// crash, a kill or a failed precondition leaves a usable shell. Events come through ``events``; bytes go out through
/// ``write(_:)``, each call whole, and nobody waits for them.
package final class Terminal: Sendable {
    package enum SuspendOutcome: Sendable {
        case continued
        /// No shell waits for this program: the system discarded the signal.
        case noShell
    }

    /// `TERM`.
    package let name: String
    package let events: AsyncStream<TerminalEvent>

    private struct State {
        var modes: ModeStrings?
        /// By the terminal's description.
        var usualSize: TerminalSize?
        var usesMouse = true
        /// The kitty keyboard protocol has been switched on.
        var hasKeyboardProtocol = false
        var imageIDs: [UInt32] = []
        /// Rounds of questions whose last one, DA1, is not answered yet.
        var openQuestions = 0
        var hasAnswered = false
        var reader: TerminalReader?
        var receiver: (@Sendable (TerminalEvent) -> Void)?
    }

    private static let usualGraceSeconds = 5
    /// How long what is on its way out may hold up the way out.
    private static let longestFlush = Duration.milliseconds(500)

    private let descriptor: Int32
    private let isRemote: Bool
    private let savedSettings: termios
    private let continuation: AsyncStream<TerminalEvent>.Continuation
    private let state = Mutex(State())
    private let output: TerminalOutput

    /// Finds the terminal: that of standard output, else the controlling one. Changes nothing.
    ///
    /// - Throws: ``TerminalError`` where the plain mode is the right one.
    package convenience init(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(TerminalError) {
        var path = "/dev/tty"
        if isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, let own = ttyname(STDOUT_FILENO) {
            path = String(cString: own)
        }
        try self.init(path: path, environment: environment)
    }

    /// The terminal at a path of the file system, or the controlling one where it cannot be opened.
    package init(path: String, environment: [String: String]) throws(TerminalError) {
        let name = environment["TERM"] ?? ""
        guard !name.isEmpty, name != "dumb" else { throw .dumb(name: name) }
        self.name = name
        isRemote = TerminalEnvironment(environment).isRemote
        descriptor = try Self.openTerminal(path)
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else {
            throw .system(operation: "tell its settings", reason: String(cString: strerror(errno)))
        }
        savedSettings = settings
        output = TerminalOutput(descriptor)
        (events, continuation) = AsyncStream.makeStream()
    }

    deinit { close(descriptor) }

    private static func openTerminal(_ path: String) throws(TerminalError) -> Int32 {
        for candidate in [path, "/dev/tty"] {
            let opened = open(candidate, O_RDWR | O_NOCTTY | O_CLOEXEC)
            if opened >= 0 { return opened }
        }
        throw .notATerminal
    }

    /// The window's size now: what the system says, else the terminal's description, else 80x24.
    package var size: TerminalSize {
        TerminalReader.size(of: descriptor) ?? state.withLock { $0.usualSize } ?? .fallback
    }

    /// Bytes written since the start.
    package var writtenByteCount: Int { output.byteCount }

    /// Takes the terminal: raw mode, our screen, mouse, paste and focus reports; from now on ``events`` speaks.
    package func start(_ description: TerminalDescription, usesMouse: Bool) throws(TerminalError) {
        var settings = savedSettings
        let signals = terminal_guard_install(descriptor, &settings)
        guard signals >= 0 else {
            throw .system(operation: "watch signals", reason: String(cString: strerror(errno)))
        }
        let reader = TerminalReader(
            terminal: descriptor, signals: signals, decoder: KeyDecoder(terminfoKeys: description.keys),
            escapeWait: isRemote ? .milliseconds(80) : .milliseconds(25), usualSize: description.size ?? .fallback,
            tell: { [weak self] in self?.tell($0) }, noteAnswer: { [weak self] in self?.note($0) })
        setGrace(seconds: Self.usualGraceSeconds)
        state.withLock {
            $0.modes = description.modes
            $0.usualSize = description.size
            $0.usesMouse = usesMouse
            $0.reader = reader
        }
        try take()
        reader.start()
    }

    /// Hands events to `receiver` from now on, on the thread that reads them, instead of to ``events``.
    ///
    /// A task that waits for a stream runs when one of the few threads for tasks is free; a key cannot wait for that.
    package func setReceiver(_ receiver: @escaping @Sendable (TerminalEvent) -> Void) {
        state.withLock { $0.receiver = receiver }
    }

    private func tell(_ event: TerminalEvent) {
        if let receiver = state.withLock({ $0.receiver }) { receiver(event) } else { continuation.yield(event) }
    }

    /// Another wait for what follows Esc than 25 ms (80 ms over ssh), as the settings say.
    package func setEscapeWait(_ wait: Duration) { state.withLock { $0.reader }?.setEscapeWait(wait) }

    /// Takes the mouse, or leaves it to the terminal.
    package func setUsesMouse(_ uses: Bool) {
        let hasChanged = state.withLock { state in
            defer { state.usesMouse = uses }
            return state.usesMouse != uses
        }
        if hasChanged { write(uses ? ControlBytes.mouseOn : ControlBytes.mouseOff) }
    }

    /// Whether bursts with a line end are pastes: for terminals that did not confirm bracketed paste.
    package func setTakesBurstsAsPaste(_ takes: Bool) {
        state.withLock { $0.reader }?.setTakesBurstsAsPaste(takes)
    }

    /// Copies everything written from now on to a new file.
    package func trace(toPath path: String) throws(TerminalError) {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw .system(operation: "trace to \(path)", reason: String(cString: strerror(errno))) }
        output.trace(to: file)
    }

    /// Seconds the program may take to save its state after ``TerminalEvent/ending(signal:)``; 5 at the start.
    package func setGrace(seconds: Int) { terminal_guard_set_grace(UInt32(clamping: seconds)) }

    /// Asks the terminal what it can do; the answers come as keys. It may be another terminal each time.
    package func ask() {
        state.withLock { $0.openQuestions += 1 }
        write(TerminalQuestions.all)
    }

    /// Two answers ask for something at once: the kitty keyboard is switched on, and where the terminal shows kitty
    /// images the exit string deletes ours. The last one ends a round of questions.
    private func note(_ answer: TerminalAnswer) {
        switch answer {
        case .primaryAttributes:
            state.withLock {
                $0.openQuestions = max($0.openQuestions - 1, 0)
                $0.hasAnswered = true
            }
        case .keyboardProtocol:
            let isFirst = state.withLock { state in
                defer { state.hasKeyboardProtocol = true }
                return !state.hasKeyboardProtocol
            }
            if isFirst { write(ControlBytes.keyboardProtocolPush) }
        case .kittyGraphics(TerminalQuestions.kittyQueryID, "OK"): claimImages(ImageIDs(processID: getpid()).all)
        default: break
        }
    }

    /// The exit string also deletes these kitty images from now on.
    package func claimImages(_ ids: [UInt32]) {
        state.withLock { $0.imageIDs = ids }
        armGuard()
    }

    /// Gives the terminal back and ends the stream of events. May be called twice.
    package func finish() {
        let reader = state.withLock { state in
            defer { state.reader = nil }
            return state.reader
        }
        if let reader {
            reader.stop()
            awaitAnswers()
            output.flush(within: Self.longestFlush)
        }
        terminal_guard_restore()
        terminal_guard_remove()
        SharedMemory.removeAll()
        continuation.finish()
    }

    /// Gives the terminal back and ends the process as the signal would have done.
    package func die(bySignal signal: Int32) {
        terminal_guard_restore()
        terminal_guard_die(signal)
    }

    /// Gives the terminal back and stops the process until a shell continues it; blocks.
    ///
    /// To be called by the thread that writes. Afterwards everything must be drawn and asked again: the terminal may
    /// be another one. Input that came in between is thrown away.
    package func suspend() throws(TerminalError) -> SuspendOutcome {
        state.withLock { $0.reader }?.pause()
        awaitAnswers()
        output.flush(within: Self.longestFlush)
        terminal_guard_restore()
        let outcome: SuspendOutcome = terminal_guard_stop() == 1 ? .continued : .noShell
        // Continued in the background: quiet until somebody brings us to the front.
        while terminal_is_foreground(descriptor) == 0 { usleep(100_000) }
        try take()
        tcflush(descriptor, TCIFLUSH)
        state.withLock { $0.reader }?.resume()
        return outcome
    }

    /// Gives the terminal to another program, for instance an editor, and takes it again when that has ended; blocks.
    ///
    /// As after ``suspend()``, everything must then be drawn and asked again.
    ///
    /// - Parameter words: the program, looked for in `PATH`, and its arguments.
    /// - Returns: its exit status; 128 and the signal's number where a signal ended it.
    /// - Throws: ``TerminalError`` where the program did not start, or the terminal was not to be had again.
    package func lend(to words: [String]) throws(TerminalError) -> Int32 {
        state.withLock { $0.reader }?.pause()
        awaitAnswers()
        output.flush(within: Self.longestFlush)
        terminal_guard_restore()
        terminal_guard_lend()
        output.setWaits(true)
        let outcome = ChildProgram.run(words, on: descriptor)
        terminal_guard_reclaim()
        try take()
        tcflush(descriptor, TCIFLUSH)
        state.withLock { $0.reader }?.resume()
        return try outcome.get()
    }

    /// Lets the answers to questions on their way come in and throws them away, or the shell would get them as typed
    /// text: asks one more, which every terminal answers, and waits for that answer. A terminal that has answered
    /// before gets a second for it on a busy machine, any other 100 ms (over ssh 400).
    private func awaitAnswers() {
        guard terminal_is_foreground(descriptor) == 1 else { return }
        var (missing, hasAnswered) = state.withLock { ($0.openQuestions + 1, $0.hasAnswered) }
        write("\u{1B}[c")
        var decoder = KeyDecoder()
        var buffer = [UInt8](repeating: 0, count: 4096)
        let patience: Duration = hasAnswered ? .seconds(1) : isRemote ? .milliseconds(400) : .milliseconds(100)
        let limit = ContinuousClock.now + patience
        var left = patience
        // A program that got no time to look does so once more when its time is over.
        repeat {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&request, 1, Int32(max(left / .milliseconds(1), 0))) > 0 {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { return }
                for case .answer(.primaryAttributes) in decoder.feed(buffer[..<count]) { missing -= 1 }
                if missing <= 0 { return }
            }
            left = limit - ContinuousClock.now
        } while left > .zero
    }

    private func take() throws(TerminalError) {
        let (modes, usesMouse) = state.withLock { state in
            // The exit string has switched it off; the questions asked again switch it on.
            state.hasKeyboardProtocol = false
            // Answers on their way are thrown away with everything else that has come in.
            state.openQuestions = 0
            return (state.modes, state.usesMouse)
        }
        guard let modes else { return }
        armGuard()
        output.setWaits(false)
        var settings = savedSettings
        Self.makeRaw(&settings)
        guard tcsetattr(descriptor, TCSANOW, &settings) == 0 else {
            throw .system(operation: "take raw mode", reason: String(cString: strerror(errno)))
        }
        write(modes.enter(usesMouse: usesMouse))
    }

    private func armGuard() {
        let string = state.withLock { state in state.modes?.restore(imageIDs: state.imageIDs) }
        guard let string else { return }
        string.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            _ = terminal_guard_arm(start, buffer.count)
        }
    }

    /// No signals from keys, no flow control, no translation of line ends, no echo, byte by byte.
    private static func makeRaw(_ settings: inout termios) {
        settings.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INLCR | IGNCR | IXON | ISTRIP | PARMRK)
        settings.c_oflag &= ~tcflag_t(OPOST)
        settings.c_lflag &= ~tcflag_t(ISIG | ICANON | ECHO | ECHONL | IEXTEN)
        withUnsafeMutableBytes(of: &settings.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
    }

    /// Writes all of `bytes` without waiting: what a slow terminal does not take at once follows by itself. What a
    /// closed one refuses is lost.
    package func write(_ bytes: [UInt8]) { output.write(bytes) }

    package func write(_ text: String) { write(Array(text.utf8)) }

    /// Whether the terminal has taken everything written so far; if not, `told` is called once when it has, on another
    /// thread. To draw meanwhile would only make a slow terminal later still.
    package func hasWrittenAll(orTell told: @escaping @Sendable () -> Void) -> Bool {
        output.hasWrittenAll(orTell: told)
    }
}
