import Synchronization

/// A wish that a job end with its step: when the step in flight is done and its state is on the disk, no other is begun.
package final class StepEnd: Sendable {
    private let asked = Mutex(false)

    package init() {}

    package var isAsked: Bool { asked.withLock { $0 } }

    package func ask() { asked.withLock { $0 = true } }

    /// The job ended so; it may go on later.
    package func withdraw() { asked.withLock { $0 = false } }
}
