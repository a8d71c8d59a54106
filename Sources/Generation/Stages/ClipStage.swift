import Diffusion
import Foundation
import Models
import VideoIO

/// A latent to a finished file: decoded and written frame by frame, so that a long clip is never whole in memory.
struct ClipStage {
    let decoder: VideoDecoderExecutor
    let grid: LatentGrid
    let recipe: Recipe
    let size: VideoSize
    let file: URL
    let wantsPreviews: Bool

    /// Widest picture of the previews.
    static let previewWidth = 640

    /// - `latent`: clean and normalised, `[tokens, channels]`.
    func run(_ latent: [Float], _ writer: ClipWriter, _ job: JobContext) throws {
        var encoding = 0.0
        var previews: [VideoFrame] = []
        try job.stage(.decode, parts: recipe.frames) {
            try DecodeStage(
                decoder: decoder, grid: grid, frameCount: recipe.frames, size: size, seed: recipe.seed
            ).run(latent, job: job) { frame in
                let start = ContinuousClock.now
                try writer.append(frame)
                if wantsPreviews {
                    let size = frame.sizeFitting(maximumWidth: Self.previewWidth, maximumHeight: Self.previewWidth)
                    previews.append(frame.resized(toWidth: size.width, height: size.height))
                }
                encoding += JobContext.seconds(since: start)
            }
        }
        let bytes = try job.stage(.encode) { try writer.finish(stop: job.stop) }
        job.add(-encoding, to: .decode)
        job.add(encoding, to: .encode)
        if wantsPreviews { job.emit(.preview(Preview(look: .decoded, frames: previews, fps: recipe.fps))) }
        job.emit(.outputWritten(file, bytes: bytes))
    }
}
