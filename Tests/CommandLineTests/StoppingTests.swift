import Foundation
import Testing

@Suite("Stopping", .serialized)
struct StoppingTests {
    private let program: Program

    init() throws {
        program = try Program()
    }

    private static let slow = ["--engine", "fake", "--fake-step-ms", "5000", "--preset", "nano-fast"]

    @Test(
        "Ctrl-C and SIGTERM end a job within a second, record it, and leave no half file",
        arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func signals(signal: Int32, status: Int32) throws {
        _ = try program.run(["draft", "a fox"] + Program.fake)
        let file = program.path("out.mp4")
        let child = try program.start(["commit", "1", "-o", file, "--json"] + Array(Self.slow.dropLast(2)))
        #expect(child.waitForOutput("\"name\":\"hr\""))
        let start = ContinuousClock.now
        child.send(signal)
        let run = child.wait()
        #expect(ContinuousClock.now - start < .seconds(1.5))
        #expect(run.status == status)
        let last = try #require(try run.objects.last)
        #expect(last["event"] as? String == "error" && last["exit"] as? Int == Int(status))
        #expect(!FileManager.default.fileExists(atPath: file))
        let jobs = try program.run(["history", "list", "--json"]).objects
        #expect(jobs.compactMap { $0["state"] as? String } == ["stopped", "done"])
        // The draft is kept: it can be committed again.
        let again = try program.run(["commit", "1", "-o", file] + Array(Program.fake.dropLast(2)))
        #expect(again.status == 0, "\(again.messages)")
    }

    @Test("On a terminal's view: the message says what is kept and how to go on")
    func advice() throws {
        let child = try program.start(["draft", "a fox"] + Program.fake + ["--fake-step-ms", "100"])
        for _ in 0..<500 where !child.messages.contains("1/10") { usleep(10_000) }
        child.send(SIGINT)
        let run = child.wait()
        #expect(run.status == 130)
        #expect(run.output == "")
        #expect(run.messages.contains("\"turbo2k resume 1\" goes on"))
    }

    @Test("A closed standard output ends the program quietly")
    func closedOutput() throws {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        let command =
            "'\(Program.executable.path)' draft x --json \(Program.fake.joined(separator: " ")) "
            + "--fake-step-ms 50 2>'\(program.path("err"))' | head -1 >/dev/null"
        shell.arguments = ["-c", command]
        shell.environment = [
            "TURBO2K_HOME": program.home.path, "TURBO2K_SHARE": Program.repository.path, "PATH": "/usr/bin:/bin",
        ]
        try shell.run()
        shell.waitUntilExit()
        #expect(try String(contentsOfFile: program.path("err"), encoding: .utf8) == "")
    }

    @Test("Killed at any moment, the history stays whole and the job is found stopped")
    func killed() throws {
        for round in 1...8 {
            let child = try program.start(
                ["draft", "a fox \(round)", "--json", "--engine", "fake", "--fake-step-ms", "3", "--count", "20"])
            #expect(child.waitForOutput("\"event\":\"step\""))
            usleep(UInt32(round) * 17_000)
            child.send(SIGKILL)
            #expect(child.wait().status == 128 + SIGKILL)
            let doctor = try program.run(["doctor", "--json"]).objects
            let history = try #require(doctor.first { $0["name"] as? String == "history" })
            #expect((history["text"] as? String)?.contains(", ok, ") == true, "\(history)")
        }
        let states = try program.run(["history", "list", "--limit", "1000", "--json"]).objects
            .compactMap { $0["state"] as? String }
        #expect(!states.contains("running") && !states.contains("waiting"))
        #expect(states.count { $0 == "stopped" } >= 1)
    }
}
