package import Generation
import TerminalKit
import VideoIO

/// A few small frames of a job's last estimate, for the steps pane: the preview may show another clip meanwhile, and
/// when the job is done its clip.
package struct EstimateStrip: Sendable {
    package let job: Int
    package let step: Int
    /// In playing order, each with its number in the clip, 1-based.
    let frames: [(number: Int, picture: PixelFrame)]

    /// Frames that are kept, from the first to the last.
    private static let frameCount = 4
    /// Widest and highest picture, in pixels: more than any strip has cells for.
    private static let pixelLimit = 96

    /// `clipFrames`: of the whole clip, of which an estimate may have one in eight.
    package init(_ shown: Preview, job: Int, step: Int, clipFrames: Int) {
        self.job = job
        self.step = step
        let last = shown.frames.count - 1
        let count = min(Self.frameCount, shown.frames.count)
        frames = (0..<count).map { place in
            let index = place * last / max(count - 1, 1)
            let frame = shown.frames[index]
            let size = frame.sizeFitting(maximumWidth: Self.pixelLimit, maximumHeight: Self.pixelLimit)
            let number = 1 + index * max(clipFrames - 1, 0) / max(last, 1)
            return (number, frame.resized(toWidth: size.width, height: size.height).pixelFrame)
        }
    }
}
