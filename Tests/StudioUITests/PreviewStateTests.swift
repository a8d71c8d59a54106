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

    /// A clip whose frames are as bright as their number.
    private static func numbered(_ source: ShownClip.Source, frames: Int, fps: Double) -> ShownClip {
        let pictures = (0..<frames).map {
            VideoFrame(width: 8, height: 4, pixels: Array(repeating: UInt8($0), count: 96))
        }
        return ShownClip(source: source, frames: pictures, fps: fps)
    }

    @Test(
        "43: A and B show the same moment: side by side, in turns and as their difference",
        arguments: [(24.0, 48), (12, 24), (24, 20)])
    func compared(fps: Double, frames: Int) throws {
        for isWide in [true, false] {
            var preview = PreviewState()
            preview.show(Self.numbered(.draft(1), frames: frames, fps: fps), now: 0)
            preview.setReference()
            preview.show(Self.numbered(.draft(2), frames: 48, fps: 24), now: 0)
            preview.comparesSideBySide = isWide
            preview.toggleComparing(now: 0)
            var turns: Set<Bool> = []
            for tick in 0..<40 {
                _ = preview.advance(now: Double(tick) / 20)
                let moment = Double(preview.frameIndex) / 24
                #expect(preview.referenceIndex == min(Int(moment * fps + 1e-6), frames - 1))
                let picture = try #require(preview.frame)
                turns.insert(preview.showsReference)
                #expect(picture.width == (isWide ? 20 : 8))
                let last = isWide || !preview.showsReference ? preview.frameIndex : preview.referenceIndex
                let first = isWide || preview.showsReference ? preview.referenceIndex : preview.frameIndex
                #expect(picture.pixels.first == UInt8(first) && picture.pixels.last == UInt8(last))
                #expect(preview.shownIndex == (preview.showsReference ? preview.referenceIndex : preview.frameIndex))
            }
            #expect(turns.count == (isWide ? 1 : 2))
            preview.toggleComparing(now: 2)
            // Grey where they are equal.
            if fps == 24, frames == 48 { #expect(Set(preview.frame?.pixels ?? []).count == 1) }
        }
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
