import Synchronization

/// Counts the failures that were asked for, over all jobs of a service: what has failed often enough works.
final class FakeFailures: Sendable {
    private let count = Mutex(0)

    /// Whether the next failure is one of the first `limit`.
    func next(below limit: Int) -> Bool {
        count.withLock { count in
            count += 1
            return count <= limit
        }
    }
}
