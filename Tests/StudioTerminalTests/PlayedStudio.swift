import Foundation
import TerminalKit

/// The studio on a terminal that the test plays: it answers what the test says, and every byte is seen.
final class PlayedStudio {
    let terminal: AnsweringTerminal
    let home: URL
    private let program: HostedProgram
    private let ownsHome: Bool
    private static let patience = Duration.seconds(240)

    /// The answers of a plain terminal: it is one, and it is ready.
    static let plain = AnsweringTerminal.plainAnswers()

    /// Those of one with sixel, or of one with kitty graphics and that name.
    static let sixel = [
        AnsweringTerminal.Answer(to: "\u{1B}[c", "\u{1B}[6;16;8t\u{1B}[?62;4;22c"),
        AnsweringTerminal.Answer(to: "\u{1B}[5n", "\u{1B}[0n"),
    ]

    static func kitty(named name: String) -> [AnsweringTerminal.Answer] {
        [
            AnsweringTerminal.Answer(
                to: "\u{1B}[c", "\u{1B}P>|\(name)\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[6;16;8t\u{1B}[?62c"),
            AnsweringTerminal.Answer(to: "\u{1B}[5n", "\u{1B}[0n"),
        ]
    }

    /// Opens the studio with the stand-in engine, in a home of its own unless one is given.
    init(
        answers: [AnsweringTerminal.Answer], columns: Int = 80, rows: Int = 24, stepMilliseconds: Int = 10,
        options: [String] = [], environment: [String: String] = [:], home: URL? = nil
    ) throws {
        guard let binary = TmuxStudio.binary else { throw TmuxStudio.Failure(description: "no program") }
        ownsHome = home == nil
        self.home = home ?? FileManager.default.temporaryDirectory.appending(path: "turbo2k-ui-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.home, withIntermediateDirectories: true)
        var variables = [
            "TURBO2K_HOME": self.home.path, "HOME": self.home.path, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color", "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
        ]
        variables.merge(environment) { $1 }
        program = try HostedProgram(
            [
                binary.path, "studio", "--engine", "fake", "--fake-step-ms", "\(stepMilliseconds)", "--fake-decode-ms",
                "1",
            ]
                + options,
            environment: variables, size: TerminalSize(columns: columns, rows: rows))
        terminal = AnsweringTerminal(program, answers: answers)
        guard terminal.wait(for: "\u{1B}[c", within: Self.patience) else { throw failure("the first frame") }
        try wait("the socket") { (try? report()) != nil }
    }

    deinit {
        program.end()
        if ownsHome { try? FileManager.default.removeItem(at: home) }
    }

    func type(_ text: String) { terminal.type(text) }

    /// Types bytes in pieces, and reads what the studio has to say meanwhile.
    func type(_ bytes: [UInt8], pieces: Int) {
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            program.terminal.type(Array(bytes[start..<min(start + pieces, bytes.count)]))
            terminal.run(for: .milliseconds(1))
        }
    }

    func resize(_ columns: Int, _ rows: Int) { program.terminal.resize(to: TerminalSize(columns: columns, rows: rows)) }

    func see(_ text: String) throws {
        guard terminal.wait(for: text, within: Self.patience) else { throw failure(text) }
    }

    func wait(_ what: String, until condition: () throws -> Bool) throws {
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end {
            terminal.run(for: .milliseconds(20))
            if try condition() { return }
        }
        throw failure(what)
    }

    func wait(_ what: String, forReport condition: (ScreenFacts) -> Bool) throws {
        var last: ScreenFacts?
        do {
            try wait(what) {
                let facts = try report()
                last = facts
                return condition(facts)
            }
        } catch {
            throw TmuxStudio.Failure(description: "\(error) \(last.map { String(describing: $0) } ?? "")")
        }
    }

    private func failure(_ what: String) -> TmuxStudio.Failure {
        let end = String(decoding: terminal.output.suffix(500), as: UTF8.self).debugDescription
        return TmuxStudio.Failure(description: "not seen: \(what)\n\(end)")
    }

    func report() throws -> ScreenFacts {
        let answer = try turbo2k("__screen")
        guard answer.status == 0 else { throw TmuxStudio.Failure(description: "no report: \(answer.output)") }
        return try JSONDecoder().decode(ScreenFacts.self, from: Data(answer.output.utf8))
    }

    /// Runs the program beside the studio. The terminal is read meanwhile: a studio that waits for it answers nobody.
    func turbo2k(_ arguments: String...) throws -> (status: Int32, output: String) {
        guard let binary = TmuxStudio.binary else { throw TmuxStudio.Failure(description: "no program") }
        let process = Process()
        // Not a pipe: nobody would read it while the terminal is read.
        let file = home.appending(path: "answer-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        process.executableURL = binary
        process.arguments = arguments
        process.environment = ["TURBO2K_HOME": home.path, "HOME": home.path, "LANG": "C.UTF-8"]
        let output = try FileHandle(forWritingTo: file)
        defer { try? output.close() }
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        while process.isRunning { terminal.run(for: .milliseconds(5)) }
        return (process.terminationStatus, try String(contentsOf: file, encoding: .utf8))
    }

    /// Makes a draft and waits until it is shown.
    func makeDraft(_ prompt: String = "a fox") throws {
        type(prompt)
        type("\r")
        try see("draft 1 saved")
        try wait("the clip", forReport: { $0.preview.area != nil && $0.jobs.contains { $0.state == "done" } })
    }

    /// Leaves as a test does, and tells how it ended.
    func quit() throws -> Int32 {
        let end = ContinuousClock.now + Self.patience
        _ = try turbo2k("__quit")
        while ContinuousClock.now < end {
            terminal.run(for: .milliseconds(20))
            if let status = program.status() { return status }
        }
        throw failure("the end")
    }

    /// Everything written since ``AnsweringTerminal/forget()``.
    var text: String { String(decoding: terminal.output, as: UTF8.self) }
}
