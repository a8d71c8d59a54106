import StudioCore
import Testing

@Suite("Job board")
struct JobBoardTests {
    @Test("Listeners that go in the middle of news hold up nobody", .timeLimit(.minutes(10)))
    func goingListeners() async {
        let board = JobBoard()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for index in 0..<100_000 { board.publish(.paused(index.isMultiple(of: 2))) }
            }
            group.addTask {
                for _ in 0..<2000 {
                    let listener = Task.detached {
                        for await _ in board.news() {}
                    }
                    await Task.yield()
                    listener.cancel()
                    await listener.value
                }
            }
        }
        #expect(!board.queue.isPaused)
    }
}
