import CLibAV

/// RGB pictures to the bytes of PNG files.
enum PNGEncoder {
    /// Compresses a picture; `path` is named in errors, `texts` become `iTXt` chunks.
    static func encode(
        _ picture: VideoFrame, path: String, texts: [(keyword: String, text: String)]
    ) throws(VideoError) -> [UInt8] {
        guard (1...65535).contains(picture.width), (1...65535).contains(picture.height) else {
            throw .badValue("A picture of \(picture.width)x\(picture.height) cannot be written.")
        }
        LibraryLog.begin()
        guard let codec = avcodec_find_encoder(AV_CODEC_ID_PNG) else {
            throw .codecMissing(codec: "PNG", alternatives: [])
        }
        do throws(LibraryError) {
            let plain = try encode(picture, codec: codec)
            let chunks = texts.flatMap { PNGText.chunk(keyword: $0.keyword, text: CleanText.removingControls($0.text)) }
            return plain[..<PNGText.headerBytes] + chunks + plain[PNGText.headerBytes...]
        } catch {
            throw error.whileWriting(path, writtenBytes: 0)
        }
    }

    private static func encode(
        _ picture: VideoFrame, codec: UnsafePointer<AVCodec>
    ) throws(LibraryError) -> [UInt8] {
        let frame = try LibraryFrame(width: picture.width, height: picture.height, format: AV_PIX_FMT_RGB24)
        frame.fill(from: picture)
        var context = avcodec_alloc_context3(codec)
        var packet = av_packet_alloc()
        defer {
            avcodec_free_context(&context)
            av_packet_free(&packet)
        }
        guard let context, let packet else { throw .outOfMemory }
        context.pointee.width = Int32(picture.width)
        context.pointee.height = Int32(picture.height)
        context.pointee.pix_fmt = AV_PIX_FMT_RGB24
        context.pointee.time_base = AVRational(num: 1, den: 1)
        context.pointee.compression_level = 6
        // Predicting each row from the one above takes a third off, at little time.
        try check(av_opt_set(context.pointee.priv_data, "pred", "up", 0))
        try check(avcodec_open2(context, codec, nil))
        frame.pointer?.pointee.color_primaries = AVCOL_PRI_BT709
        frame.pointer?.pointee.color_trc = AVCOL_TRC_IEC61966_2_1
        try check(avcodec_send_frame(context, frame.pointer))
        try check(avcodec_receive_packet(context, packet))
        let bytes = [UInt8](UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
        guard bytes.count > PNGText.headerBytes else { throw LibraryError(clibav_error_invalid_data()) }
        return bytes
    }
}
