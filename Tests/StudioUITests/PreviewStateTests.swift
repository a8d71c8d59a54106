import StudioUI
import TerminalKit
import Testing
import VideoIO

@Suite("Playing")
struct PreviewStateTests {
    @Test("The clip keeps its speed: late frames are skipped, not slowed")
    func skips() {
        var preview = PreviewState()
        preview.show(Sample.clip(.draft(1), frames: 48, fps: 24), now: 10)
        _ = preview.advance(now: 10.5)
        #expect(preview.frameIndex == 12)
        _ = preview.advance(now: 11.5)
        #expect(preview.frameIndex == 36)
        _ = preview.advance(now: 12.25)
        #expect(preview.frameIndex == 6)
    }

    @Test("Pause holds the frame, stepping wraps, speed changes nothing at once")
    func steps() {
        var preview = PreviewState()
        preview.show(Sample.clip(.draft(1), frames: 10, fps: 10), now: 0)
        _ = preview.advance(now: 0.35)
        preview.setPlaying(false, now: 0.35)
        let outcome1 = preview.advance(now: 5)
        #expect(!outcome1)
        #expect(preview.frameIndex == 3)
        #expect(preview.nextFrameDue() == nil)
        preview.step(by: -4, now: 6)
        #expect(preview.frameIndex == 9)
        preview.setPlaying(true, now: 6)
        preview.changeSpeed(by: -1, now: 6)
        #expect(preview.speed == 0.5)
        #expect(preview.frameIndex == 9)
    }

    @Test("Seeking goes to the part of the clip")
    func seeks() {
        var preview = PreviewState()
        preview.show(Sample.clip(.draft(1), frames: 100, fps: 25), now: 0)
        preview.seek(0.5, now: 1)
        #expect(preview.frameIndex == 50)
        preview.seek(1, now: 1)
        #expect(preview.frameIndex == 99)
    }

    @Test("Without looping the clip stops on its last frame")
    func noLoop() {
        var preview = PreviewState()
        preview.isLooping = false
        preview.show(Sample.clip(.draft(1), frames: 10, fps: 10), now: 0)
        _ = preview.advance(now: 2)
        #expect(preview.frameIndex == 9)
        #expect(!preview.isPlaying)
    }

    @Test("A wide picture shows A and B side by side")
    func sideBySide() throws {
        var state = try Sample.state(120, 40)
        state.drafts.take([try Sample.draft(1, "fox"), try Sample.draft(2, "owl")])
        state.preview.show(Sample.clip(.draft(1)), now: 0)
        state.press(.alt("3"), .character("b"))
        #expect(!state.preview.isComparing)
        state.press(.character("a"))
        state.preview.show(Sample.clip(.draft(2)), now: 0)
        state.press(.character("b"))
        #expect(state.text.contains("[A] draft 1  [B] draft 2"))
        #expect(state.preview.frame?.width == 16 * 2 + 4)
        state.resize(width: 80, height: 24)
        #expect(state.preview.frame?.width == 16)
    }

    @Test("Comparing alternates between A and B at the end of each clip")
    func compares() {
        var preview = PreviewState()
        preview.show(Sample.clip(.draft(1), frames: 10, fps: 10), now: 0)
        preview.setReference()
        preview.show(Sample.clip(.draft(2), frames: 10, fps: 10), now: 1)
        preview.toggleComparing(now: 1)
        #expect(preview.shownClip?.source == .draft(2))
        _ = preview.advance(now: 2.05)
        #expect(preview.shownClip?.source == .draft(1))
        preview.stopComparing(now: 2.1)
        #expect(preview.shownClip?.source == .draft(2))
    }

    @Test("b again shows the difference, grey where A and B are equal; once more ends it")
    func difference() throws {
        var state = try Sample.state(120, 40)
        state.preview.show(Sample.clip(.draft(1)), now: 0)
        state.press(.alt("3"), .character("a"))
        let pixels = [UInt8](repeating: 90, count: 16 * 9 * 3 - 2) + [255, 0]
        let frame = VideoFrame(width: 16, height: 9, pixels: pixels)
        state.preview.show(ShownClip(source: .draft(2), frames: [frame], fps: 24), now: 0)
        state.press(.character("b"), .character("b"))
        #expect(state.text.contains("draft 2 minus draft 1"))
        let shown = try #require(state.preview.frame)
        #expect(shown.pixels.dropLast(2).allSatisfy { $0 == 128 } && shown.pixels.suffix(2) == [255, 38])
        state.press(.character("b"))
        #expect(!state.preview.isComparing && state.preview.frame == frame)
        state.press(.character("b"), .character("b"), .escape)
        #expect(!state.preview.isComparing && !state.preview.showsDifference)
    }
}
