/// The control sequences we send that no terminal description has.
package enum ControlBytes {
    package static let stringTerminator = "\u{1B}\\"
    package static let synchronizedOn = "\u{1B}[?2026h"
    package static let synchronizedOff = "\u{1B}[?2026l"
    package static let mouseOn = "\u{1B}[?1000;1002;1006h"
    package static let mouseOff = "\u{1B}[?1000;1002;1006l"
    package static let pasteOn = "\u{1B}[?2004h"
    package static let pasteOff = "\u{1B}[?2004l"
    package static let focusReportsOn = "\u{1B}[?1004h"
    package static let focusReportsOff = "\u{1B}[?1004l"
    /// kitty keyboard protocol, level 1: keys that share a byte are told apart.
    package static let keyboardProtocolPush = "\u{1B}[>1u"
    package static let keyboardProtocolPop = "\u{1B}[<u"
    package static let saveCursor = "\u{1B}7"
    package static let restoreCursor = "\u{1B}8"
    package static let hideCursor = "\u{1B}[?25l"
    package static let showCursor = "\u{1B}[?25h"
    /// Answered by `CSI 0 n` when everything before it is done.
    package static let readyQuestion = "\u{1B}[5n"
    package static let plainStyle = "\u{1B}[0m"

    /// Moves the cursor to a cell counted from 0.
    package static func move(x: Int, y: Int) -> String { "\u{1B}[\(y + 1);\(x + 1)H" }
}
