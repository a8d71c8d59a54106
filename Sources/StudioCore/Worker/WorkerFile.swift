import Foundation

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

/// The lock that makes a worker the only one of its data folder.
final class WorkerLock: Sendable {
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
