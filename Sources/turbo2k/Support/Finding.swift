import Foundation
import StudioCore

/// One thing `doctor` looked at.
struct Finding {
    enum State: String {
        case ok
        case note
        case broken
    }

    var name: String
    var state: State
    var text: String

    var line: String {
        let mark = state == .ok ? "  " : (state == .note ? "? " : "! ")
        return mark + name.padding(toLength: max(12, name.count + 1), withPad: " ", startingAt: 0)
            + TextCleaning.oneLine(text)
    }

    var fields: [(key: String, value: JSONValue)] {
        [("event", "finding"), ("name", .string(name)), ("state", .string(state.rawValue)), ("text", .string(text))]
    }
}
