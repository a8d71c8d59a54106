import CNCurses
import Synchronization

/// How many columns a scalar or a grapheme cluster takes on the screen, and what is drawn for it.
///
/// The table comes from the Unicode data; ncurses asks the C library. Where the two disagree
/// (``adoptSystemWidths()``) the C library is right, since the screen follows ncurses.
package enum CellWidth {
    /// ncurses holds five code points in a cell (`CCHARW_MAX`).
    package static let maximumScalarsPerCell = 5

    private static let usesSystem = Atomic<Bool>(false)

    /// Compares the table with `wcwidth` for a fixed set of samples, and uses `wcwidth` from now on if one differs.
    ///
    /// To be called after `setlocale`: without a UTF-8 locale `wcwidth` knows nothing but ASCII and is not believed.
    package static func adoptSystemWidths() {
        let differs = samples.contains { scalar in
            let system = curses_code_point_width(scalar.value)
            return system >= 0 && Int(system) != tableWidth(of: scalar)
        }
        usesSystem.store(differs, ordering: .relaxed)
    }

    /// 0, 1 or 2.
    package static func width(of scalar: Unicode.Scalar) -> Int {
        if scalar.value >= 0x20 && scalar.value < 0x7F { return 1 }
        if usesSystem.load(ordering: .relaxed) {
            let system = curses_code_point_width(scalar.value)
            if system >= 0 { return Int(system) }
        }
        return tableWidth(of: scalar)
    }

    /// The columns of a cluster as ``Shown`` draws it.
    package static func width(of character: Character) -> Int {
        if let ascii = character.asciiValue { return ascii >= 0x20 && ascii < 0x7F ? 1 : (ascii == 9 ? 1 : 0) }
        return Shown(character).width
    }

    static func tableWidth(of scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x20 || (value >= 0x7F && value < 0xA0) { return 0 }
        if value < 0x300 { return 1 }
        // Vowels and finals of Hangul join the syllable before them.
        if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FB).contains(value) { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        case .format: return (0x600...0x605).contains(value) || value == 0x6DD || value == 0x70F ? 1 : 0
        case .lineSeparator, .paragraphSeparator, .surrogate: return 0
        default: return isWide(value) ? 2 : 1
        }
    }

    private static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        var low = 0
        var high = wideScalars.count
        while low < high {
            let middle = (low + high) / 2
            if wideScalars[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < wideScalars.count && wideScalars[low].contains(value)
    }

    /// Forty scalars of the scripts and symbols a prompt may hold.
    private static let samples: [Unicode.Scalar] = [
        "a", "~", "\u{A0}", "é", "ß", "\u{301}", "\u{308}", "я", "\u{5D0}", "\u{627}",
        "\u{64B}", "\u{905}", "\u{93C}", "ก", "\u{E31}", "\u{1100}", "\u{1160}", "–", "…", "€",
        "\u{200D}", "←", "─", "┃", "█", "▀", "⌚", "☃", "⚡", "✅",
        "。", "あ", "ア", "漢", "한", "\u{FE0F}", "！", "🀄", "😀", "🦊",
    ]
}
