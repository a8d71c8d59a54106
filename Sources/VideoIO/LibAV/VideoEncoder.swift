import CLibAV

/// One open encoder: RGB frames in, packets out.
final class VideoEncoder {
    let name: String
    private(set) var context: UnsafeMutablePointer<AVCodecContext>?
    private let rgb: LibraryFrame
    private let yuv: LibraryFrame
    private let converter: FrameConverter
    private var packet: UnsafeMutablePointer<AVPacket>?
    private var nextTime: Int64 = 0

    /// Opens the first of the codec's encoders that is there and works.
    ///
    /// - Throws: ``LibraryError`` of the last that failed; nil is returned where there is none at all.
    static func open(
        _ codec: VideoCodec, codecs: Codecs, width: Int, height: Int, options: VideoWriter.Options
    ) throws(LibraryError) -> VideoEncoder? {
        var failure: LibraryError?
        for name in codec.encoders where codecs.encoders.contains(name) {
            do throws(LibraryError) {
                return try VideoEncoder(name: name, width: width, height: height, options: options)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return nil
    }

    private init(
        name: String, width: Int, height: Int, options: VideoWriter.Options
    ) throws(LibraryError) {
        // 4:2:0 H.264 has even sides only; the VPx and AV1 encoders take any.
        let isEven = name == "libx264" || name == "libopenh264"
        let codedWidth = isEven ? width + width % 2 : width
        let codedHeight = isEven ? height + height % 2 : height
        self.name = name
        rgb = try LibraryFrame(width: codedWidth, height: codedHeight, format: AV_PIX_FMT_RGB24)
        yuv = try LibraryFrame(width: codedWidth, height: codedHeight, format: AV_PIX_FMT_YUV420P)
        converter = try FrameConverter(
            from: .init(width: codedWidth, height: codedHeight, format: AV_PIX_FMT_RGB24, isFullRange: true),
            to: .init(width: codedWidth, height: codedHeight, format: AV_PIX_FMT_YUV420P))
        packet = av_packet_alloc()
        guard let codec = avcodec_find_encoder_by_name(name) else { throw .system(clibav_error_invalid_data()) }
        context = avcodec_alloc_context3(codec)
        guard let context, packet != nil else { throw .outOfMemory }
        let settings = EncoderSettings(
            encoder: name, quality: options.quality, width: width, height: height, frameRate: options.frameRate)
        Self.configure(&context.pointee, width: codedWidth, height: codedHeight, options: options)
        context.pointee.bit_rate = settings.bitRate
        // Every container here keeps codec headers apart from the packets.
        context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
        for (name, value) in settings.options { try check(av_opt_set(context.pointee.priv_data, name, value, 0)) }
        try check(avcodec_open2(context, codec, nil))
        tagColour()
    }

    deinit {
        avcodec_free_context(&context)
        av_packet_free(&packet)
    }

    private static func configure(
        _ context: inout AVCodecContext, width: Int, height: Int, options: VideoWriter.Options
    ) {
        let rate = AVRational(num: Int32(options.frameRate.numerator), den: Int32(options.frameRate.denominator))
        context.width = Int32(width)
        context.height = Int32(height)
        context.pix_fmt = AV_PIX_FMT_YUV420P
        context.framerate = rate
        context.time_base = AVRational(num: rate.den, den: rate.num)
        context.sample_aspect_ratio = AVRational(num: 1, den: 1)
        context.color_primaries = AVCOL_PRI_BT709
        context.color_trc = AVCOL_TRC_BT709
        context.colorspace = AVCOL_SPC_BT709
        context.color_range = AVCOL_RANGE_MPEG
        context.chroma_sample_location = AVCHROMA_LOC_LEFT
        // A key frame every two seconds keeps scrubbing quick.
        context.gop_size = Int32(min(600, max(1, (options.frameRate.framesPerSecond * 2).rounded())))
        context.thread_count = Int32(options.threadCount ?? 0)
    }

    private func tagColour() {
        guard let frame = yuv.pointer else { return }
        frame.pointee.color_primaries = AVCOL_PRI_BT709
        frame.pointee.color_trc = AVCOL_TRC_BT709
        frame.pointee.colorspace = AVCOL_SPC_BT709
        frame.pointee.color_range = AVCOL_RANGE_MPEG
        frame.pointee.chroma_location = AVCHROMA_LOC_LEFT
    }

    /// Encodes one picture and hands each packet that is ready to `write`, times in the encoder's base.
    func encode(
        _ picture: VideoFrame, write: (UnsafeMutablePointer<AVPacket>) throws(LibraryError) -> Void
    ) throws(LibraryError) {
        guard let frame = yuv.pointer else { throw .outOfMemory }
        rgb.fill(from: picture)
        // The encoder may still hold the last picture's memory.
        try check(av_frame_make_writable(frame))
        try converter.convert(rgb, into: yuv)
        frame.pointee.pts = nextTime
        nextTime += 1
        try send(frame, isWanted: { true }, write: write)
    }

    /// Hands the packets still inside the encoder to `write`.
    ///
    /// - Returns: false if they were not wanted any more.
    func flush(
        isWanted: () -> Bool, write: (UnsafeMutablePointer<AVPacket>) throws(LibraryError) -> Void
    ) throws(LibraryError) -> Bool {
        try send(nil, isWanted: isWanted, write: write)
    }

    @discardableResult
    private func send(
        _ frame: UnsafeMutablePointer<AVFrame>?, isWanted: () -> Bool,
        write: (UnsafeMutablePointer<AVPacket>) throws(LibraryError) -> Void
    ) throws(LibraryError) -> Bool {
        // Packets are taken after each frame, so the encoder never refuses one.
        try check(avcodec_send_frame(context, frame))
        guard let packet else { throw .outOfMemory }
        while isWanted() {
            let result = avcodec_receive_packet(context, packet)
            if result == clibav_error_again() || result == clibav_error_end() { return true }
            try check(result)
            if packet.pointee.duration == 0 { packet.pointee.duration = 1 }
            try write(packet)
            av_packet_unref(packet)
        }
        return false
    }
}
