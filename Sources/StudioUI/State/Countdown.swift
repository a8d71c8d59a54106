import StudioCore

/// The remaining time between two words of the estimator: counted down with the clock. A small change is slid over, a
/// large one is a jump that is marked for a while.
struct Countdown: Sendable {
    /// Changes of up to this part of the time slide.
    private static let slidingPart = 0.1
    /// How long a slide, or the mark of a jump, lasts in seconds.
    private static let settleSeconds = 3.0
    /// A jump of less is not worth a mark.
    private static let smallestJump = 1.0

    private var estimate: TimeEstimate?
    private var saidAt: Double
    /// What was shown minus what was said, at `saidAt`.
    private var offset = 0.0
    private var jumpedAt = -Double.infinity

    init(now: Double) { saidAt = now }

    mutating func take(_ new: TimeEstimate?, now: Double, slides: Bool) {
        let before = remaining(now: now)?.seconds
        (estimate, saidAt, offset) = (new, now, 0)
        guard let before, let new else { return }
        let change = new.seconds - before
        if abs(change) <= Self.slidingPart * max(before, new.seconds) {
            if slides { offset = -change }
        } else if abs(change) >= Self.smallestJump {
            jumpedAt = now
        }
    }

    /// Nil: `estimating`.
    func remaining(now: Double) -> TimeEstimate? {
        guard var rest = estimate else { return nil }
        let passed = max(now - saidAt, 0)
        let slide = offset * max(1 - passed / Self.settleSeconds, 0)
        rest.seconds = max(rest.seconds - passed + slide, 0)
        rest.low = max(rest.low - passed, 0)
        rest.high = max(rest.high - passed, 0)
        return rest
    }

    func hasJumped(now: Double) -> Bool { now - jumpedAt < Self.settleSeconds }
}
