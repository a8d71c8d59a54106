/// Reads a clip frame by frame: any file FFmpeg decodes, a folder of PNG files, or a `%04d` pattern of them.
///
/// Calls block while they decode; use one thread at a time. Only local files are opened.
package final class VideoReader {
    package let path: String
    /// Size as stored in the file.
    package var width: Int { source.width }
    package var height: Int { source.height }
    /// Size of the frames handed out, at most the maximum asked for.
    package var frameWidth: Int { source.frameWidth }
    package var frameHeight: Int { source.frameHeight }
    package var frameRate: FrameRate { source.frameRate }
    /// Nil where the file does not say.
    package var duration: Duration? { source.duration }
    /// As the file says, or from its duration; nil where it says neither. Reading may give another count.
    package var frameCount: Int? { source.frameCount }
    /// For people: `h264`, `vp9`, `png` …
    package var codecName: String { source.codecName }
    package var metadata: ContainerMetadata { source.metadata }

    private let source: any FrameSource

    /// Opens a clip. Frames are reduced to fit `maximumSize`, keeping their shape; nil hands them out as stored.
    ///
    /// - Throws: ``VideoError``.
    package init(path: String, maximumSize: (width: Int, height: Int)? = nil) throws(VideoError) {
        self.path = path
        if let pictures = try PictureSequenceSource.find(path) {
            source = try PictureSequenceSource(path: path, files: pictures, maximumSize: maximumSize)
        } else {
            source = try DemuxedSource(path: path, maximumSize: maximumSize)
        }
    }

    /// The next frame in playing order, nil after the last.
    ///
    /// - Throws: ``VideoError/damaged(path:frameCount:reason:)`` where the file ends early.
    package func nextFrame() throws(VideoError) -> VideoFrame? { try source.nextFrame() }

    /// Goes back to the first frame.
    package func rewind() throws(VideoError) { try source.rewind() }

    /// The rest of the clip, at most `limit` frames.
    package func frames(limit: Int = .max) throws(VideoError) -> [VideoFrame] {
        var frames: [VideoFrame] = []
        while frames.count < limit, let frame = try nextFrame() { frames.append(frame) }
        return frames
    }
}
