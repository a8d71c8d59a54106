import Foundation

/// Another program on our terminal.
package enum ChildProgram {
    /// Starts a program with the terminal as its input and output and waits for its end.
    ///
    /// Foundation's `Process` would hand on the signal mask of whichever thread starts it, and wait on a queue of its
    /// own; an editor needs neither.
    package static func run(_ words: [String], on terminal: Int32) -> Result<Int32, TerminalError> {
        var attributes = posix_spawnattr_t()
        var actions = posix_spawn_file_actions_t()
        posix_spawnattr_init(&attributes)
        posix_spawn_file_actions_init(&actions)
        var arguments = words.map { strdup($0) } + [nil]
        var variables = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            (arguments + variables).forEach { free($0) }
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        resetSignals(&attributes)
        for standard in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_adddup2(&actions, terminal, standard)
        }
        var process: pid_t = 0
        let failure = posix_spawnp(&process, words.first ?? "", &actions, &attributes, &arguments, &variables)
        guard failure == 0 else {
            return .failure(
                .program(name: words.first ?? "The program", reason: String(cString: strerror(failure))))
        }
        return .success(wait(for: process))
    }

    /// The child starts with no signal blocked or ignored: ours ignores those of keys meanwhile.
    private static func resetSignals(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        var usual = sigset_t()
        sigemptyset(&none)
        sigemptyset(&usual)
        for signal in [SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE] { sigaddset(&usual, signal) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }

    private static func wait(for process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { return 127 }
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
