import Glibc

/// A PNG file a frame, numbered from 1.
///
/// `clip-%04d.png` names the files. `clip.png`, without a number, becomes a folder of that name with `0001.png`,
/// `0002.png` …, or a plain file where the clip has one frame. All are written into a folder `NAME.part` first.
final class PictureSequenceSink: FrameSink {
    /// The `iTXt` keyword that keeps the clip's speed.
    static let frameRateKeyword = "frame-rate"

    let encoderName = "png"
    private let path: String
    /// Nil: a folder is written.
    private let pattern: NumberedName?
    private let partFolder: String
    private let texts: [(keyword: String, text: String)]
    private var names: [String] = []
    private var byteCount = 0
    private var isOpen = true

    init(path: String, options: VideoWriter.Options) throws(VideoError) {
        self.path = path
        let target = path.hasSuffix("/") ? String(path.reversed().drop { $0 == "/" }.reversed()) : path
        pattern = NumberedName(pattern: target)
        partFolder = target + ".part"
        texts = options.metadata.texts + [(Self.frameRateKeyword, options.frameRate.description)]
    }

    func append(_ frame: VideoFrame) throws(VideoError) {
    }

    func finish() throws(VideoError) -> Int {
        0
    }

    func cancel() {
    }
}
