import CLibAV

/// Any file that FFmpeg opens and decodes.
final class DemuxedSource: FrameSource {
    let width: Int
    let height: Int
    let frameWidth: Int
    let frameHeight: Int
    let frameRate: FrameRate
    let duration: Duration?
    let frameCount: Int?
    let codecName: String
    let metadata: ContainerMetadata

    private let path: String
    private let demuxer: Demuxer
    private let decoder: VideoDecoder
    private let streamIndex: Int32
    private let startTime: Int64
    private var packet: UnsafeMutablePointer<AVPacket>?
    private var deliveredCount = 0
    /// Where the pictures read so far end, in the stream's time base.
    private var endTime: Int64 = 0
    /// What went wrong with the file, reported once the frames before it are out.
    private var damage: String?

    init(path: String, maximumSize: (width: Int, height: Int)?) throws(VideoError) {
        self.path = path
        demuxer = try Demuxer(path: path)
        let (stream, codec) = try demuxer.findVideo(path: path)
        let parameters = stream.pointee.codecpar.pointee
        let (width, height) = (Int(parameters.width), Int(parameters.height))
        guard width > 0, height > 0 else {
            throw .damaged(path: path, frameCount: 0, reason: "not even the size of its pictures is known")
        }
        guard width * height <= VideoDecoder.maximumPixelCount else {
            throw .cannotRead(path: path, reason: "pictures of \(width)x\(height) are too large")
        }
        self.width = width
        self.height = height
        (frameWidth, frameHeight) = VideoFrame.fittingSize(width: width, height: height, maximum: maximumSize)
        frameRate = Self.frameRate(of: stream.pointee)
        duration = Self.duration(of: stream.pointee, in: demuxer)
        frameCount = Self.frameCount(of: stream.pointee, duration: duration, frameRate: frameRate)
        codecName = String(cString: avcodec_get_name(parameters.codec_id))
        metadata = parameters.codec_id == AV_CODEC_ID_PNG ? PNGText.metadata(of: path) : demuxer.metadata
        streamIndex = stream.pointee.index
        startTime = stream.pointee.start_time == clibav_no_time() ? 0 : stream.pointee.start_time
        packet = av_packet_alloc()
        do throws(LibraryError) {
            // A single picture gains nothing from threads, and waits for them.
            decoder = try VideoDecoder(
                stream: stream, decoder: codec, frameWidth: frameWidth, frameHeight: frameHeight,
                threadCount: frameCount == 1 ? 1 : 0)
        } catch {
            throw .cannotRead(path: path, reason: error.text)
        }
    }

    deinit { av_packet_free(&packet) }

    func nextFrame() throws(VideoError) -> VideoFrame? {
        LibraryLog.begin()
        let frame: VideoFrame?
        do throws(LibraryError) {
            frame = try decodeFrame()
        } catch {
            throw .damaged(path: path, frameCount: deliveredCount, reason: error.text)
        }
        if frame == nil, let damage { throw .damaged(path: path, frameCount: deliveredCount, reason: damage) }
        deliveredCount += frame == nil ? 0 : 1
        return frame
    }

    func rewind() throws(VideoError) {
        LibraryLog.begin()
        let result = av_seek_frame(demuxer.context, streamIndex, startTime, AVSEEK_FLAG_BACKWARD)
        guard result >= 0 else { throw .cannotRead(path: path, reason: LibraryError(result).text) }
        decoder.flush()
        deliveredCount = 0
        endTime = 0
        damage = nil
    }

    private func decodeFrame() throws(LibraryError) -> VideoFrame? {
        while true {
            switch try decoder.receive() {
            case .frame(let frame): return frame
            case .end: return nil
            case .needsInput: try feed()
            }
        }
    }

    /// Gives the decoder the stream's next packet, or tells it that there is none.
    private func feed() throws(LibraryError) {
        guard let packet else { throw .outOfMemory }
        while true {
            let result = av_read_frame(demuxer.context, packet)
            if result < 0 {
                noteEnd(result)
                _ = try decoder.send(nil)
                return
            }
            defer { av_packet_unref(packet) }
            guard packet.pointee.stream_index == streamIndex else { continue }
            if packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 { damage = "a part of the data is missing" }
            noteTime(of: packet.pointee)
            _ = try decoder.send(packet)
            return
        }
    }

    private func noteTime(of packet: AVPacket) {
        guard packet.pts != clibav_no_time() else { return }
        endTime = max(endTime, packet.pts &- startTime &+ max(0, packet.duration))
    }

    /// Tells the end of the clip from the end of a file that was cut off.
    private func noteEnd(_ result: Int32) {
        let fileError = demuxer.context?.pointee.pb?.pointee.error ?? 0
        if result != clibav_error_end() {
            damage = LibraryError(result).text
        } else if fileError < 0, fileError != clibav_error_end() {
            damage = LibraryError(fileError).text
        } else if demuxer.lacksEnd(path: path, stream: streamIndex, endTime: endTime) {
            damage = "the file ends too early"
        }
    }

    private static func frameRate(of stream: AVStream) -> FrameRate {
        for rate in [stream.avg_frame_rate, stream.r_frame_rate] where rate.num > 0 && rate.den > 0 {
            return FrameRate(Int(rate.num), over: Int(rate.den))
        }
        return 25
    }

    private static func duration(of stream: AVStream, in demuxer: Demuxer) -> Duration? {
        if stream.duration > 0, stream.time_base.den > 0 {
            return .seconds(Double(stream.duration) * Double(stream.time_base.num) / Double(stream.time_base.den))
        }
        guard let whole = demuxer.context?.pointee.duration, whole > 0 else { return nil }
        return .seconds(Double(whole) / Double(clibav_time_base()))
    }

    private static func frameCount(of stream: AVStream, duration: Duration?, frameRate: FrameRate) -> Int? {
        if stream.nb_frames > 0 { return Int(stream.nb_frames) }
        guard let duration else { return nil }
        return max(1, Int((duration / .seconds(1) * frameRate.framesPerSecond).rounded()))
    }
}
