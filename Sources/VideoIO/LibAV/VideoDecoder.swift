import CLibAV

/// One open decoder: packets in, RGB frames out at the size asked for.
final class VideoDecoder {
    private var context: UnsafeMutablePointer<AVCodecContext>?
    private let decoded: LibraryFrame
    /// At the size the stream announces, even where a frame has another.
    private let rgb: LibraryFrame
    private let frameWidth: Int
    private let frameHeight: Int
    private var converter: FrameConverter?

    /// Opens the decoder; frames are handed out at `frameWidth` by `frameHeight`. A `threadCount` of 0 is
    /// one a core.
    init(
        stream: UnsafeMutablePointer<AVStream>, decoder: UnsafePointer<AVCodec>, frameWidth: Int, frameHeight: Int,
        threadCount: Int
    ) throws(LibraryError) {
        self.frameWidth = frameWidth
        self.frameHeight = frameHeight
        let parameters = stream.pointee.codecpar.pointee
        decoded = try LibraryFrame()
        rgb = try LibraryFrame(
            width: Int(parameters.width), height: Int(parameters.height), format: AV_PIX_FMT_RGB24)
        context = avcodec_alloc_context3(decoder)
        guard let context else { throw .outOfMemory }
        try check(avcodec_parameters_to_context(context, stream.pointee.codecpar))
        context.pointee.thread_count = Int32(threadCount)
        context.pointee.pkt_timebase = stream.pointee.time_base
        context.pointee.max_pixels = Int64(Self.maximumPixelCount)
        try check(avcodec_open2(context, decoder, nil))
    }

    deinit { avcodec_free_context(&context) }

    /// 16384x8192; a larger picture is a mistake or an attack.
    static let maximumPixelCount = 1 << 27

    /// Hands a packet over, nil at the end of the file.
    ///
    /// - Returns: false if frames must be taken first.
    func send(_ packet: UnsafeMutablePointer<AVPacket>?) throws(LibraryError) -> Bool {
        let result = avcodec_send_packet(context, packet)
        if result == clibav_error_again() { return false }
        if result == clibav_error_end() { return true }
        try check(result)
        return true
    }

    enum Outcome {
        case frame(VideoFrame)
        case needsInput
        case end
    }

    func receive() throws(LibraryError) -> Outcome {
        guard let frame = decoded.pointer else { throw .outOfMemory }
        let result = avcodec_receive_frame(context, frame)
        if result == clibav_error_again() { return .needsInput }
        if result == clibav_error_end() { return .end }
        try check(result)
        defer { av_frame_unref(frame) }
        try convert(frame.pointee)
        // libswscale could reduce as well, but less exactly.
        return .frame(rgb.picture().resized(toWidth: frameWidth, height: frameHeight))
    }

    /// Forgets what is inside, after a jump in the file.
    func flush() { avcodec_flush_buffers(context) }

    private func convert(_ frame: AVFrame) throws(LibraryError) {
        let source = Self.layout(of: frame)
        let target = FrameConverter.Layout(
            width: rgb.width, height: rgb.height, format: AV_PIX_FMT_RGB24, isFullRange: true)
        let current: FrameConverter
        if let converter, converter.source == source {
            current = converter
        } else {
            current = try FrameConverter(from: source, to: target)
            converter = current
        }
        try current.convert(decoded, into: rgb)
    }

    /// What the frame says of itself, and what files that say nothing mean.
    private static func layout(of frame: AVFrame) -> FrameConverter.Layout {
        let (format, isFullRangeFormat) = plainFormat(AVPixelFormat(rawValue: frame.format))
        var layout = FrameConverter.Layout(width: Int(frame.width), height: Int(frame.height), format: format)
        let isRGB = (av_pix_fmt_desc_get(format)?.pointee.flags ?? 0) & UInt64(AV_PIX_FMT_FLAG_RGB) != 0
        layout.isFullRange = isRGB || isFullRangeFormat || frame.color_range == AVCOL_RANGE_JPEG
        layout.matrix =
            switch frame.colorspace {
            case AVCOL_SPC_BT709: SWS_CS_ITU709
            case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: SWS_CS_ITU601
            case AVCOL_SPC_SMPTE240M: SWS_CS_SMPTE240M
            case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: SWS_CS_BT2020
            case AVCOL_SPC_FCC: SWS_CS_FCC
            // JPEG pictures are BT.601; of video that says nothing, players take HD for BT.709.
            default: isFullRangeFormat || frame.height < 720 ? SWS_CS_ITU601 : SWS_CS_ITU709
            }
        switch frame.chroma_location {
        case AVCHROMA_LOC_CENTER: (layout.chromaX, layout.chromaY) = (128, 128)
        case AVCHROMA_LOC_TOPLEFT: (layout.chromaX, layout.chromaY) = (0, 0)
        case AVCHROMA_LOC_TOP: (layout.chromaX, layout.chromaY) = (128, 0)
        default: break
        }
        return layout
    }

    /// The JPEG-range formats are deprecated names for the same memory.
    private static func plainFormat(_ format: AVPixelFormat) -> (AVPixelFormat, isFullRange: Bool) {
        switch format {
        case AV_PIX_FMT_YUVJ420P: (AV_PIX_FMT_YUV420P, true)
        case AV_PIX_FMT_YUVJ422P: (AV_PIX_FMT_YUV422P, true)
        case AV_PIX_FMT_YUVJ444P: (AV_PIX_FMT_YUV444P, true)
        case AV_PIX_FMT_YUVJ440P: (AV_PIX_FMT_YUV440P, true)
        default: (format, false)
        }
    }
}
