package import VideoIO

/// The guidance features of a draft behind one block, as colours: their first three principal components are red, green
/// and blue, as in the paper's figure 2.
package struct FeaturePicture: Sendable, Equatable {
    /// The transformer block, from 0.
    package var block: Int
    /// One for each latent frame, a pixel for each token.
    package var frames: [VideoFrame]
    /// What must be said beside it; nil: nothing.
    package var note: String?

    package init(block: Int, frames: [VideoFrame], note: String? = nil) {
        self.block = block
        self.frames = frames
        self.note = note
    }
}
