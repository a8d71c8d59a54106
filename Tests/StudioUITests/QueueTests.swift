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
}
