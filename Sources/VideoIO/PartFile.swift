import Glibc

/// A file that grows as `NAME.part` beside its target and takes the target's name when complete.
///
/// An advisory lock keeps two writers from the same part; a part left by a killed program is replaced.
final class PartFile {
    /// The final name.
    let path: String
    /// Where the bytes go until ``commit()``.
    let partPath: String
    private(set) var descriptor: Int32

    /// Makes an empty part file.
    ///
    /// - Throws: ``VideoError`` if the folder is missing, not writable or full, or the target is a folder.
    init(path: String) throws(VideoError) {
        self.path = path
        partPath = path + ".part"
        descriptor = -1
        try Self.checkTarget(path)
        descriptor = try Self.open(partPath, target: path)
    }

    deinit { discard() }

    /// Bytes in the part so far.
    var byteCount: Int {
        var status = stat()
        return descriptor >= 0 && fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Appends bytes to the part.
    func write(_ bytes: UnsafeRawBufferPointer) throws(VideoError) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, start, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure()
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Appends bytes to the part.
    func write(_ bytes: [UInt8]) throws(VideoError) {
        try bytes.withUnsafeBufferPointer { buffer throws(VideoError) in try write(UnsafeRawBufferPointer(buffer)) }
    }

    /// Puts the part on the disk and gives it the target's name, replacing a file of that name.
    func commit() throws(VideoError) {
        // Some network file systems have no fsync; all else that it reports is lost data.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP, rename(partPath, path) == 0 else {
            let error = failure()
            discard()
            throw error
        }
        close(descriptor)
        descriptor = -1
        Self.syncFolder(of: path)
    }

    /// Removes the part; does nothing after ``commit()``.
    func discard() {
        guard descriptor >= 0 else { return }
        unlink(partPath)
        close(descriptor)
        descriptor = -1
    }

    /// The system's latest error, as one of writing this file.
    private func failure() -> VideoError {
        LibraryError.system().whileWriting(path, writtenBytes: byteCount)
    }

    /// Makes a rename durable; some file systems cannot, which costs nothing but durability.
    static func syncFolder(of path: String) {
        let folder = Glibc.open(folderName(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    static func folderName(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Says in advance what a rename would only say at the end.
    static func checkTarget(_ path: String) throws(VideoError) {
        try checkFolder(of: path)
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { throw .isFolder(path: path) }
    }

    /// - Throws: ``VideoError/folderMissing(path:)`` where there is no folder to write `path` into.
    static func checkFolder(of path: String) throws(VideoError) {
        var status = stat()
        guard stat(folderName(of: path), &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw LibraryError.system().whileWriting(path, writtenBytes: 0)
            }
            throw .folderMissing(path: path)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .folderMissing(path: path) }
    }

    private static func open(_ partPath: String, target: String) throws(VideoError) -> Int32 {
        for _ in 0..<3 {
            let descriptor = Glibc.open(partPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
            guard descriptor >= 0 else { throw LibraryError.system().whileWriting(target, writtenBytes: 0) }
            if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                close(descriptor)
                throw .busy(path: target)
            }
            // Between open and lock the part may have been renamed by its owner; then this is the finished file.
            var mine = stat()
            var named = stat()
            if fstat(descriptor, &mine) == 0, lstat(partPath, &named) == 0, mine.st_ino == named.st_ino,
                mine.st_dev == named.st_dev
            {
                guard ftruncate(descriptor, 0) == 0 else {
                    let error = LibraryError.system().whileWriting(target, writtenBytes: 0)
                    close(descriptor)
                    throw error
                }
                return descriptor
            }
            close(descriptor)
        }
        throw .busy(path: target)
    }
}
