/// One input format's half of ``VideoReader``.
protocol FrameSource: AnyObject {
    var width: Int { get }
    var height: Int { get }
    var frameWidth: Int { get }
    var frameHeight: Int { get }
    var frameRate: FrameRate { get }
    var duration: Duration? { get }
    var frameCount: Int? { get }
    var codecName: String { get }
    var metadata: ContainerMetadata { get }

    func nextFrame() throws(VideoError) -> VideoFrame?
    func rewind() throws(VideoError)
}
