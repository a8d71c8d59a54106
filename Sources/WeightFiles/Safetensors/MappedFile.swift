import Foundation

/// A file mapped into memory for reading; pages come from the disk when first touched and need no memory of ours.
package final class MappedFile: Sendable {
    package let path: String
    /// The whole file. Valid while this object lives.
    // SAFETY: the mapping is read-only and never changes after the initializer.
    nonisolated(unsafe) package let bytes: UnsafeRawBufferPointer

    /// - Throws: ``WeightError/cannotOpen(path:reason:)``.
    package init(path: String) throws(WeightError) {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: Self.lastReason()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannotOpen(path: path, reason: Self.lastReason()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .cannotOpen(path: path, reason: "it is not a file") }
        let size = Int(status.st_size)
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            throw .cannotOpen(path: path, reason: Self.lastReason())
        }
        bytes = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit {
        if let address = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), bytes.count) }
    }

    /// The system's own text for the last failed call.
    static func lastReason() -> String {
        String(cString: strerror(errno))
    }

    /// Tells the system that a part of the file will be read soon, so that it reads ahead.
    package func willNeed(offset: Int, byteCount: Int) {
        advise(offset: offset, byteCount: byteCount, MADV_WILLNEED)
    }

    /// Tells the system that a part of the file is done with, so that its pages may go.
    package func notNeeded(offset: Int, byteCount: Int) {
        advise(offset: offset, byteCount: byteCount, MADV_DONTNEED)
    }

    private func advise(offset: Int, byteCount: Int, _ advice: CInt) {
        precondition(offset >= 0 && byteCount >= 0 && offset <= bytes.count - byteCount, "advise: outside the file")
        guard let start = bytes.baseAddress else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let first = offset / page * page
        // Only advice: a failure changes nothing that could be observed.
        _ = madvise(UnsafeMutableRawPointer(mutating: start + first), byteCount + offset - first, advice)
    }
}
