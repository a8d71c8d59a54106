/// One output format's half of ``VideoWriter``, which checks frame sizes, order of calls and frame count.
protocol FrameSink: AnyObject {
    /// For the summary.
    var encoderName: String { get }

    func append(_ frame: VideoFrame) throws(VideoError)

    /// Completes the file and gives it its name; asks between frames whether that is still wanted.
    ///
    /// - Returns: its bytes; nil if it was not wanted any more.
    func finish(isWanted: () -> Bool) throws(VideoError) -> Int?

    /// Removes everything written; does nothing when finished.
    func cancel()
}
