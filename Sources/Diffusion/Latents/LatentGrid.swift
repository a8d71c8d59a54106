package import Tensors

/// The positions of a video's latents: frames, rows, columns. A token is one position, frame-major, then row, then column.
///
/// Source: engine reference 4.2 and 7.
package struct LatentGrid: Sendable, Hashable {
    package let frames: Int
    package let height: Int
    package let width: Int

    package init(frames: Int, height: Int, width: Int) {
        precondition(frames > 0 && height > 0 && width > 0, "LatentGrid: \(frames) x \(height) x \(width)")
        self.frames = frames
        self.height = height
        self.width = width
    }

    /// The grid for a video of this size, padded to what the model takes.
    package init(pixelFrames: Int, pixelHeight: Int, pixelWidth: Int, scale: LatentScale = .published) {
        self.init(
            frames: scale.paddedFrames(pixelFrames) / scale.frames + 1,
            height: scale.paddedPixels(pixelHeight) / scale.pixels,
            width: scale.paddedPixels(pixelWidth) / scale.pixels)
    }

    /// Latent positions, F · H · W.
    package var tokenCount: Int { frames * height * width }

    /// - Parameter latents: `[batch, channels, frames, height, width]`.
    /// - Returns: `[batch, tokens, channels]`.
    package func tokens(from latents: Tensor) -> Tensor {
        precondition(
            latents.rank == 5 && Array(latents.shape[2...]) == [frames, height, width],
            "tokens: \(latents.shape) on \(frames) x \(height) x \(width)")
        return latents.reshaped([latents.shape[0], latents.shape[1], tokenCount]).permuted([0, 2, 1])
    }

    /// - Parameter tokens: `[batch, tokens, channels]`.
    /// - Returns: `[batch, channels, frames, height, width]`.
    package func latents(from tokens: Tensor) -> Tensor {
        precondition(tokens.rank == 3 && tokens.shape[1] == tokenCount, "latents: \(tokens.shape) for \(tokenCount)")
        return tokens.permuted([0, 2, 1]).reshaped([tokens.shape[0], tokens.shape[2], frames, height, width])
    }

    /// Frame, row and column of every token in latent units, `[3][tokens]`.
    package var coordinates: [[Int]] {
        let tokens = 0..<tokenCount
        return [
            tokens.map { $0 / (height * width) }, tokens.map { $0 / width % height }, tokens.map { $0 % width },
        ]
    }

    /// Time in seconds and place in pixels of every token.
    ///
    /// - Parameters:
    ///   - frameRate: frames a second.
    ///   - isCausal: the first latent frame stands for one frame, so that later ones start at 1, 9, 17, …
    ///   - scale: frames and pixels of one latent position.
    ///   - batch: how often the grid is repeated.
    /// - Returns: `[batch, 3, tokens]`.
    package func indices(
        frameRate: Double, isCausal: Bool, scale: LatentScale = .published, batch: Int = 1
    ) -> Tensor {
        precondition(frameRate > 0 && batch > 0, "indices: \(frameRate) frames a second, batch \(batch)")
        let secondsPerFrame = Float(1 / frameRate)
        let places = coordinates
        let seconds = places[0].map { frame in
            let index = isCausal ? max(0, scale.frames * frame + 1 - scale.frames) : scale.frames * frame
            return Float(index) * secondsPerFrame
        }
        let pixels = places[1...].joined().map { Float(scale.pixels * $0) }
        let values = Array(repeating: seconds + pixels, count: batch).flatMap { $0 }
        return Tensor(values, shape: [batch, 3, tokenCount])
    }
}
