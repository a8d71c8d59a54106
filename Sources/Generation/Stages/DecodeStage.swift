import Diffusion
import Foundation
import Kernels
import Models
import VideoIO

/// Latents to frames, one by one.
struct DecodeStage {
    let decoder: VideoDecoderExecutor
    let grid: LatentGrid
    /// Pixel frames and size that are kept; the latent's own may be larger by padding.
    let frameCount: Int
    let size: VideoSize
    /// Seeds the noise that decoders with timestep conditioning mix in.
    let seed: UInt32

    /// ltx_video's settings for all published decoders.
    private static let timestep: Float = 0.05
    private static let noiseScale: Float = 0.025

    /// - `latent`: normalised tokens, `[tokens, channels]`.
    /// - `emit`: takes the frames in order.
    func run(_ latent: [Float], job: JobContext, emit: (VideoFrame) throws -> Void) throws {
        let channels = decoder.configuration.latentChannels
        let (means, deviations) = decoder.statistics
        var random = RandomSource(seed: UInt64(seed))
        var mixed = latent
        if decoder.configuration.hasTimestepConditioning {
            let noise = random.normal(count: latent.count)
            for index in mixed.indices {
                mixed[index] = mixed[index] * (1 - Self.noiseScale) + noise[index] * Self.noiseScale
            }
        }
        let stream = decoder.stream(
            rows: grid.height, columns: grid.width, timestep: Self.timestep,
            noiseMap: { rows, columns in random.normal(count: rows * columns) }, stop: job.stop)
        var count = 0
        func take(_ frame: DecodedFrame) throws {
            guard count < frameCount else { return }
            count += 1
            var picture = VideoFrame(
                width: frame.width, height: frame.height, pixels: frame.bytes(parallel: decoder.parallel))
            if frame.width != size.width || frame.height != size.height {
                picture = picture.cropped(
                    x: (frame.width - size.width) / 2, y: (frame.height - size.height) / 2, width: size.width,
                    height: size.height)
            }
            try emit(picture)
            job.emit(.partsFinished(.decode, parts: count, count: frameCount))
        }
        let cells = grid.height * grid.width
        var raw = [Float](repeating: 0, count: channels * cells)
        for frame in 0..<grid.frames {
            for cell in 0..<cells {
                let token = (frame * cells + cell) * channels
                for channel in 0..<channels {
                    raw[channel * cells + cell] = mixed[token + channel] * deviations[channel] + means[channel]
                }
            }
            try stream.push(raw, rows: grid.height, columns: grid.width, take)
        }
        try stream.finish(take)
    }
}
