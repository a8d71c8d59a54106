import Foundation
import Testing

@Suite("config, queue, wait, history export and rebuild, open, play")
struct QueueCommandTests {
    private let program: Program

    init() throws {
        program = try Program()
    }

    @Test("Settings are listed, read, written and traced")
    func config() throws {
        #expect(try program.run(["config", "get", "theme"]).output == "terminal\n")
        #expect(try program.run(["config", "get", "threads"]).output == "")
        #expect(try program.run(["config", "where", "theme"]).output == "default\n")
        try program.write("# mine\npreset = \"nano-fast\"\n", to: "config/config.toml")
        #expect(try program.run(["config", "set", "theme", "ember"]).status == 0)
        #expect(try program.run(["config", "set", "keys.enter", "newline"]).status == 0)
        let file = try String(contentsOfFile: program.path("config/config.toml"), encoding: .utf8)
        #expect(file.hasPrefix("# mine\npreset = \"nano-fast\"\ntheme = \"ember\"\n"))
        #expect(try program.run(["config", "where", "theme"]).output == "~/config/config.toml line 3\n")
        let list = try program.run(["config", "list", "--json"]).objects
        #expect(list.first { $0["key"] as? String == "keys.enter" }?["value"] as? String == "newline")
        #expect(list.count == 26)
        #expect(try program.run(["config", "get", "motion"], ["TURBO2K_REDUCE_MOTION": "1"]).output == "reduced\n")
        let noTheme = try program.run(["config", "set", "theme", "embr"])
        #expect(noTheme.status == 11 && noTheme.messages.contains("Did you mean \"ember\"?"), "\(noTheme.messages)")
        let unknown = try program.run(["config", "get", "them"])
        #expect(unknown.status == 2 && unknown.messages.contains("\"theme\""))
        let wrong = try program.run(["config", "set", "threads", "many"])
        #expect(wrong.status == 2 && wrong.messages.contains("threads"), "\(wrong.messages)")
        #expect(try program.run(["config", "get", "threads"]).output == "")
    }

    @Test("A running job is in the queue; waiting for it ends as it does")
    func waiting() throws {
        let child = try program.start(["draft", "a fox", "--json"] + Program.fake + ["--fake-step-ms", "150"])
        #expect(child.waitForOutput("\"event\":\"state\""))
        let queue = try program.run(["queue", "--json"]).objects
        #expect(queue.compactMap { $0["job"] as? Int } == [1] && queue.first?["state"] as? String == "running")
        #expect(try program.run(["wait", "1"]).status == 0)
        #expect(child.wait().status == 0)
        #expect(try program.run(["queue", "list", "--wait"]).messages == "No job waits or runs.\n")
        _ = try program.run(["draft", "x", "--fake-fail", "lr:2:memory"] + Program.fake)
        let failed = try program.run(["wait", "2"])
        #expect(failed.status == 5 && failed.messages.contains("Memory ran out"), "\(failed.messages)")
        #expect(try program.run(["wait", "77"]).status == 10)
    }

    @Test("A job whose program was killed is not waited for")
    func abandoned() throws {
        let child = try program.start(["draft", "a fox", "--json"] + Program.fake + ["--fake-step-ms", "300"])
        #expect(child.waitForOutput("\"event\":\"state\""))
        child.send(SIGKILL)
        _ = child.wait()
        let run = try program.run(["wait", "1"])
        #expect(run.status == 8 && run.messages.contains("turbo2k resume 1"), "\(run.messages)")
    }

    @Test("An export has every job; a rebuild makes the rows of clips again, once")
    func rebuild() throws {
        let clip = program.path("clips/fox.mp4")
        try program.write("no clip", to: "clips/notes.txt")
        _ = try program.run(["draft", "a fox", "--seed", "9", "-o", clip] + Program.fake)
        _ = try program.run(["draft", "a bear"] + Program.fake)
        let exported = try program.run(["history", "export"]).objects
        #expect(exported.compactMap { $0["prompt"] as? String } == ["a fox", "a bear"])
        #expect((exported.first?["steps"] as? [Any])?.count == 10)
        for name in ["history.db", "history.db-wal", "history.db-shm"] {
            try? FileManager.default.removeItem(atPath: program.path("data/" + name))
        }
        let rebuilt = try program.run(["history", "rebuild", program.path("clips")])
        #expect(rebuilt.status == 0 && rebuilt.output == "1 \(clip)\n", "\(rebuilt.messages)")
        let row = try #require(try program.run(["history", "list", "--json"]).objects.first)
        #expect(row["seed"] as? Int == 9 && row["state"] as? String == "done" && row["prompt"] as? String == "a fox")
        #expect(try program.run(["history", "rebuild", program.path("clips")]).output == "")
        let again = try program.run(["history", "rebuild", program.path("clips"), "--json"]).objects
        #expect(again.count == 1 && again.last?["event"] as? String == "result" && again.last?["jobs"] as? [Int] == [])
        #expect(try program.run(["history", "rebuild", program.path("nowhere")]).status == 10)
    }

    @Test("open wants a clip of ours; without a terminal it opens in plain mode with the clip's settings")
    func open() throws {
        let text = try program.write("no clip", to: "a.mp4")
        #expect(try program.run(["open", text]).status == 10)
        let clip = program.path("b.mp4")
        _ = try program.run(["draft", "a fox at dusk", "--seed", "31", "-o", clip] + Program.fake)
        let opened = try program.run(["open", clip], input: "show\nquit\n")
        #expect(opened.status == 0 && opened.output.contains("Prompt: a fox at dusk\nSeed: 31\n"), "\(opened.messages)")
    }

    @Test("play draws a clip's frames and leaves the terminal as it was", arguments: ["half", "ascii", "sixel"])
    func play(graphics: String) throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/script") else { return }
        let clip = program.path("b.mp4")
        _ = try program.run(["draft", "x", "-o", clip] + Program.fake)
        #expect(try program.run(["play", clip]).status == 2)
        let log = program.path("typescript")
        let terminal = Process()
        terminal.executableURL = URL(filePath: "/usr/bin/script")
        // `script` copies its end of input into the terminal, so it gets an input that stays open.
        let input = Pipe()
        terminal.standardInput = input
        terminal.standardOutput = FileHandle.nullDevice
        terminal.arguments = [
            "-qefc", "stty rows 24 cols 80; \(Program.executable.path) play \(clip) --graphics \(graphics) --fps 50",
            log,
        ]
        terminal.environment = [
            "TURBO2K_HOME": program.home.path, "HOME": program.home.path, "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin",
            "TERM": "xterm-256color", "COLORTERM": "truecolor", "SHELL": "/bin/sh",
        ]
        try terminal.run()
        terminal.waitUntilExit()
        #expect(terminal.terminationStatus == 0)
        let text = String(decoding: try Data(contentsOf: URL(filePath: log)), as: UTF8.self)
        let enter = try #require(text.range(of: "\u{1B}[?1049h"))
        let leave = try #require(text.range(of: "\u{1B}[?1049l"))
        let frames = text[enter.upperBound..<leave.lowerBound]
        let mark = ["half": "\u{2584}", "ascii": "\u{1B}[2;", "sixel": "\u{1B}P0;1;0q"][graphics] ?? ""
        // Late frames are left out, so a busy machine shows fewer.
        #expect(frames.components(separatedBy: mark).count > 3, "\(graphics)")
        #expect(text.contains("\u{1B}[?25h"))
    }
}
