import Foundation
import Testing

/// The acceptance scenarios of the design that need a terminal: each test's name begins with the scenarios it is for. 44
/// needs a window (`make test-windows`), 45 is measured by `make bench`. Parts run side by side, since most of their time
/// is waiting; within a part one test follows another.
@Suite(
    "The studio on a terminal",
    .enabled(if: TmuxStudio.obstacle == nil, "\(TmuxStudio.obstacle ?? "")"))
enum StudioScenarios {
    /// Storms at the design's full size, hours of drafts, windows: chosen by a variable, for they take minutes.
    static func isAsked(_ variable: String) -> Bool {
        !["", "0"].contains(ProcessInfo.processInfo.environment[variable] ?? "")
    }

    static var isFull: Bool { isAsked("TURBO2K_TEST_STORMS") }
}
