import Glibc

/// Frames put aside on the disk, in a file that has no name and so goes with its descriptor.
final class FrameSpool {
    private let path: String
    private let width: Int
    private let height: Int
    private var descriptor: Int32
    private var frameCount = 0

    private var frameBytes: Int { width * height * 3 }

    /// An empty spool in the folder of `path`, the output that the frames are for and that errors name.
    init(path: String, width: Int, height: Int) throws(VideoError) {
        self.path = path
        self.width = width
        self.height = height
        let name = path + ".frames.part"
        unlink(name)
        descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LibraryError.system().whileWriting(path, writtenBytes: 0) }
        unlink(name)
    }

    deinit { discard() }

    func append(_ frame: VideoFrame) throws(VideoError) {
        let offset = frameCount * frameBytes
        let failure = frame.pixels.withUnsafeBytes { bytes -> Int32 in
            var done = 0
            while done < bytes.count {
                let count = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, offset + done)
                if count < 0, errno != EINTR { return errno }
                done += max(0, count)
            }
            return 0
        }
        guard failure == 0 else {
            throw LibraryError.system(failure).whileWriting(path, writtenBytes: offset)
        }
        frameCount += 1
    }

    /// - Precondition: `index` counts a frame appended before.
    func frame(_ index: Int) throws(VideoError) -> VideoFrame {
        precondition(index >= 0 && index < frameCount, "FrameSpool: frame \(index) of \(frameCount)")
        var failure: Int32 = 0
        let pixels = [UInt8](unsafeUninitializedCapacity: frameBytes) { buffer, filled in
            while filled < frameBytes {
                let start = buffer.baseAddress.map { $0 + filled }
                let count = pread(descriptor, start, frameBytes - filled, index * frameBytes + filled)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    failure = count < 0 ? errno : EIO
                    return
                }
                filled += count
            }
        }
        guard failure == 0 else { throw LibraryError.system(failure).whileWriting(path, writtenBytes: 0) }
        return VideoFrame(width: width, height: height, pixels: pixels)
    }

    func discard() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
    }
}
