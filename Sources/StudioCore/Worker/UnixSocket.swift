import Dispatch
import Foundation
import Synchronization

/// The calls that sockets in the file system need.
enum UnixSocket {
    /// A stream socket that child processes do not inherit; negative where there is none left.
    static func make() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    /// Calls `body` with the address of `path`; -1 with `ENAMETOOLONG` where it does not fit.
    static func withAddress(of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= SocketFile.longestPath, !bytes.contains(0) else {
            errno = ENAMETOOLONG
            return -1
        }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// A socket in the file system that takes connections until it is closed.
package final class SocketListener: Sendable {
    package let path: String
    // SAFETY: sources may be cancelled from any thread.
    nonisolated(unsafe) private let source: any DispatchSourceRead
    private let isClosed = Mutex(false)

    /// Listens at `path`, for this user alone; a file left there by a program that is gone is replaced.
    ///
    /// `accept` is called with each new connection, on a queue of the listener's own.
    ///
    /// - Throws: ``StudioError/cannotWrite(_:)`` where the socket cannot be made or another program listens there.
    package init(path: String, accept: @escaping @Sendable (SocketConnection) -> Void) throws(StudioError) {
        self.path = path
        if (try? SocketConnection(path: path)) != nil {
            throw .cannotWrite("Another program listens at \(path).")
        }
        unlink(path)
        let descriptor = UnixSocket.make()
        let mask = umask(0o177)
        let isBound = descriptor >= 0 && UnixSocket.withAddress(of: path, { bind(descriptor, $0, $1) }) == 0
        umask(mask)
        guard isBound, listen(descriptor, 16) == 0 else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { Foundation.close(descriptor) }
            throw .cannotWrite("The socket \(path) cannot be made (\(reason)).")
        }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: DispatchQueue(label: "listener"))
        source.setEventHandler { Self.take(from: descriptor, accept) }
        source.setCancelHandler { Foundation.close(descriptor) }
        source.resume()
    }

    deinit { close() }

    /// Takes no more connections and removes the file; those that are open stay.
    package func close() {
        let wasClosed = isClosed.withLock { closed in
            defer { closed = true }
            return closed
        }
        guard !wasClosed else { return }
        unlink(path)
        source.cancel()
    }

    private static func take(from descriptor: Int32, _ body: (SocketConnection) -> Void) {
        while true {
            let peer = accept(descriptor, nil, nil)
            if peer >= 0 {
                _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
                body(SocketConnection(descriptor: peer))
            } else if errno != EINTR, errno != ECONNABORTED {
                return
            }
        }
    }
}
