/// Animated GIF.
final class AnimatedGIFSink: FrameSink {
    let encoderName = "gif"
    init(path: String, width: Int, height: Int, options: VideoWriter.Options) throws(VideoError) {
    }

    func append(_ frame: VideoFrame) throws(VideoError) {
    }

    func finish() throws(VideoError) -> Int {
        0
    }

    func cancel() {
    }
}
