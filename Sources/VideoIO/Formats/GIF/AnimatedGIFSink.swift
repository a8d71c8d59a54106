/// Animated GIF, looping for ever, with one palette for the whole clip so that colours do not flicker.
///
/// The palette is known only when all frames are: until then they wait, uncompressed, in a file without a name beside
/// the target. GIF counts time in hundredths of a second and players slow down below two of them, so above 50 frames
/// a second some are left out.
final class AnimatedGIFSink: FrameSink {
    let encoderName = "gif"
    private let path: String
    private let part: PartFile
    private let spool: FrameSpool
    private let width: Int
    private let height: Int
    private let frameRate: FrameRate
    private let comment: String?
    private var histogram = ColourHistogram()
    /// When each kept frame begins, in hundredths of a second.
    private var startTimes: [Int] = []
    private var appendedCount = 0

    init(path: String, width: Int, height: Int, options: VideoWriter.Options) throws(VideoError) {
        self.path = path
        self.width = width
        self.height = height
        frameRate = options.frameRate
        comment = options.metadata.comment
        part = try PartFile(path: path)
        spool = try FrameSpool(path: path, width: width, height: height)
    }

    func append(_ frame: VideoFrame) throws(VideoError) {
        let time = self.time(ofFrame: appendedCount)
        appendedCount += 1
        if let last = startTimes.last, time - last < 2 { return }
        try spool.append(frame)
        histogram.add(frame)
        startTimes.append(time)
    }

    func finish(isWanted: () -> Bool) throws(VideoError) -> Int? {
        // One index of 256 means "as in the frame before".
        let palette = Palette(histogram.bins(), maximumCount: 255)
        var dither = OrderedDither(palette)
        var stream = GIFStream(width: width, height: height, palette: palette)
        stream.writeHeader(comment: comment)
        let endTime = max(time(ofFrame: appendedCount), (startTimes.last ?? 0) + 2)
        for index in startTimes.indices {
            guard isWanted() else { return nil }
            let indices = dither.indices(of: try spool.frame(index))
            let next = index + 1 < startTimes.count ? startTimes[index + 1] : endTime
            stream.writeFrame(indices, delay: next - startTimes[index])
            try part.write(stream.takeBytes())
        }
        stream.writeEnd()
        try part.write(stream.takeBytes())
        let byteCount = part.byteCount
        try part.commit()
        return byteCount
    }

    func cancel() {
        part.discard()
        spool.discard()
    }

    /// In hundredths of a second, rounded so that errors do not add up.
    private func time(ofFrame index: Int) -> Int {
        (index * 100 * frameRate.denominator * 2 + frameRate.numerator) / (2 * frameRate.numerator)
    }
}
