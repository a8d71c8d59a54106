import CNCurses
import Foundation

/// What the system's description (terminfo) of a terminal says.
package struct TerminalDescription: Equatable, Sendable {
    /// 0, 8, 16, 256 or 2^24.
    package var colorCount: Int
    /// The `RGB` flag: 24-bit colour.
    package var hasDirectColor: Bool
    package var modes: ModeStrings
    /// The bytes its keys send.
    package var keys: [[UInt8]: Key]
    /// The size such a terminal usually has; nil where that is not said.
    package var size: TerminalSize?

    package init(
        colorCount: Int, hasDirectColor: Bool, modes: ModeStrings, keys: [[UInt8]: Key] = [:],
        size: TerminalSize? = nil
    ) {
        self.size = size
        self.colorCount = colorCount
        self.hasDirectColor = hasDirectColor
        self.modes = modes
        self.keys = keys
    }

    /// Of the terminal that ncurses was started for last.
    static func ofCurrentTerminal() -> TerminalDescription {
        TerminalDescription(
            colorCount: max(Int(curses_description_number("colors")), 0),
            hasDirectColor: curses_description_flag("RGB") == 1,
            modes: ModeStrings(
                enterScreen: string("smcup"), leaveScreen: string("rmcup"),
                showCursor: string("cnorm"), keypadOff: string("rmkx")),
            keys: readKeys(), size: usualSize
        )
    }

    private static var usualSize: TerminalSize? {
        let (columns, rows) = (curses_description_number("cols"), curses_description_number("lines"))
        return columns > 0 && rows > 0 ? TerminalSize(columns: Int(columns), rows: Int(rows)) : nil
    }

    private static func string(_ name: String) -> String {
        curses_description_string(name).map { withoutDelays(String(cString: $0)) } ?? ""
    }

    /// Removes padding such as `$<5/>`, which only hardware of the seventies needs.
    static func withoutDelays(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.range(of: "$<"), let end = rest[start.upperBound...].firstIndex(of: ">") {
            result += rest[..<start.lowerBound]
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func readKeys() -> [[UInt8]: Key] {
        let named: [(String, Key)] = [
            ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right),
            ("khome", .home), ("kend", .end), ("kpp", .pageUp), ("knp", .pageDown),
            ("kich1", .insert), ("kdch1", .delete), ("kcbt", .backTab),
        ]
        let functions: [(String, Key)] = (1...20).map { ("kf\($0)", .function($0)) }
        var keys: [[UInt8]: Key] = [:]
        for (name, key) in named + functions {
            let bytes = Array(string(name).utf8)
            // Single bytes are text and control keys, which mean themselves.
            if bytes.count > 2, bytes.first == 0x1B { keys[bytes] = keys[bytes] ?? key }
        }
        return keys
    }
}
