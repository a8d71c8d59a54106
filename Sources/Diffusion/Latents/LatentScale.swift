/// How many frames and pixels one latent position stands for.
package struct LatentScale: Sendable, Hashable {
    /// Frames per latent frame; the first latent frame stands for one frame only.
    package let frames: Int
    /// Pixels per latent row and column.
    package let pixels: Int

    package init(frames: Int, pixels: Int) {
        precondition(frames > 0 && pixels > 0, "LatentScale: \(frames) frames, \(pixels) pixels")
        self.frames = frames
        self.pixels = pixels
    }

    /// All published LTX autoencoders.
    package static let published = LatentScale(frames: 8, pixels: 32)

    /// The number of frames the model works on for a wanted number: the next k · 8 + 1.
    package func paddedFrames(_ count: Int) -> Int {
        precondition(count > 0, "paddedFrames: \(count)")
        return (count - 1 + frames - 1) / frames * frames + 1
    }

    /// The height or width the model works on for a wanted one: the next multiple of 32.
    package func paddedPixels(_ count: Int) -> Int {
        precondition(count > 0, "paddedPixels: \(count)")
        return (count + pixels - 1) / pixels * pixels
    }
}
