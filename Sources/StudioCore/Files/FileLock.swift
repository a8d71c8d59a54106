import Foundation

/// A lock between programs that lasts for some lines of code; a program that ends gives it up.
struct FileLock {
    private let descriptor: Int32

    /// Waits until no other program holds it. Nil where the file cannot be made: then there is nothing to share either.
    init?(path: String) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }

    /// Ends the lock; the file stays, since another program may wait at it.
    func release() { close(descriptor) }
}
