import Foundation
import Generation
import StudioCore
import StudioUI
import TerminalKit
import Testing

@Suite("Queue")
struct QueueTests {
    /// A running draft and three that wait.
    private func waiting() throws -> StudioState {
        var state = try Sample.busy(120, 40)
        let recipe = state.form.recipe(prompt: "fox", negative: "")
        for id in 16...18 { state.jobEntered(id, kind: .draft, recipe: recipe, draft: nil, expected: 8) }
        state.press(.alt("6"))
        return state
    }

    @Test("K and J move a waiting job, and the selection goes with it")
    func move() throws {
        var state = try waiting()
        state.press(.down, .down, .down)
        #expect(state.queue.selected?.id == 18)
        let up = state.press(.character("K"))
        #expect(up == [.arrangeQueue([16, 18, 17])] && state.queue.selected?.id == 18)
        let again = state.press(.special(.up, .shift))
        #expect(again == [.arrangeQueue([18, 16, 17])])
        let atTop = state.press(.character("K"))
        #expect(atTop.isEmpty && state.queue.shown.map(\.id) == [15, 18, 16, 17])
        let down = state.press(.character("J"))
        #expect(down == [.arrangeQueue([16, 18, 17])])
    }

    @Test("The running job cannot be moved, and says so")
    func running() throws {
        var state = try waiting()
        let actions = state.press(.character("J"))
        #expect(actions.isEmpty && state.message?.text == "Only a waiting job can be moved.")
    }

    @Test("The key line offers what can be done to the selected job, and nothing else")
    func keyLine() throws {
        var state = try Sample.busy(120, 40)
        state.press(.alt("6"))
        func keys() -> String { state.lines.last ?? "" }
        #expect(keys().contains("x stop") && keys().contains("p pause job") && !keys().contains("resume"))
        state.jobStopped(15, draft: nil)
        state.message = nil
        #expect(keys().contains("R resume") && keys().contains("w write it") && keys().contains("x drop"))
        state.queue.change(15) { $0.state = .done(seconds: 8, bytes: nil) }
        #expect(keys().contains("Enter steps") && !keys().contains("R resume") && !keys().contains("w write"))
        state.queue.change(15) { $0.state = .waiting }
        #expect(keys().contains("x remove") && keys().contains("move") && !keys().contains("w write"))
    }

    @Test("w writes what a stopped job has, and says what for a job that runs")
    func partial() throws {
        var state = try waiting()
        let running = state.press(.character("w"))
        #expect(running.isEmpty && state.message?.text.contains("is not stopped") == true)
        state.jobTold(15, .stateSaved(pass: .lr, step: 3, bytes: 1))
        state.jobStopped(15, draft: nil)
        state.press(.end)
        #expect(state.queue.selected?.id == 15)
        #expect(state.message?.text.contains("step 3/8 is kept.  R resume  w write") == true)
        let actions = state.press(.character("w"))
        #expect(actions == [.writePartial(15)])
        let file = URL(filePath: "/tmp/fox-partial.mp4")
        state.partialWritten(15, draft: nil, file: file, steps: StepsDone(done: 3, of: 8))
        #expect(state.message?.text.contains("Partial clip of job 15, step 3/8, is written.") == true)
        #expect(state.log.lines.last?.text.contains("/tmp/fox-partial.mp4") == true)
        #expect(state.queue.jobs.first { $0.id == 15 }?.state == .stopped(step: 3, of: 8))
    }

    @Test("Where the keys of a stopped job do not work they are said to be the queue's")
    func stoppedElsewhere() throws {
        var state = try waiting()
        state.jobTold(15, .stateSaved(pass: .lr, step: 3, bytes: 1))
        state.press(.alt("1"))
        state.jobStopped(15, draft: nil)
        #expect(state.message?.text == "Job 15 stopped, step 3/8 is kept.  Queue: R resume, w write, x drop")
    }

    @Test(
        "A kept state of other weights or another build is asked about, and the job is no failure",
        arguments: [true, false])
    func otherState(canGoOn: Bool) throws {
        var state = try waiting()
        state.jobTold(15, .stateSaved(pass: .lr, step: 3, bytes: 1))
        state.jobFailed(15, draft: nil, GenerationError.otherState("Step 3 is another's.", canGoOn: canGoOn))
        #expect(state.queue.jobs.first { $0.id == 15 }?.state == .stopped(step: 3, of: 8))
        #expect(state.text.contains("Go on with job 15?") && state.text.contains("a begin anew"))
        #expect(state.text.contains("R go on") == canGoOn)
        var other = state
        let left = other.press(.escape)
        #expect(left.isEmpty && other.overlays.isEmpty)
        if canGoOn {
            var other = state
            let goesOn = other.press(.character("R"))
            #expect(goesOn == [.resumeJobUsing(15, .any)])
        }
        let anew = state.press(.character("a"))
        #expect(anew == [.resumeJobUsing(15, .none)])
    }

    @Test("An engine that was ended offers to write what there is")
    func engineEnded() throws {
        var state = try waiting()
        state.engineEnded(EngineEnd(signal: 9))
        #expect(state.message?.text == "The engine ended (signal 9).")
        #expect(state.text.contains("w write what there is"))
        let actions = state.press(.character("w"))
        #expect(actions == [.writePartial(15)])
    }

    @Test("D in the queue drops a stopped job, never the draft that is selected elsewhere")
    func drop() throws {
        var state = try waiting()
        state.jobTold(15, .stateSaved(pass: .lr, step: 3, bytes: 1))
        state.jobStopped(15, draft: nil)
        state.press(.end)
        let count = state.drafts.all.count
        let asked = state.press(.character("D"))
        #expect(asked.isEmpty && state.text.contains("Drop job 15?") && state.drafts.all.count == count)
        let dropped = state.press(.character("y"))
        #expect(dropped == [.removeJob(15)])
    }

    /// A draft whose clip was not written, for want of space.
    private func unwritten(_ trash: TrashContents?) throws -> StudioState {
        var state = try Sample.busy(120, 40)
        for number in 6...8 { state.jobTold(15, .stepFinished(Sample.step(number))) }
        state.jobFailed(15, draft: nil, GenerationError.cannotWrite("Disk full while writing fox.mp4."))
        if let trash { state.trashMeasured(trash) }
        return state
    }

    @Test("A full disk: the trash is offered with its size, asked about once, and Esc goes one dialog back")
    func fullDisk() throws {
        var state = try unwritten(TrashContents(jobCount: 12, bytes: 21 << 30))
        #expect(
            state.text.contains("w write again   p other folder   t empty trash (21 GiB)   Esc back"), "\(state.text)"
        )
        let asked = state.press(.character("t"))
        #expect(asked.isEmpty && state.text.contains("12 jobs in the trash, 21 GiB"))
        state.press(.escape)
        #expect(state.text.contains("The clip was not written") && state.text.contains("Disk full while writing"))
        state.press(.character("p"))
        #expect(state.text.contains("Write the clip elsewhere"))
        state.press(.escape)
        state.press(.character("t"))
        let emptied = state.press(.character("y"))
        #expect(emptied == [.emptyTrash(thenResume: 15)] && state.overlays.isEmpty)
    }

    @Test("An empty trash is not offered; Enter writes again", arguments: [nil, TrashContents()])
    func emptyTrash(trash: TrashContents?) throws {
        var state = try unwritten(trash)
        #expect(!state.text.contains("empty trash") && state.text.contains("p other folder"))
        #expect(state.asksToWriteAgain(15))
        let again = state.press(.enter)
        #expect(again == [.resumeJob(15)] && state.overlays.isEmpty)
    }

    @Test("A stop at the end of the step says how long that takes")
    func countdown() throws {
        var state = try Sample.busy(120, 40)
        state.press(.control("c"))
        #expect(state.text.contains("at the end of the step, about 1s"))
        // Behind the last step there is none to wait for.
        state.press(.escape)
        state.jobTold(15, .stageStarted(.decode, parts: 121))
        state.press(.control("c"))
        #expect(state.text.contains("y stop it") && !state.text.contains("at the end of the step"))
    }

    @Test("A slow step names the load, else the clock of the CPU")
    func slowReason() {
        var facts = MachineFacts(loadAverage: 31, coreCount: 16, gigahertz: 2.1, mostGigahertz: 3.4)
        #expect(facts.slowReason == "load average 31 on 16 cores")
        facts.loadAverage = 2
        #expect(facts.slowReason == "CPU at 2.1 of 3.4 GHz")
        facts.gigahertz = 3.2
        #expect(facts.slowReason == nil)
    }

    @Test("A format that cannot be written is exchanged by one key")
    func otherFormat() throws {
        var state = try waiting()
        var choice = CommitDialog(
            draft: 14, recipe: state.form.recipe(prompt: "fox", negative: ""), hr: state.form.values.hr, precision: nil,
            output: state.form.values.output, date: state.date
        ).choice(watches: false)
        choice.fileName = "fox.mp4"
        state.offerFormats(.otherFormat(choice), "This FFmpeg cannot write H.264.")
        #expect(state.text.contains("g PNG sequence"))
        var pictures = choice
        pictures.fileName = "fox.png"
        let actions = state.press(.character("g"))
        #expect(actions == [.submitCommit(pictures)])
        state.jobFailed(15, draft: nil, GenerationError.codecMissing("This FFmpeg cannot write H.264."))
        let again = state.press(.character("g"))
        #expect(again == [.resumeJobAs(15, ending: "png")])
    }

    @Test("A batch moves as one")
    func batch() throws {
        var state = try waiting()
        let recipe = state.form.recipe(prompt: "fox", negative: "")
        for index in 0..<2 {
            state.jobEntered(
                19 + index, kind: .draft, recipe: recipe, draft: nil, expected: 8,
                batch: BatchPlace(batch: 1, index: index, count: 2))
        }
        state.press(.end)
        #expect(state.queue.selected?.id == 19)
        let actions = state.press(.character("K"))
        #expect(actions == [.arrangeQueue([16, 17, 19, 20, 18])])
    }

    @Test("P pauses after the running job and lets the queue go on")
    func pause() throws {
        var state = try waiting()
        let paused = state.press(.character("P"))
        #expect(paused == [.pauseQueue(true)])
        #expect(state.text.contains("paused, P goes on") && state.text.contains("stands still after job 15"))
        let resumed = state.press(.character("P"))
        #expect(resumed == [.pauseQueue(false)] && !state.queue.isPaused)
    }

    @Test("A job entered while the queue is paused says why it waits")
    func pausedEntry() throws {
        var state = try Sample.state(120, 40)
        state.press(.alt("6"), .character("P"))
        let recipe = state.form.recipe(prompt: "fox", negative: "")
        state.jobEntered(1, kind: .draft, recipe: recipe, draft: nil, expected: nil)
        #expect(state.message?.text.contains("since the queue is paused") == true)
    }

    @Test("A draft goes before the commits that wait, unless the settings say otherwise", arguments: [true, false])
    func draftsFirst(draftsGoFirst: Bool) throws {
        var state = try Sample.busy(120, 40)
        state.queue.draftsGoFirst = draftsGoFirst
        let recipe = state.form.recipe(prompt: "fox", negative: "")
        let commit = state.jobEntered(16, kind: .commit, recipe: recipe, draft: 2, expected: 98)
        #expect(commit.isEmpty)
        let draft = state.jobEntered(17, kind: .draft, recipe: recipe, draft: nil, expected: 8)
        #expect(draft == (draftsGoFirst ? [.arrangeQueue([17, 16])] : []))
        #expect(state.queue.waitingIDs == (draftsGoFirst ? [17, 16] : [16, 17]))
        #expect(state.drafts.all.first { $0.id == 2 }?.commit == .waiting(16))
    }

    @Test("Quitting asks while a job runs, and does not where the settings say stop")
    func quit() throws {
        var state = try waiting()
        let asked = state.press(.character("q"))
        #expect(asked.isEmpty && state.text.contains("Quit?"))
        state.press(.escape)
        state.stopsOnQuit = true
        let unasked = state.press(.character("q"))
        #expect(unasked == [.quit])
    }

    @Test("The end of a job rings as the settings want it, also through tmux")
    func notice() {
        func bytes(_ wish: Settings.Notify, _ variables: [String: String], passes: Bool = false) -> String {
            Notice.bytes(
                wish, "2k done;\u{1B}\u{07}\nfox", environment: TerminalEnvironment(variables),
                passesThroughTmux: passes)
        }
        let xterm = ["TERM": "xterm-256color"]
        #expect(bytes(.none, xterm).isEmpty)
        #expect(bytes(.bell, xterm) == "\u{07}")
        #expect(bytes(.desktop, xterm) == "\u{1B}]9;2k done, fox\u{07}")
        #expect(bytes(.both, ["TERM": "foot"]) == "\u{1B}]777;notify;Turbo2K Studio;2k done, fox\u{07}\u{07}")
        let tmux = ["TERM": "tmux-256color"]
        #expect(bytes(.both, tmux) == "\u{07}")
        #expect(bytes(.desktop, tmux, passes: true) == "\u{1B}Ptmux;\u{1B}\u{1B}]9;2k done, fox\u{07}\u{1B}\\")
    }
}
