internal import Synchronization

/// Seconds that all workers spent in attention and in linear layers.
package final class PartTimes: Sendable {
    private let attentionNanoseconds = Atomic<Int>(0)
    private let linearNanoseconds = Atomic<Int>(0)

    package init() {}

    package enum Part {
        case attention
        case linear
    }

    /// Runs `body` and adds its time to a part.
    @inline(__always)
    func measure(_ part: Part, _ body: () -> Void) {
        let start = ContinuousClock.now
        body()
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        switch part {
        case .attention: attentionNanoseconds.wrappingAdd(nanoseconds, ordering: .relaxed)
        case .linear: linearNanoseconds.wrappingAdd(nanoseconds, ordering: .relaxed)
        }
    }

    /// The seconds so far, summed over workers, and back to zero.
    package func take() -> (attention: Double, linear: Double) {
        (
            Double(attentionNanoseconds.exchange(0, ordering: .relaxed)) / 1e9,
            Double(linearNanoseconds.exchange(0, ordering: .relaxed)) / 1e9
        )
    }
}
