internal import Dispatch
internal import Synchronization

/// Set from outside to end a computation early; workers look at it before each chunk.
package final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    package func stop() { flag.store(true, ordering: .relaxed) }
    package var isStopped: Bool { flag.load(ordering: .relaxed) }
}

/// The one owner of threads: hands out chunks of work by number. Which worker does a chunk is open, what a chunk computes is
/// not, so results do not depend on the number of threads.
package struct Parallel: Sendable {
    package let threadCount: Int

    package init(threadCount: Int) {
        precondition(threadCount > 0, "Parallel: \(threadCount) threads")
        self.threadCount = threadCount
    }

    /// Calls `body(chunk, worker)` for every chunk in 0 ..< count; `worker` < threadCount names the caller's scratch memory.
    /// Chunks not begun when `stop` is set are left out.
    package func forEach(_ count: Int, stop: StopFlag? = nil, _ body: @Sendable (_ chunk: Int, _ worker: Int) -> Void) {
        let workers = min(threadCount, count)
        guard workers > 1 else {
            for chunk in 0..<count where !(stop?.isStopped ?? false) { body(chunk, 0) }
            return
        }
        let next = Counter()
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            while true {
                let chunk = next.take()
                guard chunk < count, !(stop?.isStopped ?? false) else { return }
                body(chunk, worker)
            }
        }
    }
}

private final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
}
