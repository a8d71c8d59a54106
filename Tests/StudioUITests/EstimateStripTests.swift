import Generation
import StudioUI
import Testing
import TerminalKit
import VideoIO

@Suite("Frames of the estimate in the steps pane")
struct EstimateStripTests {
    /// An estimate of the running draft: one frame in eight, each brighter than the one before.
    private func estimate(frames count: Int = 16, look: Preview.Look = .map) -> Preview {
        let frames = (0..<count).map { index in
            VideoFrame(
                width: 16, height: 9, pixels: [UInt8](repeating: UInt8(index * 255 / (count - 1)), count: 16 * 9 * 3))
        }
        return Preview(look: look, frames: frames, fps: 3)
    }

    private func busy(_ width: Int = 200, _ height: Int = 60) throws -> StudioState {
        var state = try Sample.busy(width, height)
        state.jobTold(15, .preview(estimate()))
        return state
    }

    @Test("From the first frame to the last, with the step and their numbers in the clip, and whole borders")
    func numbers() throws {
        let state = try busy()
        #expect(state.text.contains("estimate at step 5, frames 1 / 41 / 81 / 121 "))
        for line in state.lines { #expect(TextWidth.width(of: line) == 200) }
        // The last frame is the brightest, and the pictures stand under their text.
        let row = try #require(state.lines.firstIndex { $0.contains("estimate at step 5") })
        #expect(state.lines[row + 1].contains("@@@"))
        #expect(!state.lines[row].contains("plays them"))
    }

    @Test("While the preview shows something else the key that follows the job is named")
    func follow() throws {
        var state = try busy()
        state.press(.escape)
        state.press(.character("F"))
        state.jobTold(15, .preview(estimate()))
        #expect(!state.preview.followsJob && state.text.contains("F plays them"))
    }

    @Test("The last estimate stays beside the steps of the finished job, and goes with the next")
    func finished() throws {
        var state = try busy()
        state.jobTold(15, .preview(estimate(frames: 121, look: .decoded)))
        _ = state.draftFinished(try Sample.draft(15, "fox"), bytes: nil)
        #expect(state.text.contains("estimate at step 5, frames 1 / 41 / 81 / 121"))
        state.jobStarted(16, kind: .draft, recipe: try Sample.draft(16, "owl").recipe, draft: nil)
        #expect(!state.text.contains("estimate at step"))
    }

    @Test("An estimate of two frames has two, and the table of steps goes first where there are few rows")
    func room() throws {
        var state = try Sample.busy(200, 60)
        state.jobTold(15, .preview(estimate(frames: 2)))
        #expect(state.text.contains("frames 1 / 121 "))
        #expect(!(try busy(120, 40)).text.contains("estimate at step"))
    }
}
