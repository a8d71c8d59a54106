import CLibAV

/// An `AVFrame` with memory of its own, aligned and padded as FFmpeg's vector code wants it.
final class LibraryFrame {
    private(set) var pointer: UnsafeMutablePointer<AVFrame>?

    /// An empty frame, to be filled by a decoder.
    init() throws(LibraryError) {
        pointer = av_frame_alloc()
        guard pointer != nil else { throw .outOfMemory }
    }

    init(width: Int, height: Int, format: AVPixelFormat) throws(LibraryError) {
        pointer = av_frame_alloc()
        guard let frame = pointer else { throw .outOfMemory }
        frame.pointee.width = Int32(width)
        frame.pointee.height = Int32(height)
        frame.pointee.format = format.rawValue
        try check(av_frame_get_buffer(frame, 0))
    }

    deinit { av_frame_free(&pointer) }

    var width: Int { Int(pointer?.pointee.width ?? 0) }
    var height: Int { Int(pointer?.pointee.height ?? 0) }
    var format: AVPixelFormat { AVPixelFormat(rawValue: pointer?.pointee.format ?? -1) }

    /// Copies RGB pixels in; where this frame is larger, the last column and row are repeated.
    ///
    /// - Precondition: the format is RGB24 and no side is smaller than the picture's.
    func fill(from picture: VideoFrame) {
        precondition(format == AV_PIX_FMT_RGB24 && width >= picture.width && height >= picture.height)
        guard let frame = pointer?.pointee, let start = frame.data.0 else { return }
        let rowBytes = picture.width * 3
        let stride = Int(frame.linesize.0)
        picture.pixels.withUnsafeBytes { source in
            for row in 0..<height {
                let line = UnsafeMutableRawBufferPointer(start: start + row * stride, count: width * 3)
                let sourceRow = min(row, picture.height - 1) * rowBytes
                line.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[sourceRow..<sourceRow + rowBytes]))
                for byte in rowBytes..<width * 3 { line[byte] = line[byte - 3] }
            }
        }
    }

    /// The RGB pixels without padding.
    ///
    /// - Precondition: the format is RGB24.
    func picture() -> VideoFrame {
        precondition(format == AV_PIX_FMT_RGB24)
        let rowBytes = width * 3
        guard let frame = pointer?.pointee, let start = frame.data.0 else {
            return VideoFrame(width: 0, height: 0, pixels: [])
        }
        let stride = Int(frame.linesize.0)
        let pixels = [UInt8](unsafeUninitializedCapacity: rowBytes * height) { buffer, count in
            let target = UnsafeMutableRawBufferPointer(buffer)
            for row in 0..<height {
                let line = UnsafeRawBufferPointer(start: start + row * stride, count: rowBytes)
                UnsafeMutableRawBufferPointer(rebasing: target[(row * rowBytes)...]).copyMemory(from: line)
            }
            count = rowBytes * height
        }
        return VideoFrame(width: width, height: height, pixels: pixels)
    }
}
