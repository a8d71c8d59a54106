import Foundation
import TerminalKit

/// Asks the terminal what it can do, outside the studio.
enum TerminalProbe {
    /// What the terminal answered, and what follows from it.
    struct Result {
        var answers: TerminalAnswers
        var capabilities: TerminalCapabilities
        var size: TerminalSize
    }

    /// Nil where there is no terminal to ask.
    static func ask(_ wishes: TerminalCapabilities.Wishes = TerminalCapabilities.Wishes()) -> Result? {
        let environment = TerminalEnvironment(ProcessInfo.processInfo.environment)
        guard !environment.name.isEmpty, environment.name != "dumb" else { return nil }
        let descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let answers = answers(descriptor, patience: TerminalQuestions.patience(isRemote: environment.isRemote))
        // What the description says beside its colours does not matter for the choice of pictures.
        let description = TerminalDescription(
            colorCount: colorCount(), hasDirectColor: false,
            modes: ModeStrings(enterScreen: "", leaveScreen: "", showCursor: "", keypadOff: ""))
        let size = size(descriptor)
        let isInTmux = environment.multiplexer(version: answers.version) == .tmux
        let capabilities = TerminalCapabilities(
            answers: answers, environment: environment, description: description, size: size,
            isUTF8: TerminalLocale.prepare(), tmux: isInTmux ? TmuxFacts.ask() : .none, wishes: wishes)
        return Result(answers: answers, capabilities: capabilities, size: size)
    }

    private static func answers(_ descriptor: Int32, patience: Duration) -> TerminalAnswers {
        var answers = TerminalAnswers()
        var saved = termios()
        guard tcgetattr(descriptor, &saved) == 0 else { return answers }
        var raw = saved
        // Ctrl-C is held back for these milliseconds too: it would leave the terminal without echo.
        raw.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard tcsetattr(descriptor, TCSANOW, &raw) == 0 else { return answers }
        // Flushing takes answers that come too late, which the shell would show as typed.
        defer { tcsetattr(descriptor, TCSAFLUSH, &saved) }
        let questions = TerminalQuestions.all
        guard questions.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == questions.count else {
            return answers
        }
        var decoder = KeyDecoder()
        let deadline = ContinuousClock.now + patience
        while !answers.isComplete, ContinuousClock.now < deadline {
            for case .answer(let answer) in decoder.feed(readable(descriptor, milliseconds: 20)) {
                answers.note(answer)
            }
        }
        return answers
    }

    private static func readable(_ descriptor: Int32, milliseconds: Int32) -> [UInt8] {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, milliseconds) > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return Array(bytes.prefix(max(count, 0)))
    }

    private static func size(_ descriptor: Int32) -> TerminalSize {
        var window = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return .fallback
        }
        return TerminalSize(
            columns: Int(window.ws_col), rows: Int(window.ws_row), pixelWidth: Int(window.ws_xpixel),
            pixelHeight: Int(window.ws_ypixel))
    }

    /// As the terminal's description says; `tput` is part of every Debian.
    private static func colorCount() -> Int {
        let tput = Process()
        let pipe = Pipe()
        tput.executableURL = URL(filePath: "/usr/bin/tput")
        tput.arguments = ["colors"]
        tput.standardOutput = pipe
        tput.standardError = FileHandle.nullDevice
        guard (try? tput.run()) != nil else { return 8 }
        let data = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
        tput.waitUntilExit()
        return max(Int(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) ?? 8, 0)
    }
}
