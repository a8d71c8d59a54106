import Foundation
import TerminalKit
import Testing

/// Both ends of a pseudo-terminal; the test plays the terminal at the first.
private struct PseudoTerminal {
    let master: Int32
    let path: String

    init() throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
        var (number, lock): (Int32, Int32) = (-1, 0)
        // TIOCGPTN and TIOCSPTLCK of Linux: which pair it is, and unlock it.
        try #require(ioctl(master, 0x8004_5430, &number) == 0 && ioctl(master, 0x4004_5431, &lock) == 0)
        path = "/dev/pts/\(number)"
    }

    func type(_ text: String) { _ = write(master, text, text.utf8.count) }

    /// The settings as `stty` says them, or changes to them.
    @discardableResult
    func settings(_ arguments: String...) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["stty", "-F", path] + (arguments.isEmpty ? ["-a"] : arguments)
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return text
    }

    /// What was written to the terminal, once it contains `part`, or after two seconds.
    func output(until part: String) async throws -> String {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        for _ in 0..<200 where !text.contains(part) {
            let count = read(master, &buffer, buffer.count)
            if count > 0 { text += String(decoding: buffer[..<count], as: UTF8.self) }
            if count <= 0 { try await Task.sleep(for: .milliseconds(10)) }
        }
        return text
    }
}

/// Signal handlers belong to the process, so these run one after the other.
@Suite(.serialized)
struct TerminalTests {
    private let description = TerminalDescription(
        colorCount: 256, hasDirectColor: false,
        modes: ModeStrings(
            enterScreen: "\u{1B}[?1049h", leaveScreen: "\u{1B}[?1049l", showCursor: "\u{1B}[?25h", keypadOff: ""))

    @Test("A terminal is taken, speaks, and is given back as it was")
    func life() async throws {
        let pty = try PseudoTerminal()
        let before = try pty.settings()
        let terminal = try Terminal(path: pty.path, environment: ["TERM": "xterm-256color"])
        try terminal.start(description, usesMouse: true)
        let raw = try pty.settings()
        for flag in ["-icanon", "-echo", "-isig", "-icrnl", "-ixon", "-opost"] {
            #expect(!before.split(whereSeparator: \.isWhitespace).contains(flag[...]))
            #expect(raw.split(whereSeparator: \.isWhitespace).contains(flag[...]))
        }
        let start = try await pty.output(until: "\u{1B}[?1004h")
        #expect(start == String(decoding: description.modes.enter(usesMouse: true), as: UTF8.self))

        var events = terminal.events.makeAsyncIterator()
        pty.type("a\u{1B}[A")
        #expect(await events.next() == .keys([.character("a"), .up]))
        pty.type("\u{1B}")
        #expect(await events.next() == .keys([.escape]))
        pty.type("\u{3}")
        #expect(await events.next() == .keys([.control("c")]))

        terminal.write("hello")
        #expect(try await pty.output(until: "hello") == "hello")
        terminal.finish()
        let end = try await pty.output(until: "\u{1B}[?1049l")
        #expect(end.hasSuffix(String(decoding: description.modes.restore(), as: UTF8.self)))
        #expect(try pty.settings() == before)
        #expect(await events.next() == nil)
        terminal.finish()
        #expect(try await pty.output(until: "nothing more").isEmpty)
        close(pty.master)
    }

    @Test(
        "The mouse can be taken and left while the terminal is ours, and the description gives a size that nobody knows"
    )
    func mouseAndSize() async throws {
        let pty = try PseudoTerminal()
        let terminal = try Terminal(path: pty.path, environment: ["TERM": "xterm-256color"])
        #expect(terminal.size == .fallback)
        var description = description
        description.size = TerminalSize(columns: 132, rows: 43)
        try terminal.start(description, usesMouse: true)
        #expect(terminal.size == TerminalSize(columns: 132, rows: 43))
        _ = try await pty.output(until: "\u{1B}[?1004h")
        for (uses, bytes) in [(false, ControlBytes.mouseOff), (true, ControlBytes.mouseOn)] {
            terminal.setUsesMouse(uses)
            // What it does already is not said again.
            terminal.setUsesMouse(uses)
            terminal.write("!")
            #expect(try await pty.output(until: "!") == bytes + "!")
        }
        terminal.finish()
        close(pty.master)
    }

    @Test("Answers still on their way when the program ends are not left to the shell")
    func lateAnswers() async throws {
        let pty = try PseudoTerminal()
        // Over ssh the program waits longest: room enough on a machine whose cores are all busy.
        let terminal = try Terminal(
            path: pty.path, environment: ["TERM": "xterm-256color", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"])
        try terminal.start(description, usesMouse: false)
        _ = try await pty.output(until: "\u{1B}[?1004h")
        // A thread of its own: tasks may have to wait for other tests.
        Thread.detachNewThread {
            usleep(20_000)
            pty.type("\u{1B}[0n\u{1B}[?62c")
        }
        terminal.finish()
        #expect(try await pty.output(until: "\u{1B}[c").contains("\u{1B}[c"))
        try pty.settings("-icanon", "min", "0", "time", "0")
        let descriptor = open(pty.path, O_RDWR | O_NOCTTY | O_NONBLOCK)
        var buffer = [UInt8](repeating: 0, count: 64)
        #expect(read(descriptor, &buffer, buffer.count) <= 0)
        close(descriptor)
        close(pty.master)
    }

    @Test("Questions that were not answered when the program ends are waited for with the last one")
    func openQuestions() async throws {
        let pty = try PseudoTerminal()
        let terminal = try Terminal(
            path: pty.path, environment: ["TERM": "xterm-256color", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"])
        try terminal.start(description, usesMouse: false)
        _ = try await pty.output(until: "\u{1B}[?1004h")
        terminal.ask()
        Thread.detachNewThread {
            for _ in 0..<2 {
                usleep(20_000)
                pty.type("\u{1B}[?62c")
            }
        }
        terminal.finish()
        _ = try await pty.output(until: "\u{1B}[?1049l")
        try pty.settings("-icanon", "min", "0", "time", "0")
        let descriptor = open(pty.path, O_RDWR | O_NOCTTY | O_NONBLOCK)
        var buffer = [UInt8](repeating: 0, count: 64)
        // Long enough for what comes late.
        usleep(100_000)
        #expect(read(descriptor, &buffer, buffer.count) <= 0)
        close(descriptor)
        close(pty.master)
    }

    @Test("The kitty keyboard is switched on once when the terminal says it has it, and images are cleaned up")
    func answers() async throws {
        let pty = try PseudoTerminal()
        let terminal = try Terminal(path: pty.path, environment: ["TERM": "xterm-kitty"])
        try terminal.start(description, usesMouse: false)
        _ = try await pty.output(until: "\u{1B}[?1004h")
        pty.type("\u{1B}[?0u\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?0u")
        #expect(try await pty.output(until: "u") == "\u{1B}[>1u")
        var events = terminal.events.makeAsyncIterator()
        _ = await events.next()
        terminal.finish()
        let end = try await pty.output(until: "\u{1B}[?1049l")
        let ids = ImageIDs(processID: getpid())
        #expect(end.contains("\u{1B}[<u") && end.contains("i=\(ids.first),") && end.contains("i=\(ids.second),"))
        close(pty.master)
    }

    @Test("A new size is one event after a series of changes")
    func resize() async throws {
        let pty = try PseudoTerminal()
        let terminal = try Terminal(path: pty.path, environment: ["TERM": "xterm-256color"])
        try terminal.start(description, usesMouse: false)
        for columns in 100...103 {
            var size = winsize(ws_row: 30, ws_col: UInt16(columns), ws_xpixel: 824, ws_ypixel: 480)
            withUnsafeMutablePointer(to: &size) { _ = ioctl(pty.master, UInt(TIOCSWINSZ), $0) }
            kill(getpid(), SIGWINCH)
            try await Task.sleep(for: .milliseconds(5))
        }
        var events = terminal.events.makeAsyncIterator()
        let size = TerminalSize(columns: 103, rows: 30, pixelWidth: 824, pixelHeight: 480)
        #expect(await events.next() == .resized(size))
        #expect(terminal.size == size)
        pty.type("x")
        #expect(await events.next() == .keys([.character("x")]))
        terminal.finish()
        close(pty.master)
    }

    @Test("A terminal that reads nothing holds nobody up, and gets everything once it reads", .timeLimit(.minutes(2)))
    func stopped() async throws {
        let pty = try PseudoTerminal()
        let terminal = try Terminal(path: pty.path, environment: ["TERM": "xterm-256color"])
        try terminal.start(description, usesMouse: false)
        _ = try await pty.output(until: "\u{1B}[?1004h")
        let (told, telling) = AsyncStream<Void>.makeStream()
        #expect(terminal.hasWrittenAll { telling.yield() })
        terminal.write(String(repeating: "x", count: 300_000))
        terminal.write("the end")
        #expect(!terminal.hasWrittenAll { telling.yield() })
        // Keys come all the same.
        var events = terminal.events.makeAsyncIterator()
        pty.type("a")
        #expect(await events.next() == .keys([.character("a")]))
        let text = try await pty.output(until: "the end")
        #expect(text == String(repeating: "x", count: 300_000) + "the end")
        for await _ in told { break }
        #expect(terminal.hasWrittenAll {})
        terminal.finish()
        close(pty.master)
    }

    @Test("A terminal that reads nothing is left and given back all the same", .timeLimit(.minutes(2)))
    func leftWhileStopped() async throws {
        let pty = try PseudoTerminal()
        let before = try pty.settings()
        let terminal = try Terminal(path: pty.path, environment: ["TERM": "xterm-256color"])
        try terminal.start(description, usesMouse: false)
        terminal.write(String(repeating: "x", count: 300_000))
        terminal.finish()
        #expect(try pty.settings() == before)
        close(pty.master)
    }

    @Test("A signal to end is announced within the time of grace")
    func ending() async throws {
        let pty = try PseudoTerminal()
        let terminal = try Terminal(path: pty.path, environment: ["TERM": "xterm-256color"])
        try terminal.start(description, usesMouse: false)
        terminal.setGrace(seconds: 30)
        kill(getpid(), SIGTERM)
        var events = terminal.events.makeAsyncIterator()
        #expect(await events.next() == .ending(signal: SIGTERM))
        terminal.finish()
        // The way out for a program that does not listen must be closed again: nothing is left to ring.
        #expect(alarm(0) == 0)
        close(pty.master)
    }

    @Test("A terminal that goes away is said to be closed")
    func closed() async throws {
        let pty = try PseudoTerminal()
        let terminal = try Terminal(path: pty.path, environment: ["TERM": "xterm-256color"])
        try terminal.start(description, usesMouse: false)
        close(pty.master)
        var events = terminal.events.makeAsyncIterator()
        #expect(await events.next() == .closed)
        terminal.finish()
    }

    @Test("Dumb terminals are refused with advice", arguments: ["dumb", ""])
    func dumb(name: String) {
        let error = #expect(throws: TerminalError.self) {
            try Terminal(path: "/dev/null", environment: ["TERM": name])
        }
        #expect(error == .dumb(name: name))
        #expect(error?.description.contains("--plain") == true)
    }
}
