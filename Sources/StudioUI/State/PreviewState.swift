import TerminalKit
package import VideoIO

/// A clip in memory, ready to be shown.
package struct ShownClip: Sendable {
    /// Where the frames come from.
    package enum Source: Sendable, Hashable {
        case draft(Int)
        case commit(Int)
        /// The estimate of a running job after a step.
        case estimate(job: Int, step: Int)
        /// The decoder's picture of such an estimate.
        case sharper(job: Int, step: Int, isFull: Bool)
        /// A draft's guidance features behind a block.
        case features(draft: Int, block: Int)
        /// The decoded frames of a job that is being written.
        case decoded(job: Int)
    }

    package var source: Source
    package var frames: [VideoFrame]
    /// Frames per second at which the clip has its true speed.
    package var fps: Double
    /// Pixels of the clip itself, where ``frames`` are reduced copies; nil: those of the frames.
    package var fullSize: (width: Int, height: Int)?

    package init(source: Source, frames: [VideoFrame], fps: Double, fullSize: (width: Int, height: Int)? = nil) {
        self.fullSize = fullSize
        self.source = source
        self.frames = frames
        self.fps = fps
    }

    package var seconds: Double { Double(frames.count) / max(fps, 0.01) }
}

/// What the preview shows and how it plays.
package struct PreviewState: Sendable {
    package static let speeds: [Double] = [0.25, 0.5, 1, 2]

    package private(set) var clip: ShownClip?
    /// The frame shown, 0-based.
    package private(set) var frameIndex = 0
    package private(set) var isPlaying = true
    package var isLooping = true
    package private(set) var speed = 1.0
    /// Whether the estimates of the running job replace the clip.
    package var followsJob = true
    /// The clip to compare with, and whether it is the one shown now.
    package private(set) var reference: ShownClip?
    package private(set) var isComparing = false
    /// Whether the difference of A and B is shown, grey where they are equal.
    package private(set) var showsDifference = false
    package private(set) var showsReference = false
    /// Whether A and B stand side by side, as a wide picture allows; otherwise they take turns.
    package var comparesSideBySide = false
    /// Whether the clip is shown as four still frames, for those who want nothing to move.
    package private(set) var showsStills = false
    /// When A and B began to take turns.
    private var comparingSince = 0.0
    /// Frames a second that reached the terminal.
    package var achievedRate: Double?
    /// How the picture is drawn, for the title: `half-block truecolor`.
    package var graphicsName = ""
    /// The clip's time at `anchorClock`, seconds: playing is measured from here, so that slow terminals skip frames.
    private var anchorTime = 0.0
    private var anchorClock = 0.0
    /// When time was last let pass.
    private var lastClock = 0.0

    package init() {}

    package var shownClip: ShownClip? { isComparing && showsReference ? reference : clip }

    /// The frame of A at the moment that B shows, 0-based: A may be shorter, or have another rate.
    package var referenceIndex: Int {
        guard let clip, let reference else { return 0 }
        let index = Int(Double(frameIndex) / max(clip.fps, 0.01) * reference.fps + 1e-6)
        return min(index, max(reference.frames.count - 1, 0))
    }

    /// The frame of ``shownClip`` on the screen, 0-based.
    package var shownIndex: Int { isComparing && showsReference ? referenceIndex : frameIndex }

    package var frame: VideoFrame? {
        if showsStills, !isComparing, let clip = shownClip, clip.frames.count > 3 { return Self.stills(of: clip) }
        guard let clip = shownClip, let frame = Self.frame(of: clip, shownIndex) else { return nil }
        let other = isComparing ? reference.flatMap { Self.frame(of: $0, referenceIndex) } : nil
        if showsDifference, let other { return frame.difference(from: other) }
        guard comparesSideBySide, let left = other else { return frame }
        let width = max(frame.width * left.height / max(frame.height, 1), 1)
        let right = frame.height == left.height ? frame : frame.resized(toWidth: width, height: left.height)
        return VideoFrame.sideBySide([left, right], gap: 4)
    }

    /// Frames from the start to the end, two above two.
    private static func stills(of clip: ShownClip) -> VideoFrame {
        let last = clip.frames.count - 1
        let pairs = [[0, last / 3], [2 * last / 3, last]].map { pair in
            VideoFrame.sideBySide(pair.map { clip.frames[$0] }, gap: 2)
        }
        let gap = [UInt8](repeating: 0, count: pairs[0].width * 3 * 2)
        return VideoFrame(
            width: pairs[0].width, height: pairs[0].height * 2 + 2, pixels: pairs[0].pixels + gap + pairs[1].pixels)
    }

    /// Shows four still frames of each clip until a frame is asked for.
    package mutating func standStill() {
        isPlaying = false
        showsStills = true
    }

    /// How the clip is timed while it plays on and on; nil while frames are chosen in another way.
    var tempo: ClipTempo? {
        guard let clip, isPlaying, isLooping, !isComparing, !showsStills, clip.frames.count > 1 else { return nil }
        return ClipTempo(frameCount: clip.frames.count, framesPerSecond: clip.fps * speed)
    }

    private static func frame(of clip: ShownClip, _ index: Int) -> VideoFrame? {
        clip.frames.isEmpty ? nil : clip.frames[min(index, clip.frames.count - 1)]
    }

    /// Replaces the clip. A new estimate of the same job goes on where the last one was.
    package mutating func show(_ new: ShownClip, now: Double) {
        let goesOn = clip.map { Self.sameJob($0.source, new.source) } ?? false
        let time = goesOn ? time(now: now) : 0
        clip = new
        setTime(min(time, max(new.seconds - 0.001, 0)), now: now)
    }

    package mutating func clear() {
        clip = nil
        frameIndex = 0
        isComparing = false
        showsDifference = false
    }

    package mutating func setReference() { reference = clip }

    /// A and B, then their difference, then B alone again.
    package mutating func toggleComparing(now: Double) {
        guard reference != nil else { return }
        (isComparing, showsDifference) = (!showsDifference, isComparing && !showsDifference)
        showsReference = false
        comparingSince = now
        setTime(time(now: now), now: now)
    }

    package mutating func stopComparing(now: Double) {
        (isComparing, showsDifference, showsReference) = (false, false, false)
        setTime(time(now: now), now: now)
    }

    package mutating func setPlaying(_ playing: Bool, now: Double) {
        let time = time(now: now)
        isPlaying = playing
        if playing { showsStills = false }
        setTime(time, now: now)
    }

    package mutating func changeSpeed(by step: Int, now: Double) {
        let time = time(now: now)
        let index = Self.speeds.firstIndex(of: speed) ?? 2
        speed = Self.speeds[min(max(index + step, 0), Self.speeds.count - 1)]
        setTime(time, now: now)
    }

    /// Moves by whole frames and stops there.
    package mutating func step(by frames: Int, now: Double) {
        guard let clip, !clip.frames.isEmpty else { return }
        isPlaying = false
        showsStills = false
        let count = clip.frames.count
        frameIndex = ((frameIndex + frames) % count + count) % count
        anchorTime = Double(frameIndex) / clip.fps
        anchorClock = now
    }

    /// Goes to a part of the clip, 0 to 1.
    package mutating func seek(_ part: Double, now: Double) {
        guard let clip else { return }
        showsStills = false
        setTime(min(max(part, 0), 0.9999) * clip.seconds, now: now)
    }

    /// Lets time pass.
    ///
    /// - Returns: whether another frame is to be shown.
    package mutating func advance(now: Double) -> Bool {
        let before = (frameIndex, showsReference)
        lastClock = now
        if takesTurns { showsReference = Int(now - comparingSince) % 2 == 1 }
        guard let clip, isPlaying, clip.frames.count > 1 else { return before.1 != showsReference }
        var time = time(now: now)
        if time >= clip.seconds {
            guard isLooping else {
                setTime(clip.seconds - 0.001, now: now)
                isPlaying = false
                return true
            }
            time = time.truncatingRemainder(dividingBy: clip.seconds)
            setTime(time, now: now)
        } else {
            frameIndex = min(Int(time * clip.fps), clip.frames.count - 1)
        }
        return before != (frameIndex, showsReference)
    }

    /// When the next frame is due, on the state's clock; nil if nothing moves.
    package func nextFrameDue() -> Double? {
        let turn = takesTurns ? comparingSince + (lastClock - comparingSince).rounded(.down) + 1 : nil
        guard let clip, isPlaying, clip.frames.count > 1 else { return turn }
        let next = Double(frameIndex + 1) / clip.fps
        let frame = anchorClock + (next - anchorTime) / speed
        return turn.map { min($0, frame) } ?? frame
    }

    /// Whether A and B are shown one second each.
    private var takesTurns: Bool { isComparing && !showsDifference && !comparesSideBySide }

    /// Seconds into the clip.
    package func time(now: Double) -> Double {
        isPlaying ? anchorTime + max(now - anchorClock, 0) * speed : anchorTime
    }

    private mutating func setTime(_ time: Double, now: Double) {
        anchorTime = time
        anchorClock = now
        guard let clip, !clip.frames.isEmpty else { return }
        frameIndex = min(Int(time * clip.fps + 1e-6), clip.frames.count - 1)
    }

    private static func sameJob(_ old: ShownClip.Source, _ new: ShownClip.Source) -> Bool {
        switch (old, new) {
        case (.estimate(let a, _), .estimate(let b, _)), (.estimate(let a, _), .decoded(let b)): a == b
        case (.sharper(let a, _, _), .estimate(let b, _)), (.estimate(let a, _), .sharper(let b, _, _)): a == b
        case (.sharper(let a, _, _), .sharper(let b, _, _)), (.sharper(let a, _, _), .decoded(let b)): a == b
        case (.decoded(let a), .draft(let b)), (.decoded(let a), .commit(let b)): a == b
        // The features of a draft go on where its clip was.
        case (.features(let a, _), .features(let b, _)), (.features(let a, _), .draft(let b)): a == b
        case (.draft(let a), .features(let b, _)): a == b
        default: old == new
        }
    }
}
