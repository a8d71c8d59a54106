import CNCurses

/// The colour pairs of ncurses: a number for each foreground and background in use.
///
/// Pairs are set with `init_pair`; `alloc_pair` of ncurses 6.4 crashes where there are no colours.
struct ColorPairs {
    private struct Pair: Hashable {
        let foreground: Int32
        let background: Int32
    }

    private var numbers: [Pair: Int32] = [:]
    private let limit: Int32
    /// Colours the terminal's description has: 8, 16, 256 or 2^24.
    private let colorCount: Int32
    private let isEnabled: Bool

    init(isEnabled: Bool) {
        self.isEnabled = isEnabled
        colorCount = isEnabled ? curses_color_count() : 0
        limit = isEnabled ? min(curses_pair_count(), 32767) : 0
    }

    /// The pair of two colours, 0 for the terminal's own.
    mutating func number(foreground: Color, background: Color) -> Int32 {
        guard isEnabled else { return 0 }
        let pair = Pair(foreground: index(foreground), background: index(background))
        if pair.foreground < 0 && pair.background < 0 { return 0 }
        if let number = numbers[pair] { return number }
        let number = Int32(numbers.count + 1)
        // A theme needs some forty. A description with fewer pairs shows the rest without colour.
        guard number < limit, init_extended_pair(number, pair.foreground, pair.background) == OK else { return 0 }
        numbers[pair] = number
        return number
    }

    /// Whether pictures made of cells have used up nearly all pairs of a terminal that has many.
    var isNearlyFull: Bool { limit > 8192 && numbers.count > Int(limit) - 4096 }

    /// Forgets every pair. Cells on the screen have their colours by number, so all must then be drawn again.
    mutating func removeAll() { numbers = [:] }

    /// Whether ``Color/ansi(_:)`` 8 to 15 must be made from the first eight.
    var hasBrightColors: Bool { colorCount >= 16 }

    /// A colour as ncurses draws it here: what is written past ncurses must not differ from it.
    func shown(_ color: Color) -> Color {
        guard case .ansi(let index) = color, isEnabled else { return color }
        return .ansi(UInt8(clamping: Int(index) % Int(max(min(colorCount, 16), 1))))
    }

    private func index(_ color: Color) -> Int32 {
        switch color {
        case .terminal: -1
        case .ansi(let index): Int32(index) % max(min(colorCount, 16), 1)
        case .palette(let index): colorCount >= 256 ? Int32(index) : self.index(color.reduced(to: .ansi16))
        case .rgb: self.index(color.reduced(to: .palette256))
        }
    }
}
