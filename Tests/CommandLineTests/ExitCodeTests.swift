import Foundation
import Testing

/// A command that ends with an exit code, and what must be there before it runs.
struct Ending: Sendable, CustomTestStringConvertible {
    var status: Int32
    var arguments: [String]
    /// Without the options of the stand-in engine, which other commands do not know.
    var isPlain = false
    var environment: [String: String] = [:]
    var prepare: @Sendable (Program) throws -> Void = { _ in }

    var testDescription: String { "\(status): " + arguments.joined(separator: " ") }
}

/// Every exit code, by the real program, in every way of reporting.
@Suite("Exit codes")
struct ExitCodeTests {
    private static let faint = "name = \"faint\"\nkind = \"light\"\n[color]\nbg = \"#ffffff\"\ntext = \"#dddddd\"\n"

    private static let endings: [Ending] = [
        Ending(status: 0, arguments: ["draft", "a fox"]),
        Ending(
            status: 1, arguments: ["themes", "check", "faint"], isPlain: true,
            prepare: { try $0.write(faint, to: "config/themes/faint.toml") }),
        Ending(status: 2, arguments: ["draft", "a fox", "--frames", "0"]),
        // The stand-in engine takes any model.
        Ending(status: 3, arguments: ["draft", "a fox", "--model", "nope"], isPlain: true),
        Ending(status: 4, arguments: ["draft", "a fox", "--fake-memory", "1M"]),
        Ending(status: 5, arguments: ["draft", "a fox", "--fake-fail", "lr:2:memory"]),
        Ending(status: 6, arguments: ["draft", "a fox", "--fake-fail", "encode:1:disk"]),
        Ending(status: 6, arguments: ["draft", "a fox", "--fake-disk", "10M"]),
        Ending(
            status: 7, arguments: ["draft", "a fox", "-o", "a.mp4"], environment: ["TURBO2K_ENCODERS": "libvpx-vp9"]),
        Ending(status: 8, arguments: ["wait", "1"], isPlain: true, prepare: stoppedDraft),
        Ending(status: 10, arguments: ["history", "show", "99"], isPlain: true),
        Ending(status: 11, arguments: ["draft", "a fox", "--preset", "nanno"]),
        Ending(status: 64, arguments: ["draft"]),
        Ending(status: 64, arguments: ["draft", "a fox", "--bogus"]),
        Ending(status: 64, arguments: ["drfat", "a fox"], isPlain: true),
    ]

    private static let stoppedDraft: @Sendable (Program) throws -> Void = { program in
        let child = try program.start(["draft", "a fox", "--json"] + slow)
        #expect(child.waitForOutput("\"event\":\"step\""))
        child.send(SIGINT)
        #expect(child.wait().status == 130)
    }

    private static let slow = Array(Program.fake.dropLast(2)) + ["--fake-step-ms", "300", "--preset", "nano-fast"]
    private static let reports: [[String]] = [[], ["--quiet"], ["--json"], ["--json", "--quiet"]]

    @Test("has its code and says so in every way of reporting", arguments: endings, reports)
    func ends(ending: Ending, report: [String]) throws {
        let program = try Program()
        try ending.prepare(program)
        // Options given twice count as the last of them say.
        let run = try program.run(
            Array(ending.arguments.prefix(1)) + (ending.isPlain ? [] : Program.fake) + ending.arguments.dropFirst()
                + report, ending.environment)
        #expect(run.status == ending.status, "\(run.messages)\(run.output)")
        try expect(run, ending.status, report)
    }

    private func expect(_ run: Program.Run, _ status: Int32, _ report: [String]) throws {
        if report.contains("--quiet"), report.contains("--json") || status == 0 { #expect(run.messages == "") }
        guard report.contains("--json") else {
            #expect(!run.output.contains("{"))
            guard status != 0 else { return }
            let sentences = run.messages.split(separator: "\n").filter { $0.hasPrefix("turbo2k: ") }
            // The parser shows how the command is used.
            if status != 64 {
                #expect(
                    sentences.count == 1 && [".\n", "?\n"].contains { run.messages.hasSuffix($0) }, "\(run.messages)")
            }
            if status != 64, report.contains("--quiet") { #expect(run.messages == sentences.joined() + "\n") }
            return
        }
        #expect(!run.messages.contains("{"), "\(run.messages)")
        let objects = try run.objects
        #expect(objects.allSatisfy { $0["event"] is String })
        #expect(objects.first?["schema"] as? String == "turbo2k.events.v1")
        #expect(objects.dropFirst().allSatisfy { $0["schema"] == nil })
        let last = try #require(objects.last)
        #expect(last["event"] as? String == (status == 0 ? "result" : "error"))
        #expect(last["exit"] as? Int == Int(status))
        if status != 0 {
            let message = try #require(last["message"] as? String)
            #expect(message.hasSuffix(".") || message.hasSuffix("?") || status == 64, "\(message)")
            #expect(last["kind"] is String)
        }
    }

    @Test(
        "What is kept after a failure is named with the command that goes on",
        arguments: ["lr:2:memory", "encode:1:disk"])
    func advice(failure: String) throws {
        let program = try Program()
        let failed = try program.run(["draft", "a fox", "--fake-fail", failure] + Program.fake)
        #expect(failed.messages.contains("\"turbo2k resume 1\" goes on from there"), "\(failed.messages)")
        let waited = try program.run(["wait", "1"])
        #expect(
            waited.status == failed.status && waited.messages.contains("\"turbo2k resume 1\""), "\(waited.messages)")
        let told = try program.run(["wait", "1", "--json"]).objects
        #expect(told.last?["job"] as? Int == 1 && told.last?["event"] as? String == "error")
        #expect(try program.run(["resume", "1"] + Program.fake.dropLast(2)).output == "1\n")
    }

    @Test("A history that another program holds ends with 9 when it has not been let go", arguments: reports)
    func held(report: [String]) throws {
        let program = try Program()
        _ = try program.run(["history", "list"])
        let descriptor = open(program.path("data/history.db"), O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        // What SQLite takes before it lets nobody else read.
        var lock = flock()
        (lock.l_type, lock.l_whence) = (Int16(F_WRLCK), Int16(SEEK_SET))
        (lock.l_start, lock.l_len) = (0x4000_0002, 510)
        try #require(descriptor >= 0 && fcntl(descriptor, F_SETLK, &lock) == 0)
        let run = try program.run(["history", "list"] + report)
        #expect(run.status == 9, "\(run.messages)")
        try expect(run, 9, report)
    }

    @Test("An engine that does not answer ends with 9, and a signal while waiting with its own code")
    func silentEngine() throws {
        let program = try Program()
        #expect(try program.run(["queue", "add", "a fox"] + Self.slow).status == 0)
        let file = program.home.appending(path: "data/worker.lock")
        let lock = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        let engine = try #require((lock?["pid"] as? Int).map { pid_t($0) })
        kill(engine, SIGSTOP)
        defer { kill(engine, SIGKILL) }
        for command in [["queue", "pause"], ["queue", "add", "an owl"] + Self.slow] {
            let run = try program.run(command + ["--json"])
            #expect(run.status == 9, "\(run.messages)")
            try expect(run, 9, ["--json"])
        }
        for (signal, status) in [(SIGINT, Int32(130)), (SIGTERM, Int32(143))] {
            let child = try program.start(["wait", "1", "--json"])
            // It has nothing to say before the end.
            usleep(700_000)
            child.send(signal)
            let run = child.wait()
            #expect(run.status == status)
            try expect(run, status, ["--json"])
        }
    }

    @Test("Commands that print nothing tell their end as an object, and take --quiet")
    func quietCommands() throws {
        let program = try Program()
        _ = try program.run(["draft", "a fox"] + Program.fake)
        let file = try program.write("name = \"got\"\nframes = 9\n", to: "got.toml")
        let commands: [[String]] = [
            ["history", "star", "1"], ["history", "tag", "1", "night"], ["history", "trash", "1"],
            ["history", "restore", "1"], ["history", "export", "-o", program.path("all.jsonl")], ["history", "prune"],
            ["presets", "import", file], ["presets", "check", file], ["presets", "rename", "got", "mine"],
            ["presets", "export", "mine"], ["presets", "delete", "mine"], ["config", "set", "theme", "paper"],
            ["queue", "pause"], ["queue", "resume"] + Program.fake.dropLast(2),
            ["queue", "add", "an owl"] + Program.fake.dropLast(2), ["history", "rebuild", program.home.path],
        ]
        for command in commands {
            let run = try program.run(command + ["--json", "--quiet"])
            #expect(run.status == 0, "\(command) \(run.messages)\(run.output)")
            try expect(run, 0, ["--json", "--quiet"])
        }
        for command in [
            ["config", "get", "theme"], ["config", "where", "theme"], ["themes", "show", "paper"],
            ["presets", "diff", "nano", "2k"], ["history", "show", "1"], ["models", "list"], ["doctor"],
        ] {
            let objects = try program.run(command + ["--json", "--quiet"]).objects
            #expect(objects.allSatisfy { $0["event"] is String } && objects.first?["schema"] is String, "\(command)")
        }
    }
}
