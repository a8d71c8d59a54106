/// What a terminal, or the system about it, tells the program.
package enum TerminalEvent: Equatable, Sendable {
    /// Keys and answers that arrived together, in order.
    case keys([Key])
    /// The window has another size, 40 ms after the last of a series of changes.
    case resized(TerminalSize)
    /// SIGTSTP from outside: call ``Terminal/suspend()``, as for Ctrl-Z.
    case suspendRequested
    /// SIGTERM, SIGHUP, SIGINT or SIGQUIT: save, then call ``Terminal/die(bySignal:)`` within the time of grace.
    case ending(signal: Int32)
    /// The terminal is gone: no more input will come.
    case closed
}
