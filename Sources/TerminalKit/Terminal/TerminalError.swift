/// Why a full screen cannot be had. Plain mode is the way out of each.
package enum TerminalError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Output goes to a file or pipe and there is no controlling terminal.
    case notATerminal
    /// `TERM` is unset or `dumb`.
    case dumb(name: String)
    /// The system has no description of this terminal.
    case unknown(name: String)
    case system(operation: String, reason: String)
    /// Another program that was to have the terminal did not start.
    case program(name: String, reason: String)

    package var description: String {
        switch self {
        case .notATerminal:
            "There is no terminal to draw on. Use --plain, or a command such as `turbo2k draft`."
        case .dumb(let name):
            "TERM is \"\(name)\", which cannot show a full screen. Use --plain, or set TERM to your terminal's name."
        case .unknown(let name):
            "This system has no description of the terminal \"\(name)\". "
                + "Install it, or set TERM to a known one such as xterm."
        case .system(let operation, let reason):
            "The terminal refused to \(operation): \(reason). Use --plain."
        case .program(let name, let reason): "\(name) did not start: \(reason)."
        }
    }
}
