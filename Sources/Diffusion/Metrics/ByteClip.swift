/// A clip of byte samples, `[frames, height, width, channels]`, as metrics compare them.
package struct ByteClip: Sendable, Equatable {
    package let frames: Int
    package let height: Int
    package let width: Int
    package let channels: Int
    package let bytes: [UInt8]

    package init(frames: Int, height: Int, width: Int, channels: Int = 3, bytes: [UInt8]) {
        precondition(
            bytes.count == frames * height * width * channels,
            "ByteClip: \(bytes.count) bytes for \(frames) x \(height) x \(width) x \(channels)")
        self.frames = frames
        self.height = height
        self.width = width
        self.channels = channels
        self.bytes = bytes
    }

    /// Samples of one frame.
    var frameSize: Int { height * width * channels }

    func requireSameShape(as other: ByteClip) {
        precondition(
            frames == other.frames && height == other.height && width == other.width && channels == other.channels,
            "ByteClip: \(frames) x \(height) x \(width) and \(other.frames) x \(other.height) x \(other.width)")
    }
}
