import Glibc

/// A folder of PNG files, or the files a `%04d` pattern names, as a clip.
final class PictureSequenceSource: FrameSource {
    let width: Int
    let height: Int
    let frameWidth: Int
    let frameHeight: Int
    let frameRate: FrameRate
    let metadata: ContainerMetadata
    let codecName = "png"
    var frameCount: Int? { files.count }
    var duration: Duration? { .seconds(Double(files.count) / frameRate.framesPerSecond) }

    private let path: String
    private let files: [String]
    private let maximumSize: (width: Int, height: Int)?
    private var nextIndex = 0

    /// Opens a sequence of at least one file; the first gives size, rate and texts.
    init(path: String, files: [String], maximumSize: (width: Int, height: Int)?) throws(VideoError) {
        let first = try DemuxedSource(path: files[0], maximumSize: maximumSize)
        self.path = path
        self.files = files
        self.maximumSize = maximumSize
        (width, height) = (first.width, first.height)
        (frameWidth, frameHeight) = (first.frameWidth, first.frameHeight)
        let texts = PNGText.texts(of: files[0])
        metadata = PNGText.metadata(of: files[0])
        frameRate = texts[PictureSequenceSink.frameRateKeyword].flatMap { FrameRate(text: $0) } ?? 24
    }

    func nextFrame() throws(VideoError) -> VideoFrame? {
        guard nextIndex < files.count else { return nil }
        let source = try DemuxedSource(path: files[nextIndex], maximumSize: maximumSize)
        guard let frame = try source.nextFrame() else { throw .noVideo(path: files[nextIndex]) }
        nextIndex += 1
        guard frame.width == frameWidth, frame.height == frameHeight else {
            return frame.resized(toWidth: frameWidth, height: frameHeight)
        }
        return frame
    }

    func rewind() throws(VideoError) { nextIndex = 0 }

    /// The pictures a path stands for, in order; nil where it is not a folder or pattern.
    ///
    /// - Throws: ``VideoError/noVideo(path:)`` where it is one, without pictures.
    static func find(_ path: String) throws(VideoError) -> [String]? {
        var status = stat()
        let exists = stat(path, &status) == 0
        if !exists, let pattern = NumberedName(pattern: path) {
            let files = pattern.existingFiles()
            guard !files.isEmpty else { throw .noVideo(path: path) }
            return files
        }
        guard exists, status.st_mode & S_IFMT == S_IFDIR else { return nil }
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        let names = FolderListing.names(of: folder).filter { $0.lowercased().hasSuffix(".png") && !$0.hasPrefix(".") }
        guard !names.isEmpty else { throw .noVideo(path: path) }
        return names.sorted().map { "\(folder)/\($0)" }
    }
}
