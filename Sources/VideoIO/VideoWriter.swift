/// Writes a clip frame by frame; the name's ending says the format (``VideoContainer``).
///
/// The file grows as `NAME.part` beside the target and takes its name in ``finish()``. An error, ``cancel()`` and the
/// end of the writer's life remove it. Calls block until the frame is taken; use one thread at a time.
package final class VideoWriter {
    package struct Options: Sendable, Hashable {
        package var frameRate: FrameRate
        /// Nil: the container's own.
        package var codec: VideoCodec?
        /// 0 (largest file) to 51, as x264's constant rate factor; other encoders get an equivalent.
        package var quality: Int
        package var metadata: ContainerMetadata
        /// Encoder threads; nil: one a core.
        package var threadCount: Int?

        package init(
            frameRate: FrameRate = 24, codec: VideoCodec? = nil, quality: Int = 18,
            metadata: ContainerMetadata = ContainerMetadata(), threadCount: Int? = nil
        ) {
            self.frameRate = frameRate
            self.codec = codec
            self.quality = quality
            self.metadata = metadata
            self.threadCount = threadCount
        }
    }

    /// What was written.
    package struct Summary: Sendable, Hashable {
        package var path: String
        package var frameCount: Int
        package var byteCount: Int
        /// libavcodec's name of the encoder, `gif` or `png`.
        package var encoder: String
    }

    package let path: String
    package let container: VideoContainer
    /// Frames taken so far.
    package private(set) var frameCount = 0
    private let width: Int
    private let height: Int
    /// Nil once finished, cancelled or failed.
    private var sink: (any FrameSink)?

    /// Opens the file; encoders and folders are checked here, before anything is rendered.
    ///
    /// Sides are 1 to 16384 pixels. H.264 has even sides only: the last column or row is repeated where it needs one.
    /// `codecs` says which encoders may be used; a test passes fewer.
    ///
    /// - Throws: ``VideoError``.
    package init(
        path: String, width: Int, height: Int, options: Options = Options(), codecs: Codecs = .installed
    ) throws(VideoError) {
        guard (1...16384).contains(width), (1...16384).contains(height) else {
            throw .badValue("A video of \(width)x\(height) cannot be written: sides are 1 to 16384 pixels.")
        }
        guard (0...51).contains(options.quality) else {
            throw .badValue("The quality is \(options.quality), but must be 0 (best) to 51.")
        }
        container = try VideoContainer(path: path)
        try options.metadata.check(limit: container.metadataLimitBytes)
        self.path = path
        self.width = width
        self.height = height
        switch container {
        case .mp4, .mov, .matroska, .webm:
            sink = try MuxedSink(
                path: path, container: container, width: width, height: height, options: options, codecs: codecs)
        case .gif:
            sink = try AnimatedGIFSink(path: path, width: width, height: height, options: options)
        case .pictures:
            sink = try PictureSequenceSink(path: path, options: options)
        }
    }

    deinit { cancel() }

    /// Encodes one frame; blocks until the encoder has taken it.
    ///
    /// - Throws: ``VideoError``; the writer is cancelled then.
    package func append(_ frame: VideoFrame) throws(VideoError) {
        guard let sink else { throw .badValue("This clip is finished or was cancelled; it takes no more frames.") }
        do throws(VideoError) {
            guard frame.width == width, frame.height == height else {
                throw .badValue("A frame of \(frame.width)x\(frame.height) does not fit a clip of \(width)x\(height).")
            }
            try sink.append(frame)
        } catch {
            cancel()
            throw error
        }
        frameCount += 1
    }

    /// Completes the file, puts it on the disk and gives it its name. Frames still inside the encoder can take
    /// seconds; `isWanted` is asked between them, and ends the wait with false. By default it follows the task.
    ///
    /// - Throws: ``VideoError`` or `CancellationError`; nothing is left on the disk then.
    @discardableResult
    package func finish(isWanted: () -> Bool = { !Task.isCancelled }) throws -> Summary {
        guard let sink else { throw VideoError.badValue("This clip is finished or was cancelled already.") }
        do {
            guard frameCount > 0 else { throw VideoError.badValue("A clip needs at least one frame.") }
            guard let byteCount = try sink.finish(isWanted: isWanted) else { throw CancellationError() }
            self.sink = nil
            return Summary(path: path, frameCount: frameCount, byteCount: byteCount, encoder: sink.encoderName)
        } catch {
            cancel()
            throw error
        }
    }

    /// Removes what was written; does nothing after ``finish()``.
    package func cancel() {
        sink?.cancel()
        sink = nil
    }

    /// Writes a whole clip at once.
    ///
    /// - Throws: ``VideoError``, also for no frames, or `CancellationError`.
    @discardableResult
    package static func write(
        _ frames: [VideoFrame], to path: String, options: Options = Options()
    ) throws -> Summary {
        guard let first = frames.first else { throw VideoError.badValue("A clip needs at least one frame.") }
        let writer = try VideoWriter(path: path, width: first.width, height: first.height, options: options)
        for frame in frames { try writer.append(frame) }
        return try writer.finish()
    }
}
