import TerminalKit

/// A small terminal: enough of ECMA-48 and xterm to follow what ncurses and our encoders send.
struct TerminalModel {
    struct Look: Equatable {
        var text = " "
        /// `38;2;r;g;b` and the like, as the parameters were sent; empty for the terminal's own.
        var foreground: [Int] = []
        var background: [Int] = []
        var attributes: Set<Int> = []
    }

    let width: Int
    let height: Int
    private(set) var cells: [Look]
    private(set) var cursor = (x: 0, y: 0)
    private(set) var isCursorVisible = true
    /// Sequences the model does not know: there must be none.
    private(set) var unknown: [String] = []
    /// Every parameter of SGR that was sent.
    private(set) var styles: [[Int]] = []
    /// Set when output scrolled or left the screen.
    private(set) var hasScrolled = false

    private var pen = Look()
    private var saved: (cursor: (x: Int, y: Int), pen: Look)?
    private var wraps = false

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        cells = Array(repeating: Look(), count: width * height)
    }

    subscript(x: Int, y: Int) -> Look { cells[y * width + x] }

    var lines: [String] {
        (0..<height).map { row in (0..<width).reduce(into: "") { $0 += self[$1, row].text } }
    }

    mutating func apply(_ bytes: [UInt8]) {
        var scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch scalar.value {
            case 0x1B: applyEscape(&scalars)
            case 0x08: move(x: cursor.x - 1, y: cursor.y)
            case 0x09: move(x: min((cursor.x / 8 + 1) * 8, width - 1), y: cursor.y)
            case 0x0A:
                if cursor.y == height - 1 { hasScrolled = true }
                move(x: cursor.x, y: cursor.y + 1)
            case 0x0D: move(x: 0, y: cursor.y)
            case 0x0E, 0x0F: break
            case 0..<0x20: unknown.append("control \(scalar.value)")
            default: put(scalar)
            }
        }
    }

    private mutating func move(x: Int, y: Int) {
        wraps = false
        cursor = (min(max(x, 0), width - 1), min(max(y, 0), height - 1))
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        let columns = CellWidth.width(of: scalar)
        if columns == 0 {
            let column = max(wraps ? cursor.x : cursor.x - 1, 0)
            let start = self[column, cursor.y].text.isEmpty ? column - 1 : column
            cells[cursor.y * width + start].text.unicodeScalars.append(scalar)
            return
        }
        if wraps || cursor.x + columns > width {
            if cursor.y == height - 1 { hasScrolled = true }
            move(x: 0, y: cursor.y + 1)
        }
        var look = pen
        look.text = String(scalar)
        set(look, x: cursor.x, y: cursor.y)
        if columns == 2 {
            look.text = ""
            set(look, x: cursor.x + 1, y: cursor.y, keepsLeft: true)
        }
        wraps = cursor.x + columns >= width
        cursor.x = min(cursor.x + columns, width - 1)
    }

    private mutating func set(_ look: Look, x: Int, y: Int, keepsLeft: Bool = false) {
        let index = y * width + x
        if cells[index].text.isEmpty && x > 0 && !keepsLeft { cells[index - 1].text = " " }
        if x + 1 < width && cells[index + 1].text.isEmpty { cells[index + 1].text = " " }
        cells[index] = look
    }

    private mutating func applyEscape(_ scalars: inout ArraySlice<Unicode.Scalar>) {
        switch scalars.popFirst() {
        case "[": applyControl(&scalars)
        case "(", ")": _ = scalars.popFirst()
        case "7": saved = (cursor, pen)
        case "8":
            if let saved {
                cursor = saved.cursor
                pen = saved.pen
            }
        case "=", ">": break
        case "M": move(x: cursor.x, y: cursor.y - 1)
        case let other: unknown.append("ESC \(other.map(String.init) ?? "")")
        }
    }

    private mutating func applyControl(_ scalars: inout ArraySlice<Unicode.Scalar>) {
        var body = ""
        while let scalar = scalars.popFirst() {
            if scalar.value >= 0x40 { return apply(body: body, final: scalar) }
            body.unicodeScalars.append(scalar)
        }
        unknown.append("CSI \(body) without end")
    }

    private mutating func apply(body: String, final: Unicode.Scalar) {
        if body.hasPrefix("?") {
            if body == "?25" { isCursorVisible = final == "h" }
            return
        }
        let numbers = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        let count = max(numbers.first ?? 1, 1)
        switch final {
        case "H": move(x: (numbers.count > 1 ? max(numbers[1], 1) : 1) - 1, y: count - 1)
        case "A": move(x: cursor.x, y: cursor.y - count)
        case "B": move(x: cursor.x, y: cursor.y + count)
        case "C": move(x: cursor.x + count, y: cursor.y)
        case "D": move(x: cursor.x - count, y: cursor.y)
        case "G": move(x: count - 1, y: cursor.y)
        case "d": move(x: cursor.x, y: count - 1)
        case "m": setStyle(body.isEmpty ? [0] : numbers)
        case "X": erase(cursor.x..<min(cursor.x + count, width), row: cursor.y)
        case "b":
            let last = self[max(cursor.x - (wraps ? 0 : 1), 0), cursor.y].text
            for _ in 0..<count { last.unicodeScalars.first.map { put($0) } }
        case "K": erase((body == "1" ? 0 : cursor.x)..<(body == "1" ? cursor.x + 1 : width), row: cursor.y)
        case "J":
            if body != "2" { erase(cursor.x..<width, row: cursor.y) }
            for row in (body == "2" ? 0 : cursor.y + 1)..<height { erase(0..<width, row: row) }
        case "@":
            // ncurses fills the last cell of the screen by pushing it there from the one before.
            for column in stride(from: width - 1, through: cursor.x + count, by: -1) {
                cells[cursor.y * width + column] = self[column - count, cursor.y]
            }
            erase(cursor.x..<min(cursor.x + count, width), row: cursor.y)
        case "P", "L", "M", "S", "T", "r": hasScrolled = true
        case "t": break
        default: unknown.append("CSI \(body) \(final)")
        }
    }

    private mutating func erase(_ columns: Range<Int>, row: Int) {
        for column in columns {
            var blank = Look()
            blank.background = pen.background
            set(blank, x: column, y: row)
        }
    }

    private mutating func setStyle(_ numbers: [Int]) {
        styles.append(numbers)
        var rest = numbers[...]
        while let number = rest.popFirst() {
            switch number {
            case 0: pen = Look()
            case 10: break
            case 1...9: pen.attributes.insert(number)
            case 22: pen.attributes.subtract([1, 2])
            case 23...29: pen.attributes.remove(number - 20)
            case 30...37, 90...97: pen.foreground = [number]
            case 40...47, 100...107: pen.background = [number]
            case 39: pen.foreground = []
            case 49: pen.background = []
            case 38, 48:
                let count = rest.first == 2 ? 4 : 2
                let color = [number] + rest.prefix(count)
                rest = rest.dropFirst(count)
                if number == 38 { pen.foreground = color } else { pen.background = color }
            default: unknown.append("SGR \(number)")
            }
        }
    }
}
