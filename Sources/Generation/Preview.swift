package import VideoIO

/// A few frames for the screen.
package struct Preview: Sendable {
    /// Where the pixels come from.
    package enum Look: String, Codable, Sendable {
        /// A linear map from the estimate's latents to colours.
        case map
        /// The decoder on the estimate, reduced to few latent cells.
        case small
        /// The decoder on the whole estimate.
        case full
        /// The decoded frames of the finished clip.
        case decoded
    }

    package var look: Look
    /// In playing order, all of one size.
    package var frames: [VideoFrame]
    /// Frames per second at which `frames` shows the clip's true speed.
    package var fps: Double
    /// How near a commit's estimate is to its draft: the correlation of their colours, 1 where they are the same.
    package var match: Double?
    /// What making it took.
    package var seconds: Double?

    package init(look: Look, frames: [VideoFrame], fps: Double, match: Double? = nil, seconds: Double? = nil) {
        self.look = look
        self.frames = frames
        self.fps = fps
        self.match = match
        self.seconds = seconds
    }
}

/// A picture of a running job's estimate that is asked for by hand, since it costs more than the map.
package enum SharperLook: String, Codable, Sendable {
    /// The decoder on the estimate, reduced to few latent cells.
    case small
    /// The decoder on the whole estimate.
    case full
}
