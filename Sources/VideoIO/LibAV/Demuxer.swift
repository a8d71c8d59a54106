import CLibAV
import Glibc

/// An open media file and the stream of pictures in it.
final class Demuxer {
    private(set) var context: UnsafeMutablePointer<AVFormatContext>?

    /// Opens a regular file; whatever it names, nothing but local files is opened.
    ///
    /// - Throws: ``VideoError/cannotRead(path:reason:)``.
    init(path: String) throws(VideoError) {
        try Self.checkReadable(path)
        LibraryLog.begin()
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "protocol_whitelist", "file", 0)
        let result = avformat_open_input(&context, "file:" + path, nil, &options)
        guard result >= 0 else { throw .cannotRead(path: path, reason: LibraryError(result).text) }
    }

    deinit { avformat_close_input(&context) }

    /// Reads ahead as far as needed to know the streams.
    ///
    /// - Throws: ``VideoError/noVideo(path:)`` or ``VideoError/cannotRead(path:reason:)``.
    func findVideo(path: String) throws(VideoError) -> (
        stream: UnsafeMutablePointer<AVStream>, decoder: UnsafePointer<AVCodec>
    ) {
        let result = avformat_find_stream_info(context, nil)
        guard result >= 0 else { throw .cannotRead(path: path, reason: LibraryError(result).text) }
        var decoder: UnsafePointer<AVCodec>?
        let index = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0)
        guard index >= 0, let decoder, let stream = context?.pointee.streams[Int(index)] else {
            throw .noVideo(path: path)
        }
        return (stream, decoder)
    }

    /// Title and comment as the container has them.
    var metadata: ContainerMetadata {
        ContainerMetadata(title: tag("title"), comment: tag("comment"))
    }

    /// Whether a file that seems to end well was cut off between two pictures, the last of which ends at `endTime`
    /// from the stream's start, in its time base.
    func lacksEnd(path: String, stream index: Int32, endTime: Int64) -> Bool {
        guard let context = context?.pointee, let stream = context.streams[Int(index)]?.pointee else { return false }
        if stream.codecpar.pointee.codec_id == AV_CODEC_ID_GIF { return !Self.endsWithTrailer(path) }
        // Sound may go on after the pictures, and an estimated duration proves nothing.
        guard context.nb_streams == 1, context.duration_estimation_method == AVFMT_DURATION_FROM_STREAM,
            context.duration > 0, stream.time_base.den > 0
        else { return false }
        let announced = Double(context.duration) / Double(clibav_time_base())
        let read = Double(endTime) * Double(stream.time_base.num) / Double(stream.time_base.den)
        let rate = stream.avg_frame_rate
        let frameSeconds = rate.num > 0 ? Double(rate.den) / Double(rate.num) : 0.04
        return read + frameSeconds * 0.75 < announced
    }

    /// Whether the last byte of a GIF is its end mark.
    private static func endsWithTrailer(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var byte: UInt8 = 0
        let size = lseek(descriptor, 0, SEEK_END)
        return size > 0 && pread(descriptor, &byte, 1, size - 1) == 1 && byte == 0x3B
    }

    private func tag(_ key: String) -> String? {
        guard let entry = av_dict_get(context?.pointee.metadata, key, nil, 0), let value = entry.pointee.value else {
            return nil
        }
        // Looking no further than the limit: the value may be as large as the file.
        let count = strnlen(value, ContainerMetadata.limitBytes + 4)
        let bytes = UnsafeRawBufferPointer(start: value, count: count)
        return ContainerMetadata.cleaned(String(decoding: bytes, as: UTF8.self))
    }

    /// Anything but a regular file could block for ever (a pipe) or never end (a device).
    static func checkReadable(_ path: String) throws(VideoError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .cannotRead(path: path, reason: LibraryError.systemText())
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw .cannotRead(path: path, reason: isFolder ? "it is a folder" : "it is not a regular file")
        }
        guard status.st_size > 0 else { throw .cannotRead(path: path, reason: "it is empty") }
        guard access(path, R_OK) == 0 else { throw .cannotRead(path: path, reason: LibraryError.systemText()) }
    }
}
