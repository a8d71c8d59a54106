import Kernels
import Synchronization
import Testing

@Suite struct ParallelTests {
    @Test("Every chunk is done exactly once, by workers in range", arguments: [1, 2, 3, 8], [0, 1, 2, 7, 500])
    func coversChunks(threadCount: Int, count: Int) {
        let done = Mutex([Int](repeating: 0, count: count))
        let workers = Mutex(Set<Int>())
        Parallel(threadCount: threadCount).forEach(count) { chunk, worker in
            done.withLock { $0[chunk] += 1 }
            workers.withLock { _ = $0.insert(worker) }
        }
        #expect(done.withLock { $0.allSatisfy { $0 == 1 } })
        #expect(workers.withLock { $0.allSatisfy { (0..<threadCount).contains($0) } })
    }

    @Test("A worker's scratch memory is never used twice at once")
    func workersAreExclusive() {
        let busy = Mutex(Set<Int>())
        let clashes = Mutex(0)
        Parallel(threadCount: 4).forEach(400) { _, worker in
            if !busy.withLock({ $0.insert(worker).inserted }) { clashes.withLock { $0 += 1 } }
            var sum = 0.0
            for step in 0..<200 { sum += Double(step).squareRoot() }
            #expect(sum > 0)
            busy.withLock { _ = $0.remove(worker) }
        }
        #expect(clashes.withLock { $0 } == 0)
    }

    @Test("A stop leaves out the chunks not begun", arguments: [1, 3])
    func stops(threadCount: Int) {
        let stop = StopFlag()
        let done = Mutex(0)
        Parallel(threadCount: threadCount).forEach(1000, stop: stop) { _, _ in
            done.withLock {
                $0 += 1
                if $0 == 5 { stop.stop() }
            }
        }
        // Each other worker may have begun one more before it saw the flag.
        #expect((5...5 + threadCount - 1).contains(done.withLock { $0 }))
        #expect(stop.isStopped)
        Parallel(threadCount: threadCount).forEach(10, stop: stop) { _, _ in done.withLock { $0 += 100 } }
        #expect(done.withLock { $0 } < 100)
    }
}
