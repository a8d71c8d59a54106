package import Foundation

/// How a worker is started where none runs.
package struct WorkerLaunch: Sendable {
    package var executable: String
    package var arguments: [String]
    /// Where what a crash writes to standard error goes.
    package var logFile: URL

    package init(arguments: [String], logFile: URL) {
        executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "turbo2k"
        self.arguments = arguments
        self.logFile = logFile
    }

    /// Starts the worker, which makes a session of its own.
    ///
    /// - Returns: its number; the caller reaps it.
    func start() throws(StudioError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let log = logFile.path(percentEncoded: false)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        for descriptor in Self.inheritable { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var pid: pid_t = 0
        let words = ([executable] + arguments).map { strdup($0) }
        defer { words.forEach { free($0) } }
        let variables = ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") }
        defer { variables.forEach { free($0) } }
        let code = posix_spawn(&pid, executable, &actions, &attributes, words + [nil], variables + [nil])
        guard code == 0 else {
            throw .cannotWrite("The engine's process cannot be started (\(String(cString: strerror(code)))).")
        }
        return pid
    }

    /// Open files of others that a child would keep open; our own are closed by the system.
    private static var inheritable: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }.filter { descriptor in
            let flags = fcntl(descriptor, F_GETFD)
            return descriptor > 2 && flags >= 0 && flags & FD_CLOEXEC == 0
        }
    }
}

/// A child process that is waited for.
struct ChildProcess: Sendable {
    let pid: pid_t

    /// How it ended; nil while it runs, or where it is no child of this process.
    func end() -> (signal: Int32?, status: Int32?)? {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        return Self.end(status)
    }

    /// Waits until it has ended.
    func wait() -> (signal: Int32?, status: Int32?) {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) != pid {
            guard errno == EINTR else { return (nil, nil) }
        }
        return Self.end(status)
    }

    private static func end(_ status: Int32) -> (signal: Int32?, status: Int32?) {
        let signal = status & 0x7F
        return signal == 0 ? (nil, (status >> 8) & 0xFF) : (signal, nil)
    }
}
