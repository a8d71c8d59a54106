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
