import Foundation
import Generation
import StudioCore

/// What plain mode waits for.
enum PlainNews: Sendable {
    /// A line the user typed.
    case line(String)
    /// No more lines will come.
    case inputEnded
    case job(JobEvent)
    /// A job's stream ended; nil: well.
    case jobEnded(Int, (any Error)?)
    /// Ctrl-C or SIGTERM.
    case stopAsked
}

/// Lines of standard input, read on a thread of its own since reading waits.
enum PlainInput {
    static func start(_ send: @escaping @Sendable (PlainNews) -> Void) {
        Thread.detachNewThread {
            while let line = readLine() { send(.line(line)) }
            send(.inputEnded)
        }
    }
}
