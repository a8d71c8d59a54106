import Foundation
import Generation
import TerminalKit

/// The studio on a terminal played by us, in a home of its own: keys go in, bytes come out, both timed.
final class StudioSession {
    let terminal: AnsweringTerminal
    private let program: HostedProgram
    private let home: URL
    private let started = ContinuousClock.now
    /// Seconds from the start of the program to the end of its first frame.
    let firstFrameSeconds: Double

    private static let patience = Duration.seconds(60)
    /// Asked right behind the first frame.
    private static let questionAfterFrame = "\u{1B}[c"

    /// Opens the studio of a program.
    ///
    /// - Throws: `GenerationError` where it does not come up.
    init(_ studio: String, _ options: [String], size: TerminalSize = TerminalSize(columns: 80, rows: 24)) throws {
        home = FileManager.default.temporaryDirectory.appending(path: "turbo2k-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        var environment = ProcessInfo.processInfo.environment
        for name in ["NO_COLOR", "TMUX", "STY", "ZELLIJ", "SSH_CONNECTION", "SSH_TTY"] { environment[name] = nil }
        let path = home.path(percentEncoded: false)
        environment.merge([
            "TURBO2K_HOME": path, "HOME": path, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        ]) { $1 }
        program = try HostedProgram([studio, "studio"] + options, environment: environment, size: size)
        terminal = AnsweringTerminal(program, answers: AnsweringTerminal.plainAnswers())
        let isUp = terminal.wait(for: Self.questionAfterFrame, within: Self.patience)
        firstFrameSeconds = (ContinuousClock.now - started) / .seconds(1)
        guard isUp else { throw GenerationError.badValue("The studio did not open on a terminal of its own.") }
    }

    deinit {
        program.end()
        try? FileManager.default.removeItem(at: home)
    }

    /// Types a key and waits until it is shown.
    ///
    /// - Returns: seconds; nil where it did not come.
    func echoSeconds(of key: Character) -> Double? {
        terminal.forget()
        let start = ContinuousClock.now
        terminal.type(String(key))
        guard terminal.wait(for: String(key), within: .seconds(10)) else { return nil }
        return (ContinuousClock.now - start) / .seconds(1)
    }

    /// - Throws: `GenerationError` where the words are not written in time.
    func see(_ words: String) throws {
        guard terminal.wait(for: words, within: Self.patience) else {
            throw GenerationError.badValue("The studio did not come to show \"\(words)\".")
        }
    }

    /// What the front end writes and computes while `seconds` pass.
    func observe(seconds: Int) -> (bytes: Int, cpuSeconds: Double) {
        let (bytes, cpu) = (terminal.byteCount, ProcessTimes.cpuSeconds(of: program.process))
        terminal.run(for: .seconds(seconds))
        return (terminal.byteCount - bytes, ProcessTimes.cpuSeconds(of: program.process) - cpu)
    }
}
