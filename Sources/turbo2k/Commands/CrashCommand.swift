import ArgumentParser
import Foundation
import Generation
import StudioCore
import TerminalKit

/// Takes the terminal as the studio does, and ends in the way that is named: the proof that it is given back whole.
struct CrashCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "__crash", abstract: "End badly on the studio's screen.", shouldDisplay: false)

    private enum Way: String, CaseIterable, ExpressibleByArgument {
        case trap, overflow, abort, segv, bus, fpe, ill, hup, int, quit, term

        /// The signal for those that only a signal can bring about here.
        var signal: Int32 {
            switch self {
            case .bus: SIGBUS
            case .fpe: SIGFPE
            case .ill: SIGILL
            case .hup: SIGHUP
            case .int: SIGINT
            case .quit: SIGQUIT
            case .term: SIGTERM
            case .trap, .overflow, .abort, .segv: SIGABRT
            }
        }
    }

    @Argument(help: .hidden)
    private var way: Way

    func run() async throws {
        Signals.release()
        let isUTF8 = TerminalLocale.prepare()
        let terminal = try Terminal()
        let screen = try Screen(terminalName: terminal.name, size: terminal.size, isUTF8: isUTF8) { _ in .palette256 }
        try terminal.start(screen.description, usesMouse: true)
        terminal.write(ControlBytes.hideCursor + "This program is about to end badly.")
        end(terminal)
        // A signal that asks is an event; the studio answers it so.
        for await event in terminal.events {
            if case .ending(let signal) = event { terminal.die(bySignal: signal) }
        }
    }

    private func end(_ terminal: Terminal) {
        let count = CommandLine.arguments.count
        // What is not used would be left out together with its trap.
        switch way {
        case .trap: terminal.write(CommandLine.arguments[count])
        case .overflow: terminal.write(String(UInt8(count) - UInt8(count + 1)))
        case .abort: Foundation.abort()
        case .segv: UnsafeMutablePointer<Int>(bitPattern: count)?.pointee = 1
        default: kill(getpid(), way.signal)
        }
    }
}
