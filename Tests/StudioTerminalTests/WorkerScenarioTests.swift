import Foundation
import Testing

/// What the engine's own process promises: it outlives the studio, and its own death loses no step.
@Suite(
    "Worker in tmux", .serialized,
    .enabled(if: TmuxStudio.obstacle == nil, "\(TmuxStudio.obstacle ?? "")"))
struct WorkerScenarioTests {
    /// The number of the worker that serves this home; nil while none has said that it does.
    private func worker(_ studio: TmuxStudio) -> pid_t? {
        let file = studio.home.appending(path: "data/worker.lock")
        guard let data = try? Data(contentsOf: file),
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let pid = object["pid"] as? Int, kill(pid_t(pid), 0) == 0
        else { return nil }
        return pid_t(pid)
    }

    private func studioProcess(_ studio: TmuxStudio) throws -> pid_t {
        let shell = try studio.ask("#{pane_pid}")
        let children = try String(contentsOfFile: "/proc/\(shell)/task/\(shell)/children", encoding: .utf8)
        return try #require(children.split(separator: " ").first.flatMap { pid_t($0) })
    }

    private func job(_ studio: TmuxStudio, _ id: Int) throws -> [String: Any] {
        let shown = try studio.turbo2k("history", "show", "\(id)", "--json").output
        return try #require(try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any])
    }

    /// Asks the history again and again, as a person would.
    private func wait(_ studio: TmuxStudio, for id: Int, until isReached: ([String: Any]) -> Bool) throws {
        try studio.waitOutside("job \(id) getting there") { isReached(try job(studio, id)) }
    }

    private func stepNumbers(_ job: [String: Any]) -> [Int] {
        ((job["steps"] as? [[String: Any]]) ?? []).compactMap { $0["n"] as? Int }
    }

    private func startDraft(_ studio: TmuxStudio, untilStep step: Int) throws {
        try studio.open(120, 40, with: .prompt("a fox"), stepMilliseconds: 700)
        try studio.key("Enter")
        try studio.seeStep(step)
    }

    /// A studio of its own with a prompt to be drafted.
    private func opened(stepMilliseconds: Int = 20, options: String) throws -> TmuxStudio {
        try TmuxStudio.opened(
            120, 40, with: .prompt("a fox"), stepMilliseconds: stepMilliseconds, options: options)
    }

    @Test("9: the engine killed: the studio says so, and R goes on at the next step")
    func engineKilled() throws {
        let studio = try TmuxStudio()
        try startDraft(studio, untilStep: 4)
        let first = try #require(worker(studio))
        kill(first, SIGKILL)
        try studio.see("The engine ended (signal 9). State of step")
        let stopped = try job(studio, 1)
        #expect(stopped["state"] as? String == "stopped")
        let done = stepNumbers(stopped)
        #expect(done.count >= 3 && done == Array(1...done.count))
        try studio.key("R")
        try studio.see("draft 1 saved")
        let finished = try job(studio, 1)
        let count = ((finished["recipe"] as? [String: Any])?["lr"] as? [String: Any])?["steps"] as? Int
        let all = Array(1...(try #require(count)))
        #expect(stepNumbers(finished) == all)
        // The steps before the end were not made again, but for one whose state was not on disk yet.
        let before = try #require(stopped["steps"] as? [[String: Any]])
        let after = try #require(finished["steps"] as? [[String: Any]])
        for (old, new) in zip(before.dropLast(), after) {
            #expect(old["seconds"] as? Double == new["seconds"] as? Double)
        }
        let second = try #require(worker(studio))
        #expect(second != first)
    }

    @Test("9: an engine that crashes by itself is told with its signal, and waiting drafts go on when asked")
    func engineCrashes() throws {
        let studio = try opened(stepMilliseconds: 400, options: "--fake-fail lr:17:crash")
        try studio.key("Enter")
        try studio.seeStep(2)
        try studio.type(" at dusk")
        try studio.key("Enter")
        try studio.see("2 draft")
        try studio.see("The engine ended (signal 6)")
        try studio.key("Escape", "M-6")
        try studio.see("held, R starts")
    }

    @Test("35: memory that runs out in the decoder once is helped; twice keeps all steps, and R only decodes")
    func decoderMemory() throws {
        let studio = try opened(options: "--fake-fail decode:2:memory:3")
        try studio.key("Enter")
        // Twice in one job.
        try studio.see("All steps are safe.")
        let failed = try job(studio, 1)
        let before = (failed["steps"] as? [[String: Any]])?.compactMap { $0["seconds"] as? Double }
        // The third time is helped with smaller chunks.
        try studio.key("R")
        try studio.see("draft 1 saved")
        let after = (try job(studio, 1)["steps"] as? [[String: Any]])?.compactMap { $0["seconds"] as? Double }
        #expect(before == after && before?.isEmpty == false)
    }

    @Test("34: a commit that is too large is not started, and ! starts it anyway")
    func startAnyway() throws {
        let studio = try TmuxStudio.opened(120, 40, with: .draft("a fox"), options: "--fake-memory 2G")
        try studio.key("C-t")
        try studio.see("Commit draft 1")
        try studio.key("Enter")
        try studio.see("Not started")
        try studio.see("Would fit: s ")
        try studio.key("!")
        try studio.see("2k done")
    }

    @Test("36: a disk that fills while the clip is written: Enter writes it once there is room")
    func fullDisk() throws {
        let studio = try opened(options: "--fake-fail encode:1:disk")
        try studio.key("Enter")
        try studio.see("The clip was not written")
        try studio.see("p other folder")
        #expect(try job(studio, 1)["state"] as? String == "failed")
        let clip = studio.home.appending(path: "data/jobs/1/clip.mp4").path
        #expect(!FileManager.default.fileExists(atPath: clip), "half a clip has the whole one's name")
        try studio.key("Enter")
        try studio.see("draft 1 saved")
        #expect(FileManager.default.fileExists(atPath: clip))
    }

    @Test("36: a disk that is too full is said before the start, and nothing is entered")
    func noRoom() throws {
        let studio = try opened(options: "--fake-disk 10M")
        try studio.key("Enter")
        try studio.see("Not started")
        try studio.see("10.0 MiB free")
        #expect(try studio.turbo2k("history", "list").output.isEmpty)
    }

    @Test("17: p pauses a running job and goes on with it; d lets a draft go before the running commit")
    func pauseAndPark() throws {
        let studio = try TmuxStudio()
        try studio.writePreset("few", draftSteps: 4, commitSteps: 6)
        try studio.open(120, 40, with: .prompt("a fox"), stepMilliseconds: 1500, options: "--preset few")
        try studio.key("Enter")
        try studio.seeStep(2)
        try studio.key("M-6", "p")
        try studio.see("stopped at")
        try studio.key("p")
        try studio.see("draft 1 saved")
        try studio.key("C-t")
        try studio.see("Commit draft 1")
        try studio.key("Enter")
        try studio.see("commit 2")
        try studio.seeStep(2)
        try studio.key("M-1")
        try studio.type(" at dusk")
        try studio.key("Enter")
        try studio.see("3 draft")
        try studio.key("M-6", "d")
        try studio.see("draft 3 saved")
        #expect(try job(studio, 2)["state"] as? String != "done")
        try studio.see("2k done")
        #expect(stepNumbers(try job(studio, 2)) == [1, 2, 3, 4, 5, 6])
    }

    @Test("10: the studio killed: the commit goes on, the next studio shows it with all its steps, and the prompt")
    func studioKilled() throws {
        let studio = try TmuxStudio()
        try studio.writePreset("few", draftSteps: 1, commitSteps: 9)
        let (pause, options) = (700, "--preset few")
        try studio.open(120, 40, with: .draft("a fox"), stepMilliseconds: pause, options: options)
        try studio.type(" and an owl")
        try studio.key("C-t")
        try studio.see("Commit draft 1")
        try studio.key("Enter")
        try studio.waitForCommit("running")
        try studio.seeStep(4)
        let engine = try #require(worker(studio))
        kill(try studioProcess(studio), SIGKILL)
        try studio.see("EXIT=137")
        try studio.close()
        #expect(worker(studio) == engine)
        // With the same options: to others an engine makes room as soon as it has nothing to do.
        try studio.start(120, 40, stepMilliseconds: pause, options: options)
        try studio.see("2 commit")
        try studio.see("a fox and an owl")
        try studio.wait(
            "the steps so far are not shown",
            forReport: { report in
                let steps = report.jobs.first { $0.id == 2 }?.steps.map(\.number) ?? []
                return steps.count >= 3 && steps == Array(1...steps.count)
            })
        try studio.waitForCommit("done")
        #expect(worker(studio) == engine)
        #expect(stepNumbers(try job(studio, 2)) == Array(1...9))
    }

    @Test("17: quitting asks; k keeps the job running, and the next studio shows it at once")
    func keepRendering() throws {
        let studio = try TmuxStudio()
        try startDraft(studio, untilStep: 2)
        try studio.key("M-6", "q")
        try studio.see("keep rendering")
        try studio.key("k")
        try studio.see("EXIT=0")
        #expect(try job(studio, 1)["state"] as? String == "running")
        try studio.close()
        try studio.start(120, 40)
        try studio.seeStep(1)
        try studio.waitForDraft(1)
    }

    @Test("17: quitting with s stops the job and holds what waits, until somebody asks")
    func stopAndQuit() throws {
        let studio = try TmuxStudio()
        try startDraft(studio, untilStep: 2)
        try studio.type(" two")
        try studio.key("Enter")
        try studio.see("2 draft")
        try studio.key("M-6", "q")
        try studio.see("stop it and quit")
        try studio.key("s")
        try studio.see("EXIT=0")
        #expect(try job(studio, 1)["state"] as? String == "stopped")
        #expect(try job(studio, 2)["state"] as? String == "waiting")
        try studio.wait("the worker stays") { worker(studio) == nil }
        try studio.close()
        try studio.start(120, 40)
        try studio.see("A job waits since last time")
        try studio.see("stopped at")
        try studio.key("M-6", "P")
        try studio.see("draft 2 saved")
        #expect(try job(studio, 1)["state"] as? String == "stopped")
    }

    @Test("17: a closed terminal keeps the job running")
    func closedTerminal() throws {
        let studio = try TmuxStudio()
        try startDraft(studio, untilStep: 2)
        try studio.close()
        try wait(studio, for: 1) { $0["state"] as? String == "done" }
    }

    @Test("41: two studios show one queue; leaving one leaves the job")
    func twoStudios() throws {
        let first = try TmuxStudio()
        try first.start(120, 40, stepMilliseconds: 600)
        try first.see("? help")
        let second = try TmuxStudio(home: first.home)
        try second.start(120, 40, stepMilliseconds: 600)
        try second.see("? help")
        try second.type("a fox")
        try second.key("Enter")
        try second.seeStep(2)
        try first.seeStep(2)
        try second.key("M-6", "q")
        try second.see("keep rendering")
        try second.key("k")
        try second.see("EXIT=0")
        try first.waitForDraft(1)
    }

    @Test("41: a headless draft joins the studio's queue")
    func headlessJoins() throws {
        let studio = try TmuxStudio()
        try startDraft(studio, untilStep: 2)
        let draft = try studio.turbo2k(
            "draft", "an owl", "--engine", "fake", "--fake-step-ms", "700", "--fake-decode-ms", "40", "--json")
        #expect(draft.status == 0)
        // It waited for the studio's draft, in one queue.
        #expect(draft.output.contains(#""state":"waiting""#) && draft.output.contains(#""latent_sha256""#))
        try studio.waitForDraft(2)
        let (one, two) = (try job(studio, 1), try job(studio, 2))
        #expect(one["state"] as? String == "done" && two["state"] as? String == "done")
    }

    @Test("19: preset, folder and threads of a changed settings file hold for the next job")
    func settingsWhileRunning() throws {
        let studio = try opened(options: "")
        try studio.key("Enter")
        try studio.waitForDraft(1)
        let first = try #require(worker(studio))
        let folder = studio.home.appending(path: "config")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let settings = "preset = \"nano-fast\"\nthreads = 3\n\n[output]\nfolder = \"~/clips-here\"\n"
        try settings.write(to: folder.appending(path: "config.toml"), atomically: true, encoding: .utf8)
        try studio.see("The settings were read again.")
        #expect(try !studio.screen().contains("At the next start"))
        try studio.see("320x192")
        try studio.see("clips-here")
        try studio.key("Enter")
        try studio.waitForDraft(2)
        #expect(try job(studio, 2)["size"] as? String == "320x192")
        let second = try #require(worker(studio))
        let words = try String(contentsOfFile: "/proc/\(second)/cmdline", encoding: .utf8)
        #expect(second != first && words.contains("--threads\u{0}3"), "\(words)")
    }

    @Test("32: killed 50 times at any moment, the history stays whole")
    func killedOften() throws {
        let studio = try TmuxStudio()
        for round in 0..<50 {
            let added = try studio.turbo2k(
                "queue", "add", "a fox \(round)", "--engine", "fake", "--fake-step-ms", "2", "--fake-decode-ms", "4")
            #expect(added.status == 0)
            usleep(UInt32(round * 7919 % 90) * 1000)
            if let engine = worker(studio) { kill(engine, SIGKILL) }
            let doctor = try studio.turbo2k("doctor", "--json").output
            let history = doctor.split(separator: "\n").first { $0.contains(#""name":"history""#) }
            #expect(history?.contains(", ok, ") == true, "\(history ?? "")")
        }
        let jobs = try studio.turbo2k("history", "list", "--json", "--limit", "100").output
        #expect(!jobs.contains(#""state":"running""#))
    }

    @Test("9: the bundled model, its engine killed, makes the same latent as an uninterrupted run")
    func sameLatent() throws {
        let studio = try TmuxStudio()
        let settings = ["a fox", "--seed", "7", "--lr-size", "256x160", "--size", "512x320", "--frames", "17"]
        let added = try studio.turbo2k(["queue", "add"] + settings + ["--steps", "40"])
        #expect(added.status == 0)
        try wait(studio, for: 1) { stepNumbers($0).count >= 2 }
        let engine = try #require(worker(studio))
        kill(engine, SIGKILL)
        let resumed = try studio.turbo2k(["resume", "1", "--json"])
        #expect(resumed.status == 0)
        let whole = try studio.turbo2k(["draft"] + settings + ["--steps", "40", "--json"])
        func latent(_ output: String) throws -> Substring {
            try #require(output.firstMatch(of: /"latent_sha256":"([0-9a-f]{64})"/)).1
        }
        func steps(_ output: String) -> Int { output.matches(of: /"event":"step"/).count }
        #expect(try latent(resumed.output) == latent(whole.output))
        #expect(steps(resumed.output) < steps(whole.output) && steps(whole.output) == 40)
    }
}
