import Generation
import StudioUI
import TerminalKit
import Testing
import VideoIO

@Suite("Features of a draft")
struct FeatureViewTests {
    private static let pictures = [0, 7].map { block in
        let frame = VideoFrame(width: 16, height: 9, red: UInt8(block), green: 20, blue: 30)
        return FeaturePicture(block: block, frames: [frame, frame, frame])
    }

    /// Two drafts in the list, and the features of the newer one asked for.
    private func opened(_ width: Int = 120, _ height: Int = 40) throws -> StudioState {
        var state = try Sample.state(width, height)
        state.drafts.take([try Sample.draft(1, "dusk"), try Sample.draft(2, "dawn")])
        state.press(.escape, .character("3"))
        let asked = state.press(.character("V"))
        #expect(asked == [.showFeatures(draft: 2)])
        return state
    }

    @Test("V shows them as patches of a token each, Up and Down choose the block")
    func blocks() throws {
        var state = try opened()
        state.featuresLoaded(Self.pictures, draft: 2)
        #expect(state.text.contains("features of draft 2, block 0 of 0 7"))
        let clip = try #require(state.preview.clip)
        #expect(clip.source == .features(draft: 2, block: 0) && clip.frames[0].width == 128)
        // Three frames take as long as the clip.
        #expect(abs(clip.seconds - 121.0 / 24) < 0.01)
        state.press(.down)
        #expect(state.text.contains("block 7 of 0 7"))
        #expect(state.preview.frame?.pixels.first == 7)
        state.press(.down, .down)
        #expect(state.preview.clip?.source == .features(draft: 2, block: 7))
    }

    @Test("They go with the selection and keep the block")
    func follows() throws {
        var state = try opened()
        state.featuresLoaded(Self.pictures, draft: 2)
        state.press(.down)
        let asked = state.press(.character("["))
        #expect(asked == [.showFeatures(draft: 1)])
        // Those of a draft that is no longer selected come too late.
        state.featuresLoaded(Self.pictures, draft: 2)
        #expect(state.features?.pictures == nil)
        state.featuresLoaded(Self.pictures, draft: 1)
        #expect(state.preview.clip?.source == .features(draft: 1, block: 7))
    }

    @Test("V goes on to the sheet and back to the picture; Esc leaves them")
    func views() throws {
        var state = try opened()
        state.featuresLoaded(Self.pictures, draft: 2)
        state.press(.character("V"))
        #expect(state.features == nil && state.sheet != nil)
        let back = state.press(.character("V"))
        #expect(state.sheet == nil && back == [.showClip(.draft(2), try Sample.draft(2, "").clip)])
        state.press(.character("V"))
        let left = state.press(.escape)
        #expect(state.features == nil && left == [.showClip(.draft(2), try Sample.draft(2, "").clip)])
    }

    @Test("A failure is said, and the picture stays")
    func failure() throws {
        var state = try opened()
        state.featuresFailed("The weights have changed.", draft: 2)
        #expect(state.features == nil && state.text.contains("! The weights have changed."))
    }

    @Test("Without a draft it says how to make one")
    func noDraft() throws {
        var state = try Sample.state(120, 40)
        state.press(.escape, .character("3"), .character("V"))
        #expect(state.features == nil && state.sheet == nil)
        #expect(state.message?.kind == .warning)
    }
}

@Suite("Looks at a running job")
struct LookTests {
    private func preview(_ look: Preview.Look, match: Double? = nil) -> Preview {
        let frame = VideoFrame(width: 16, height: 9, red: 1, green: 2, blue: 3)
        return Preview(look: look, frames: [frame, frame], fps: 3, match: match, seconds: 0.01)
    }

    @Test("v asks for the decoder's picture, v again for all of it, and the title says which is shown")
    func sharper() throws {
        var state = try Sample.busy(120, 40)
        state.press(.escape, .character("3"))
        let small = state.press(.character("v"))
        let full = state.press(.character("v"))
        #expect(small == [.look(.small)] && full == [.look(.full)])
        state.jobTold(15, .preview(preview(.small)))
        #expect(state.text.contains("draft 15, step 5, decoded"))
        state.jobTold(15, .preview(preview(.full)))
        #expect(state.text.contains("decoded at full size"))
        // The next step is another one: the small look first.
        state.jobTold(15, .stepFinished(Sample.step(6)))
        let next = state.press(.character("v"))
        #expect(next == [.look(.small)])
    }

    @Test("Without a job that samples v says so")
    func idle() throws {
        var state = try Sample.state(120, 40)
        state.press(.escape)
        let asked = state.press(.character("v"))
        #expect(asked == [] && state.message?.kind == .warning)
    }

    @Test("A commit tells how near it is to its draft, and warns once when it moves away after half the steps")
    func match() throws {
        var state = try Sample.state(120, 40)
        state.drafts.take([try Sample.draft(1, "dusk")])
        let recipe = try Sample.draft(1, "dusk").recipe
        state.jobEntered(2, kind: .commit, recipe: recipe, draft: 1, expected: nil)
        state.jobStarted(2, kind: .commit, recipe: recipe, draft: 1)
        state.jobTold(2, .stageStarted(.hr, parts: 4))
        state.jobTold(2, .stepFinished(Sample.step(1, of: 4)))
        state.jobTold(2, .preview(preview(.map, match: 0.7)))
        #expect(state.text.contains("match to draft 0.70") && state.message?.kind != .warning)
        state.jobTold(2, .stepFinished(Sample.step(2, of: 4)))
        state.jobTold(2, .preview(preview(.map, match: 0.74)))
        #expect(state.message?.text == "This commit is moving away from the draft (0.74). Ctrl-C stops and keeps it.")
        // Near again, it is said no longer; the log has it.
        state.jobTold(2, .preview(preview(.map, match: 0.93)))
        #expect(state.message == nil && state.text.contains("match to draft 0.93"))
        state.jobTold(2, .preview(preview(.map, match: 0.72)))
        #expect(state.message == nil)
    }

    @Test("Colours correlate with themselves, and not with their negative", arguments: [(16, 1.0), (8, 1.0)])
    func correlation(width: Int, expected: Double) throws {
        let pixels = (0..<16 * 8 * 3).map { UInt8($0 % 251) }
        let frame = VideoFrame(width: 16, height: 8, pixels: pixels)
        let same = frame.resized(toWidth: width, height: 4)
        let match = try #require(ColorMatch.correlation([frame, frame], [same]))
        #expect(abs(match - expected) < 1e-6)
        let negative = VideoFrame(width: 16, height: 8, pixels: pixels.map { 255 - $0 })
        let opposite = try #require(ColorMatch.correlation([negative], [frame]))
        #expect(abs(opposite + 1) < 1e-6)
        #expect(ColorMatch.correlation([frame], []) == nil)
        #expect(ColorMatch.correlation([frame], [VideoFrame(width: 2, height: 2, red: 9, green: 9, blue: 9)]) == nil)
    }
}
