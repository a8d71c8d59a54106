package import Foundation

/// Says which worker serves a data folder: held locked by it while it lives.
///
/// The socket's path stands in the file, so that programs with other environments find it.
struct WorkerFile: Codable {
    var pid: Int32
    var socket: String

    static func url(_ paths: StudioPaths) -> URL { paths.data.appending(path: "worker.lock") }

    /// What the last worker wrote; it may be gone.
    static func read(_ paths: StudioPaths) -> WorkerFile? {
        guard let data = try? Data(contentsOf: url(paths)) else { return nil }
        return try? JSONDecoder().decode(WorkerFile.self, from: data)
    }
}

/// How a worker ended: written by the process that watches over it, for every front end that served itself of it.
package struct WorkerEnd: Codable {
    var pid: Int32
    /// Nil where it left by itself.
    var signal: Int32?
    var status: Int32?

    private static func url(_ paths: StudioPaths) -> URL { paths.data.appending(path: "worker.end") }

    /// The end of the worker `pid`; nil while nobody has told of it.
    static func read(_ paths: StudioPaths, pid: Int32) -> WorkerEnd? {
        guard let data = try? Data(contentsOf: url(paths)), let end = try? JSONDecoder().decode(Self.self, from: data),
            end.pid == pid
        else { return nil }
        return end
    }

    /// Runs a worker with `arguments` and waits for it, which no front end can do that did not start it, or that has left.
    ///
    /// - Returns: the exit status of a process that ends as the worker did.
    /// - Throws: ``StudioError/cannotWrite(_:)`` where it cannot be started.
    package static func watch(
        _ paths: StudioPaths, _ arguments: [String], started: (pid_t) -> Void
    ) throws(StudioError) -> Int32 {
        let pid = try WorkerLaunch(arguments: arguments, logFile: paths.logFile).start()
        started(pid)
        let end = ChildProcess(pid: pid).wait()
        // Without it the front ends know only that the worker is gone.
        try? JSONEncoder().encode(WorkerEnd(pid: pid, signal: end.signal, status: end.status)).write(
            to: url(paths), options: .atomic)
        return end.signal.map { 128 + $0 } ?? end.status ?? 1
    }
}

/// The lock that makes a worker the only one of its data folder.
package final class WorkerLock: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Nil where another worker holds it for longer than one needs to leave.
    init?(_ paths: StudioPaths) async throws {
        path = WorkerFile.url(paths).path(percentEncoded: false)
        try FileManager.default.createDirectory(at: paths.data, withIntermediateDirectories: true)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw StudioError.cannotWrite("\(paths.abbreviating(paths.data)) cannot be written (\(reason)).")
        }
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        close(descriptor)
        return nil
    }

    deinit { close(descriptor) }

    /// Whether a worker of this data folder lives, even where it answers nobody.
    package static func isHeld(_ paths: StudioPaths) -> Bool {
        let descriptor = open(WorkerFile.url(paths).path(percentEncoded: false), O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    func write(_ file: WorkerFile) throws {
        let data = try JSONEncoder().encode(file)
        guard ftruncate(descriptor, 0) == 0,
            data.withUnsafeBytes({ pwrite(descriptor, $0.baseAddress, $0.count, 0) }) == data.count
        else { throw StudioError.cannotWrite("\(path) cannot be written (\(String(cString: strerror(errno)))).") }
    }

    /// Whether the file is still where it was: a data folder that was removed or replaced has no worker any more.
    var isInPlace: Bool {
        var (own, found) = (stat(), stat())
        guard fstat(descriptor, &own) == 0, stat(path, &found) == 0 else { return false }
        return own.st_ino == found.st_ino && own.st_dev == found.st_dev
    }
}
