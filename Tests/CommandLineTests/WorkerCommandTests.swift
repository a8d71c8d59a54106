import Foundation
import Testing

/// The queue from the command line, kept by the engine's own process.
@Suite("queue add, move, pause, resume, stop, remove")
struct WorkerCommandTests {
    private let program: Program

    init() throws { program = try Program() }

    private static let slow = [
        "--engine", "fake", "--fake-step-ms", "200", "--fake-decode-ms", "5", "--preset", "nano-fast",
    ]
    /// As ``slow``, without what only a recipe knows.
    private static let engine = Array(slow.dropLast(2))

    private func add(_ words: [String], _ engine: [String] = Program.fake) throws -> Int {
        let run = try program.run(["queue", "add"] + words + engine)
        #expect(run.status == 0, "\(run.messages)")
        return try #require(run.lines.first.flatMap { Int($0) })
    }

    private func state(_ job: Int) throws -> String {
        let shown = try program.run(["history", "show", "\(job)", "--json"]).objects
        return shown.first?["state"] as? String ?? ""
    }

    private func queue() throws -> [Int] {
        try program.run(["queue", "--json"]).objects.compactMap { $0["job"] as? Int }
    }

    @Test("A draft and its commit are entered, made without anybody waiting, and waited for")
    func add() throws {
        let draft = try add(["a fox"])
        #expect(try program.run(["wait", "\(draft)"]).status == 0)
        let file = program.path("fox.mp4")
        let commit = try add(["--commit", "last", "--size", "320x192", "-o", file])
        #expect(try program.run(["queue", "--wait"]).status == 0)
        #expect(try state(commit) == "done" && FileManager.default.fileExists(atPath: file))
        #expect(try program.run(["queue", "add"]).status == 64)
    }

    @Test("Jobs are moved, held back, let go and taken out")
    func arrange() throws {
        let first = try add(["one"], Self.slow)
        #expect(try program.run(["queue", "stop", "\(first)"]).status == 0)
        #expect(try state(first) == "stopped")
        #expect(try program.run(["queue", "pause"]).status == 0)
        let (two, three, four) = try (
            add(["two"], Self.slow), add(["three"], Self.slow), add(["four"], Self.slow)
        )
        #expect(try program.run(["queue", "move", "\(four)", "first"]).status == 0)
        #expect(try program.run(["queue", "move", "\(two)", "down"]).status == 0)
        #expect(try program.run(["queue", "move", "\(two)", "sideways"]).status == 2)
        #expect(try queue() == [four, three, two])
        #expect(try program.run(["queue", "remove", "\(three)"]).status == 0)
        #expect(try queue() == [four, two])
        #expect(try program.run(["queue", "resume"] + Self.engine).status == 0)
        #expect(try program.run(["queue", "stop", "\(four)", "--after-step"]).status == 0)
        #expect(try state(four) == "stopped")
        #expect(try program.run(["queue", "stop", "77"]).status == 10)
        #expect(try program.run(["queue", "resume", "\(first)", "--wait"] + Self.engine).status == 0)
        #expect(try state(first) == "done" && state(two) == "done" && state(three) == "removed")
    }

    @Test("What waits when the engine is killed waits for somebody to ask, and can be changed meanwhile")
    func held() throws {
        let first = try add(["one"], Self.slow)
        let (two, three) = try (add(["two"], Self.slow), add(["three"], Self.slow))
        let lock = try JSONSerialization.jsonObject(
            with: Data(contentsOf: program.home.appending(path: "data/worker.lock")))
        let pid = try #require((lock as? [String: Any])?["pid"] as? Int)
        kill(pid_t(pid), SIGKILL)
        while kill(pid_t(pid), 0) == 0 { usleep(10_000) }
        #expect(try queue() == [two, three])
        #expect(try state(first) == "stopped")
        #expect(try program.run(["wait", "\(two)"]).status == 8)
        #expect(try program.run(["queue", "--wait"]).status == 0)
        #expect(try program.run(["queue", "move", "\(three)", "1"]).status == 0)
        #expect(try program.run(["queue", "remove", "\(two)"]).status == 0)
        #expect(try queue() == [three])
        #expect(try program.run(["queue", "resume", "--wait"] + Self.engine).status == 0)
        #expect(try state(three) == "done" && state(first) == "stopped")
    }

    @Test("A signal that ended the engine is named by a program that did not start it")
    func signal() throws {
        _ = try program.run(["draft", "a fox"] + Program.fake)
        _ = try add(["one"], Self.slow)
        let child = try program.start(["draft", "two", "--json"] + Self.slow)
        #expect(child.waitForOutput("\"event\":\"job\""))
        let lock = try JSONSerialization.jsonObject(
            with: Data(contentsOf: program.home.appending(path: "data/worker.lock")))
        let pid = try #require((lock as? [String: Any])?["pid"] as? Int)
        kill(pid_t(pid), SIGKILL)
        let run = child.wait()
        let error = try #require(try run.objects.last)
        #expect(run.status == 1 && (error["message"] as? String)?.contains("(signal 9)") == true, "\(error)")
    }

    @Test("A change of settings is noticed: an engine that has nothing to do makes room")
    func settings() throws {
        let first = try add(["one"])
        #expect(try program.run(["wait", "\(first)"]).status == 0)
        #expect(try program.run(["config", "set", "threads", "1"]).status == 0)
        // At once, while the first engine still waits for work.
        let second = try add(["two"], Self.slow)
        let refused = try program.run(["queue", "add", "three", "--threads", "2"] + Self.slow)
        #expect(refused.status == 9 && refused.messages.contains("--threads 1"), "\(refused.messages)")
        #expect(try program.run(["wait", "\(second)"]).status == 0)
    }

    @Test("A command with another engine than the worker's runs its job by itself, and says so")
    func otherEngine() throws {
        _ = try add(["one"], Self.slow)
        let run = try program.run(["draft", "x"] + Program.fake)
        #expect(run.status == 0 && run.messages.contains("this job runs beside it"), "\(run.messages)")
        let refused = try program.run(["queue", "add", "y"] + Program.fake)
        #expect(refused.status == 9 && refused.messages.contains("--fake-step-ms 200"), "\(refused.messages)")
    }
}
