import Foundation
import Testing

@Suite("Plain mode")
struct PlainModeTests {
    private let program: Program

    init() throws {
        program = try Program()
    }

    @Test("A draft and its commit by typed commands, without a control byte")
    func wholeJob() throws {
        let trace = program.path("trace")
        let run = try program.run(
            ["--plain", "--trace-bytes", trace] + Program.fake, input: "A fox at dusk\ncommit\n")
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.lines.first == "Turbo2K Studio, plain mode. Type help for commands.")
        #expect(run.lines.contains("Draft 1 will be committed when it is done."))
        let starts = run.lines.filter { $0.contains(" started.") }
        #expect(starts.map { String($0.prefix(9)) } == ["Draft 1 s", "Commit 2 "])
        let done = run.lines.filter { $0.contains(" done in ") }
        #expect(done.count == 2 && done[0].contains("Seed ") && done[1].hasSuffix("-2k.mp4"), "\(run.output)")
        #expect(run.lines.count { $0.hasPrefix("Picture: ") && $0.hasSuffix("movement.") } == 2)
        #expect(!run.hasControls)
        let copy = try Data(contentsOf: URL(filePath: trace))
        #expect(!copy.contains(0x1B) && String(decoding: copy, as: UTF8.self) == run.output)
        let states = try program.run(["history", "list", "--json"]).objects.compactMap { $0["state"] as? String }
        #expect(states == ["done", "done"])
    }

    @Test("Long jobs tell their progress, at most every other second")
    func progress() throws {
        let run = try program.run(
            ["--plain"] + Program.fake + ["--fake-step-ms", "450"], input: "a fox\n")
        let lines = run.lines.filter { $0.hasPrefix("Draft 1: step ") }
        #expect((1...2).contains(lines.count), "\(run.output)")
    }

    @Test("Settings are set, shown, refused, and loaded from a job")
    func settings() throws {
        _ = try program.run(["draft", "an old bear", "--seed", "77"] + Program.fake)
        let run = try program.run(
            ["--plain"] + Program.fake,
            input: """
                set steps 3
                set steps 0
                set stepz 4
                set
                prompt a "quoted" fox
                show
                open 1
                show
                list
                commmit
                commit 9
                open x
                resume
                queue
                presets
                help
                stop
                quit

                """)
        #expect(run.status == 0)
        for line in [
            "steps is 3.", "--steps must be 1 to 100, is 0.", "Prompt: a \"quoted\" fox", "lr.steps: 3",
            "The prompt and settings of draft 1 are loaded, seed 77.", "Prompt: an old bear", "Seed: 77",
            "lr.steps: 10", "Draft 1, done, seed 77, 320x192, 25 frames: an old bear",
            "There is no command commmit. Did you mean commit?", "A job is named by its number; list tells them.",
            "No job is stopped or failed.", "No job waits or runs.", "No job runs.", "quit: leave.",
        ] {
            #expect(run.lines.contains(line), "\(line)")
        }
        #expect(run.output.contains("There is no setting stepz. Did you mean steps?"))
        #expect(run.output.contains("There is no job 9"))
        #expect(run.lines.contains { $0.hasPrefix("nano-fast: ") })
    }

    @Test("A job that is running is stopped by the first answer to quit, and goes on with resume")
    func stopAndResume() throws {
        let stopped = try program.run(
            ["--plain"] + Program.fake + ["--fake-step-ms", "400"], input: "a fox\nquit\n7\n1\n")
        #expect(stopped.status == 0)
        #expect(stopped.lines.contains("Type 1, 2 or 3."))
        #expect(stopped.lines.last == "Draft 1 stopped. Its finished steps are kept.", "\(stopped.output)")
        let resumed = try program.run(["--plain"] + Program.fake, input: "resume\n")
        #expect(resumed.lines.contains { $0.hasPrefix("Draft 1 done in ") }, "\(resumed.output)")
    }

    @Test("A failure is a sentence, and the program goes on")
    func failure() throws {
        let run = try program.run(
            ["--plain"] + Program.fake + ["--fake-fail", "lr:2:memory"], input: "a fox\n")
        #expect(run.status == 0)
        #expect(run.lines.contains { $0.hasPrefix("Draft 1 failed. Memory ran out") }, "\(run.output)")
    }

    @Test("Ctrl-C stops the job and leaves")
    func interrupt() throws {
        let child = try program.start(
            ["--plain"] + Program.fake + ["--fake-step-ms", "300"], input: "a fox\n")
        #expect(child.waitForOutput("Draft 1 started."))
        child.send(SIGINT)
        let run = child.wait()
        #expect(run.status == 130 && run.output.contains("Draft 1 stopped."), "\(run.output)")
    }
}
