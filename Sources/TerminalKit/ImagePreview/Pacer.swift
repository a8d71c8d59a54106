/// Lets one picture at a time be on its way (section 13.3): each frame ends in a question, and the next waits for the
/// answer. A slow line thus finds its own rate, and keys stay quick.
package struct Pacer: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Without an answer for this long, one frame a second is assumed.
    package static let longestWait = Duration.seconds(1)
    /// Of the time between frames, the part the terminal may be busy.
    private static let share = 0.7

    private var limit: FrameRate
    private var allowedRate: Double
    private var sentAt: Instant?
    /// When the last frame should have gone: the beat is kept although single frames are a little late.
    private var beat: Instant?
    private var isWaiting = false
    /// Until then an answer may come to a question that was forgotten.
    private var lateUntil: Instant?
    /// Seconds to the answer, smoothed.
    private var answerTime: Double?

    package init(_ limit: FrameRate) {
        self.limit = limit
        allowedRate = Self.start(limit)
    }

    /// A picture that is still at first may begin to move, slowly, where the line has room.
    private static func start(_ limit: FrameRate) -> Double { limit.first > 0 ? limit.first : min(limit.most, 0.5) }

    /// Another picture, size or cap; what is known of the line stays known.
    package mutating func setLimit(_ limit: FrameRate) {
        self.limit = limit
        allowedRate = max(min(allowedRate, limit.most), Self.start(limit))
    }

    /// Frames a second that may be sent at present.
    package var rate: Double {
        let possible = answerTime.map { Self.share / max($0, 0.001) } ?? .infinity
        return min(allowedRate, limit.most, possible)
    }

    /// Whether the line has shown room for all that this picture may have.
    package var hasRoom: Bool { answerTime != nil && limit.most > 0 && rate >= limit.most }

    /// When the next frame may be sent; nil while pictures stand still.
    ///
    /// While an answer is missing that is when the waiting ends.
    package func nextStart(now: Instant) -> Instant? {
        guard limit.most > 0 else { return nil }
        guard let sentAt else { return now }
        if isWaiting { return sentAt + Self.longestWait }
        return (beat ?? sentAt) + .seconds(1 / max(rate, 0.1))
    }

    package func mayStart(now: Instant) -> Bool { nextStart(now: now).map { $0 <= now } ?? false }

    /// Whether a frame is on its way: the next one waits, and one that cannot wait goes without a question, since
    /// answers do not say which one they are for.
    package func isBusy(now: Instant) -> Bool {
        guard isWaiting, let sentAt else { return false }
        return now - sentAt < Self.longestWait
    }

    /// A frame with ``ControlBytes/readyQuestion`` behind it went out.
    package mutating func noteSent(now: Instant) {
        keepBeat(now: now)
        // The answer to the frame before never came.
        if isWaiting { answerTime = Self.share }
        sentAt = now
        isWaiting = true
    }

    /// A frame was due for which nothing had to be sent.
    package mutating func noteUnsent(now: Instant) {
        guard !isWaiting else { return }
        keepBeat(now: now)
        sentAt = now
    }

    /// Half a frame late begins another beat.
    private mutating func keepBeat(now: Instant) {
        let due = nextStart(now: now) ?? now
        beat = !isWaiting && due <= now && now - due < .seconds(0.5 / max(rate, 0.1)) ? due : now
    }

    /// `CSI 0 n` came.
    ///
    /// - Returns: seconds since the frame was sent; nil where none was on its way.
    @discardableResult
    package mutating func noteReady(now: Instant) -> Double? {
        if let lateUntil, now < lateUntil {
            self.lateUntil = nil
            return nil
        }
        guard isWaiting, let sentAt else { return nil }
        isWaiting = false
        let elapsed = (now - sentAt) / .seconds(1)
        answerTime = answerTime.map { 0.6 * $0 + 0.4 * elapsed } ?? elapsed
        allowedRate = min(allowedRate * 1.1, limit.most)
        return elapsed
    }

    /// Forgets a frame on its way: after a resize, a suspension or another terminal.
    package mutating func reset() {
        lateUntil = isWaiting ? sentAt.map { $0 + Self.longestWait } : nil
        sentAt = nil
        beat = nil
        isWaiting = false
        answerTime = nil
        allowedRate = Self.start(limit)
    }
}
