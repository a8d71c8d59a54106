import TerminalKit
import Testing

struct PacerTests {
    private let start = ContinuousClock.now

    private func after(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    /// Frames sent in ten seconds to a terminal that answers after `delay` seconds.
    private func frameCount(delay: Double, _ limit: FrameRate) -> Int {
        var pacer = Pacer(limit)
        var count = 0
        var readyAt: Double?
        for tick in 0..<10_000 {
            let now = Double(tick) / 1000
            if let due = readyAt, due <= now {
                pacer.noteReady(now: after(now))
                readyAt = nil
            }
            if pacer.mayStart(now: after(now)) {
                pacer.noteSent(now: after(now))
                count += 1
                if delay.isFinite { readyAt = now + delay }
            }
        }
        return count
    }

    @Test("A quick terminal gets the full rate")
    func quick() {
        #expect((118...121).contains(frameCount(delay: 0.003, FrameRate(first: 12, most: 12))))
    }

    @Test("A terminal that answers after half a second gets at most two frames a second")
    func slow() {
        #expect((12...15).contains(frameCount(delay: 0.5, FrameRate(first: 12, most: 12))))
    }

    @Test("Frames that go a little late do not slow the beat")
    func beat() {
        var pacer = Pacer(FrameRate(first: 12, most: 12))
        var count = 0
        // The loop looks every 7 ms, so each frame is up to 7 ms late.
        for tick in stride(from: 0, to: 10_000, by: 7) {
            let now = Double(tick) / 1000
            if pacer.mayStart(now: after(now)) {
                pacer.noteSent(now: after(now))
                pacer.noteReady(now: after(now + 0.001))
                count += 1
            }
        }
        #expect((118...121).contains(count))
    }

    @Test("A late answer to a forgotten frame is not taken for the next one's")
    func forgotten() {
        var pacer = Pacer(FrameRate(first: 12, most: 12))
        pacer.noteSent(now: after(0))
        #expect(pacer.isBusy(now: after(0.4)) && !pacer.isBusy(now: after(1.1)))
        pacer.reset()
        #expect(!pacer.isBusy(now: after(0.4)))
        pacer.noteSent(now: after(0.4))
        #expect(pacer.noteReady(now: after(0.5)) == nil)
        #expect(pacer.isBusy(now: after(0.6)))
        #expect(pacer.noteReady(now: after(0.9)) != nil)
    }

    @Test("One that never answers gets one frame a second")
    func silent() {
        #expect((9...11).contains(frameCount(delay: .infinity, FrameRate(first: 12, most: 12))))
    }

    @Test("Over ssh the rate rises while there is room")
    func rising() {
        let count = frameCount(delay: 0.02, FrameRate(first: 4, most: 8))
        #expect(count > 50 && count < 80)
    }

    @Test("A line has room once it has carried the most that a picture may have")
    func room() {
        var pacer = Pacer(FrameRate(first: 4, most: 8))
        #expect(!pacer.hasRoom)
        for tick in 0..<12 {
            pacer.noteSent(now: after(Double(tick)))
            pacer.noteReady(now: after(Double(tick) + 0.02))
        }
        #expect(pacer.hasRoom)
        pacer.reset()
        #expect(!pacer.hasRoom)
    }

    @Test("A frame for which nothing is sent keeps the beat")
    func unsent() {
        var pacer = Pacer(FrameRate(first: 10, most: 10))
        var count = 0
        for tick in 0..<1000 where pacer.mayStart(now: after(Double(tick) / 1000)) {
            pacer.noteUnsent(now: after(Double(tick) / 1000))
            count += 1
        }
        #expect(count == 10)
    }

    @Test("A cap lowers rates and never raises them")
    func cap() {
        #expect(FrameRate(first: 4, most: 8).capped(at: 6) == FrameRate(first: 4, most: 6))
        #expect(FrameRate(first: 12, most: 12).capped(at: 5) == FrameRate(first: 5, most: 5))
        #expect(FrameRate(first: 0, most: 0).capped(at: 24) == FrameRate(first: 0, most: 0))
    }

    @Test("Of the small pictures one moves: at 4 a second, over ssh at 2 once there is room")
    func thumbnails() {
        #expect(FrameRate.ofThumbnail(isRemote: false) == FrameRate(first: 4, most: 4))
        #expect(FrameRate.ofThumbnail(isRemote: true) == FrameRate(first: 0, most: 2))
    }

    @Test("Still pictures do not move")
    func still() {
        #expect(frameCount(delay: 0.01, FrameRate(first: 0, most: 0)) == 0)
    }

    @Test("The table of frame rates")
    func table() {
        let rect = Rect(x: 0, y: 0, width: 78, height: 22)
        let large = Rect(x: 0, y: 0, width: 160, height: 45)
        func rate(_ mode: GraphicsMode, _ rect: Rect, _ width: Int, _ height: Int, _ isRemote: Bool) -> FrameRate {
            .of(mode, rect: rect, pixelWidth: width, pixelHeight: height, isRemote: isRemote)
        }
        #expect(rate(.half, rect, 0, 0, false) == FrameRate(first: 12, most: 12))
        #expect(rate(.half, large, 0, 0, false) == FrameRate(first: 10, most: 10))
        #expect(rate(.half, large, 0, 0, true) == FrameRate(first: 4, most: 10))
        #expect(rate(.sixel, rect, 640, 360, false) == FrameRate(first: 10, most: 10))
        #expect(rate(.sixel, rect, 816, 456, true) == FrameRate(first: 1, most: 3))
        #expect(rate(.iterm, rect, 0, 0, true) == FrameRate(first: 0, most: 0))
        #expect(rate(.iterm, rect, 0, 0, false) == FrameRate(first: 4, most: 4))
        #expect(rate(.half, rect, 0, 0, true) == FrameRate(first: 6, most: 12))
        #expect(rate(.sixel, rect, 640, 360, true) == FrameRate(first: 2, most: 6))
        #expect(rate(.sixel, rect, 816, 456, false) == FrameRate(first: 6, most: 6))
        #expect(rate(.ascii, rect, 0, 0, false) == FrameRate(first: 12, most: 12))
        #expect(rate(.ascii, rect, 0, 0, true) == FrameRate(first: 8, most: 12))
        #expect(rate(.kitty, rect, 0, 0, false) == FrameRate(first: 12, most: 12))
        #expect(rate(.kitty, rect, 0, 0, true) == FrameRate(first: 4, most: 8))
        let shared = FrameRate.of(
            .kitty, rect: rect, pixelWidth: 0, pixelHeight: 0, isRemote: false, sharesMemory: true)
        #expect(shared == FrameRate(first: 24, most: 24))
    }
}
