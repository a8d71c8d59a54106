package import Foundation
import Synchronization

/// A program that runs on a terminal played by us: how the studio is measured and tested.
package final class HostedProgram: Sendable {
    /// `POSIX_SPAWN_SETSID`, which glibc shows only with its own extensions.
    private static let startsSession: Int32 = 0x80

    package let process: pid_t
    package let terminal: PseudoTerminal
    private let ended = Mutex<Int32?>(nil)

    /// Starts a program as the leader of its own session, with the pseudo-terminal as its controlling one. `words` are
    /// its path and arguments, `environment` all of its variables.
    ///
    /// - Throws: ``TerminalError`` where there is no terminal left or the program does not start.
    package init(_ words: [String], environment: [String: String], size: TerminalSize) throws(TerminalError) {
        terminal = try PseudoTerminal(size)
        var attributes = posix_spawnattr_t()
        var actions = posix_spawn_file_actions_t()
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | Self.startsSession))
        posix_spawn_file_actions_init(&actions)
        // The first terminal that a session's leader opens becomes its controlling one.
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, terminal.path, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO)
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            (arguments + variables).forEach { free($0) }
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        var started: pid_t = 0
        let failure = posix_spawn(&started, words.first ?? "", &actions, &attributes, &arguments, &variables)
        guard failure == 0 else {
            throw .program(name: words.first ?? "The program", reason: String(cString: strerror(failure)))
        }
        process = started
    }

    package func send(signal: Int32) {
        if status() == nil { kill(process, signal) }
    }

    /// Its exit status if it has ended, 128 and the signal's number where a signal ended it; nil while it runs.
    package func status() -> Int32? { ending(options: WNOHANG) }

    /// Ends it by force, if it still runs.
    package func end() {
        guard status() == nil else { return }
        kill(process, SIGKILL)
        _ = ending(options: 0)
    }

    private func ending(options: Int32) -> Int32? {
        ended.withLock { ended in
            // Its number may be another's once it has been asked for.
            if let ended { return ended }
            var status: Int32 = 0
            guard waitpid(process, &status, options) == process else { return nil }
            let signal = status & 0x7F
            ended = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
            return ended
        }
    }
}
