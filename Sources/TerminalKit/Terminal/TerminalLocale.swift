import CNCurses
import CTerminal
import Foundation

/// The locale of the process, as far as a screen needs it.
package enum TerminalLocale {
    /// Takes the locale from the environment, or `C.UTF-8` where that is not UTF-8; to be called once, before a
    /// ``Screen`` is made.
    ///
    /// Numbers keep the full stop whatever the locale says.
    ///
    /// - Returns: whether text can be UTF-8. If not, the screen is ASCII.
    package static func prepare() -> Bool {
        setlocale(LC_ALL, "")
        if terminal_locale_is_utf8() == 0 { setlocale(LC_CTYPE, "C.UTF-8") }
        setlocale(LC_NUMERIC, "C")
        let isUTF8 = terminal_locale_is_utf8() == 1
        if isUTF8 { CellWidth.adoptSystemWidths() }
        return isUTF8
    }
}
