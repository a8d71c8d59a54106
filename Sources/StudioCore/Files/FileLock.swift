import Foundation

/// A lock between programs that lasts for some lines of code; a program that ends gives it up.
struct FileLock {
    /// Another program did not give it up in time.
    struct Held: Error {}

    private let descriptor: Int32

    /// Waits until no other program holds it. Nil where the file cannot be made: then there is nothing to share either.
    init?(path: String, patience: Duration) throws(Held) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        let start = ContinuousClock.now
        // A file system without such locks has nothing to wait for.
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
            guard ContinuousClock.now - start < patience else {
                close(descriptor)
                throw Held()
            }
            usleep(10_000)
        }
    }

    /// Ends the lock; the file stays, since another program may wait at it.
    func release() { close(descriptor) }
}
