/// One thing that came from the terminal's input.
///
/// Bytes that terminals cannot tell apart are one key here: Ctrl-I is ``tab``, Ctrl-M is ``enter``, Ctrl-H is
/// ``backspace`` and Ctrl-[ is ``escape``.
package enum Key: Hashable, Sendable {
    /// Typed text, one scalar or cluster as it arrived; never a control character.
    case character(Character)
    /// Ctrl with a character, in lower case: Ctrl-C is `.control("c")`, Ctrl-\ is `.control("\\")`.
    case control(Character)
    /// Alt (Meta) with a character as typed: Alt-N is `.alt("n")`, Alt-Shift-N is `.alt("N")`.
    case alt(Character)
    /// A character with modifiers that no case above expresses, such as Ctrl-Alt-X.
    case chord(Character, KeyModifiers)
    case special(SpecialKey, KeyModifiers)
    /// Pasted text: line ends are LF, other control characters are gone, TAB is a space.
    case paste(String)
    case mouse(MouseEvent)
    /// The terminal's window got (true) or lost (false) the focus.
    case focus(Bool)
    /// Something the terminal answered. Never to be treated as typed.
    case answer(TerminalAnswer)

    package static let up = Key.special(.up, [])
    package static let down = Key.special(.down, [])
    package static let left = Key.special(.left, [])
    package static let right = Key.special(.right, [])
    package static let home = Key.special(.home, [])
    package static let end = Key.special(.end, [])
    package static let pageUp = Key.special(.pageUp, [])
    package static let pageDown = Key.special(.pageDown, [])
    package static let insert = Key.special(.insert, [])
    package static let delete = Key.special(.delete, [])
    package static let backspace = Key.special(.backspace, [])
    package static let tab = Key.special(.tab, [])
    package static let backTab = Key.special(.tab, .shift)
    package static let enter = Key.special(.enter, [])
    package static let escape = Key.special(.escape, [])

    package static func function(_ number: Int) -> Key { .special(.function(number), []) }
}

package struct KeyModifiers: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The bits of the modifier parameter of xterm and kitty, which is one more than their sum.
    package static let shift = KeyModifiers(rawValue: 1)
    package static let alt = KeyModifiers(rawValue: 2)
    package static let control = KeyModifiers(rawValue: 4)
    package static let command = KeyModifiers(rawValue: 8)
}

/// Keys without a character.
package enum SpecialKey: Hashable, Sendable {
    case up, down, left, right, home, end, pageUp, pageDown
    case insert, delete, backspace, tab, enter, escape
    /// F1 is 1.
    case function(Int)
}

/// A report of the mouse; `x` and `y` are cells from 0.
package struct MouseEvent: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case press, release, drag, move
        case wheelUp, wheelDown, wheelLeft, wheelRight
    }

    package enum Button: Hashable, Sendable { case left, middle, right, none }

    package var kind: Kind
    package var button: Button
    package var x: Int
    package var y: Int
    package var modifiers: KeyModifiers

    package init(kind: Kind, button: Button = .none, x: Int, y: Int, modifiers: KeyModifiers = []) {
        self.kind = kind
        self.button = button
        self.x = x
        self.y = y
        self.modifiers = modifiers
    }
}

/// What a terminal says about itself when asked (section 11.2 of the design).
package enum TerminalAnswer: Hashable, Sendable {
    /// DA1, `CSI ? ... c`.
    case primaryAttributes([Int])
    /// DA2 and DA3.
    case otherAttributes
    /// XTVERSION, for example `tmux 3.3a`.
    case version(String)
    /// `APC G ... ST`: the image id and the message, `OK` or an error.
    case kittyGraphics(id: Int, message: String)
    /// DECRPM: 0 unknown, 1 set, 2 reset, 3 always set, 4 always reset.
    case mode(Int, state: Int)
    /// `CSI ? flags u`: the terminal speaks the kitty keyboard protocol.
    case keyboardProtocol(flags: Int)
    /// OSC 10, 11, 4 ...: `number` is that of the OSC.
    case color(number: Int, RGB)
    /// A cell in pixels.
    case cellSize(width: Int, height: Int)
    /// The window in pixels.
    case windowSize(width: Int, height: Int)
    /// The window in cells.
    case gridSize(columns: Int, rows: Int)
    case sixelRegisters(Int)
    case sixelLimit(width: Int, height: Int)
    /// XTGETTCAP; `value` is nil where the terminal does not know the name.
    case capability(name: String, value: String?)
    /// `CSI 0 n`, the answer to `CSI 5 n`, which paces the pictures.
    case ready
    case cursorPosition(column: Int, row: Int)
    /// Recognised as an answer, of no use to us.
    case other
    /// A sequence that nobody knows, as people write it.
    case unknown(String)
}
