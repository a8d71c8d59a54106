import CLibAV

/// MP4, QuickTime, Matroska and WebM through libavformat.
final class MuxedSink: FrameSink {
    private let path: String
    private let part: PartFile
    private let encoder: VideoEncoder
    private var muxer: UnsafeMutablePointer<AVFormatContext>?
    private var stream: UnsafeMutablePointer<AVStream>?

    var encoderName: String { encoder.name }

    init(
        path: String, container: VideoContainer, width: Int, height: Int, options: VideoWriter.Options, codecs: Codecs
    ) throws(VideoError) {
        LibraryLog.begin()
        self.path = path
        guard let codec = options.codec ?? codecs.codec(for: container) ?? container.codecs.first,
            container.codecs.contains(codec)
        else {
            throw .codecNotInContainer(codec: options.codec?.name ?? "video", container: container.name)
        }
        let opened: VideoEncoder?
        do throws(LibraryError) {
            opened = try VideoEncoder.open(codec, codecs: codecs, width: width, height: height, options: options)
        } catch {
            throw error.whileWriting(path, writtenBytes: 0)
        }
        guard let opened else {
            throw .codecMissing(codec: codec.name, alternatives: codecs.alternatives(to: container))
        }
        encoder = opened
        part = try PartFile(path: path)
        try reporting { () throws(LibraryError) in try openMuxer(container, metadata: options.metadata) }
    }

    deinit { cancel() }

    func append(_ frame: VideoFrame) throws(VideoError) {
        LibraryLog.begin()
        try reporting { () throws(LibraryError) in try encoder.encode(frame, write: writePacket) }
    }

    func finish(isWanted: () -> Bool) throws(VideoError) -> Int? {
        LibraryLog.begin()
        var isComplete = false
        try reporting { () throws(LibraryError) in
            isComplete = try encoder.flush(isWanted: isWanted, write: writePacket)
            guard isComplete else { return }
            try check(av_write_trailer(muxer))
            try closeFile()
        }
        guard isComplete else { return nil }
        closeMuxer()
        let byteCount = part.byteCount
        try part.commit()
        return byteCount
    }

    func cancel() {
        closeMuxer()
        part.discard()
    }

    private func openMuxer(_ container: VideoContainer, metadata: ContainerMetadata) throws(LibraryError) {
        // "file:" keeps a colon in the name from being read as a protocol.
        try check(avformat_alloc_output_context2(&muxer, nil, container.muxerName, "file:" + part.partPath))
        guard let muxer, let stream = avformat_new_stream(muxer, nil), let context = encoder.context else {
            throw .outOfMemory
        }
        self.stream = stream
        try check(avcodec_parameters_from_context(stream.pointee.codecpar, context))
        // Mixing codecs and containers, the muxer chooses the tag.
        stream.pointee.codecpar.pointee.codec_tag = 0
        stream.pointee.time_base = context.pointee.time_base
        stream.pointee.avg_frame_rate = context.pointee.framerate
        for (key, value) in [("title", metadata.title), ("comment", metadata.comment)] {
            if let value { try check(av_dict_set(&muxer.pointee.metadata, key, CleanText.removingControls(value), 0)) }
        }
        try check(avio_open(&muxer.pointee.pb, muxer.pointee.url, AVIO_FLAG_WRITE))
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        // The index before the pictures, so that a player on a network starts at once.
        if container == .mp4 || container == .mov { try check(av_dict_set(&options, "movflags", "+faststart", 0)) }
        try check(avformat_write_header(muxer, &options))
    }

    private func writePacket(_ packet: UnsafeMutablePointer<AVPacket>) throws(LibraryError) {
        guard let stream, let context = encoder.context else { throw .outOfMemory }
        packet.pointee.stream_index = stream.pointee.index
        av_packet_rescale_ts(packet, context.pointee.time_base, stream.pointee.time_base)
        try check(av_interleaved_write_frame(muxer, packet))
        if let error = muxer?.pointee.pb?.pointee.error { try check(error) }
    }

    /// Writes what is buffered, and reports what any write met: muxers do not look at every one.
    private func closeFile() throws(LibraryError) {
        guard let muxer else { return }
        avio_flush(muxer.pointee.pb)
        let error = muxer.pointee.pb?.pointee.error ?? 0
        let closed = avio_closep(&muxer.pointee.pb)
        try check(error)
        try check(closed)
    }

    private func closeMuxer() {
        if let open = muxer { avio_closep(&open.pointee.pb) }
        avformat_free_context(muxer)
        muxer = nil
        stream = nil
    }

    /// Turns a library error into one that names the file.
    private func reporting(_ work: () throws(LibraryError) -> Void) throws(VideoError) {
        do throws(LibraryError) {
            try work()
        } catch {
            throw error.whileWriting(path, writtenBytes: part.byteCount)
        }
    }
}
