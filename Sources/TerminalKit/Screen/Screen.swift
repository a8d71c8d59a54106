import CNCurses
import CTerminal
import Foundation

/// Turns canvases into the bytes that change the terminal from the last one to the next, by way of ncurses.
///
/// ncurses writes into a file in memory, never to the terminal: the caller sends an update whole, in one write, with
/// the picture behind it. No input is read here. One thread owns a screen, and there is one screen at a time.
package final class Screen {
    /// What the terminal's description says.
    package let description: TerminalDescription
    package private(set) var size: TerminalSize
    /// Cells with more colours than this are reduced.
    package private(set) var depth: ColorDepth

    private let screen: OpaquePointer
    private let window: UnsafeMutablePointer<WINDOW>
    private let file: UnsafeMutablePointer<FILE>
    private let descriptor: Int32
    private let isUTF8: Bool
    private var pairs: ColorPairs
    /// What was rendered last; nil when everything is to be drawn again.
    private var shown: [Cell]?
    private var isCursorVisible = true

    /// A screen for the terminal of that name (`TERM`). `depth` chooses the depth once the description is known;
    /// ``ColorDepth/mono`` switches colours off. `isUTF8` comes from ``TerminalLocale/prepare()``.
    ///
    /// - Throws: ``TerminalError`` where the terminal is not known or has no cursor to move.
    package init(
        terminalName: String, size: TerminalSize, isUTF8: Bool,
        depth chooseDepth: (TerminalDescription) -> ColorDepth
    ) throws(TerminalError) {
        descriptor = terminal_memory_file()
        guard descriptor >= 0, let opened = fdopen(descriptor, "r+") else {
            throw .system(operation: "make a screen in memory", reason: String(cString: strerror(errno)))
        }
        file = opened
        // Not LINES and COLUMNS: the size is set below. (Without the second call a description without a size, such as
        // that of the Linux console, is refused.)
        use_env(false)
        use_tioctl(true)
        guard let created = newterm(terminalName, file, file), let standard = curses_standard_window() else {
            fclose(opened)
            throw .unknown(name: terminalName)
        }
        screen = created
        window = standard
        self.size = size
        self.isUTF8 = isUTF8
        let description = TerminalDescription.ofCurrentTerminal()
        self.description = description
        depth = description.colorCount == 0 ? .mono : chooseDepth(description)
        pairs = ColorPairs(isEnabled: false)
        if depth != .mono { startColors() }
        prepareWindow()
    }

    deinit {
        delscreen(screen)
        fclose(file)
    }

    /// Nothing is moved under a picture, and what the user types never delays an update.
    private func prepareWindow() {
        nonl()
        noecho()
        keypad(window, false)
        idlok(window, false)
        idcok(window, false)
        scrollok(window, false)
        leaveok(window, false)
        typeahead(-1)
        resize_term(Int32(size.rows), Int32(size.columns))
        // What ncurses sends to begin with is not ours to send: ``ModeStrings`` does that.
        wnoutrefresh(window)
        doupdate()
        _ = takeOutput()
    }

    private func startColors() {
        start_color()
        use_default_colors()
        pairs = ColorPairs(isEnabled: true)
    }

    /// Draws with another depth from now on, as far as the terminal has colours; the next update draws every cell.
    package func setDepth(_ wanted: ColorDepth) {
        let new = description.colorCount == 0 ? .mono : wanted
        guard new != depth else { return }
        depth = new
        if new == .mono { pairs = ColorPairs(isEnabled: false) } else { startColors() }
        invalidate()
    }

    /// Forgets what is on the terminal: the next update clears it and draws every cell.
    package func invalidate() { shown = nil }

    /// Follows a change of the window's size; the next update draws everything.
    package func resize(to size: TerminalSize) {
        self.size = size
        resize_term(Int32(max(size.rows, 1)), Int32(max(size.columns, 1)))
        invalidate()
    }

    /// The bytes that make the terminal show `canvas`; empty if it does already. A canvas of another size is cut.
    ///
    /// ncurses gets one row at a time, and a row with a picture in pieces: left to itself it scrolls regions when rows
    /// look alike (`idlok` does not prevent that) and writes over cells that stay the same where this is shorter than
    /// moving past them. Both would damage a picture it knows nothing of.
    package func shown(_ color: Color) -> Color { pairs.shown(color) }

    package func render(_ canvas: Canvas) -> [UInt8] {
        if pairs.isNearlyFull {
            pairs.removeAll()
            shown = nil
        }
        let former = shown?.count == canvas.cells.count ? shown : nil
        if former == nil {
            werase(window)
            clearok(curses_current_window(), true)
        }
        leaveok(window, true)
        let columns = min(canvas.columnCount, size.columns)
        for row in 0..<min(canvas.rowCount, size.rows) {
            let range = row * canvas.columnCount..<row * canvas.columnCount + columns
            let formerCells = former?[range]
            if formerCells != canvas.cells[range] {
                draw(ScreenRow(canvas.cells[range]), over: formerCells.map(ScreenRow.init), row: row)
            }
        }
        shown = canvas.cells
        leaveok(window, false)
        place(canvas.cursor)
        send()
        return takeOutput()
    }

    private func send() {
        wnoutrefresh(window)
        doupdate()
    }

    private func draw(_ new: ScreenRow, over former: ScreenRow?, row: Int) {
        for piece in new.pieces {
            var hasChanged = false
            for column in piece where former?.cells[column] != new.cells[column] {
                put(new.cells[column], column: column, row: row, isLast: column + 1 == new.cells.count)
                hasChanged = true
            }
            if hasChanged && former != nil { send() }
        }
    }

    private func place(_ cursor: CanvasPoint?) {
        let isVisible = cursor != nil
        wmove(window, Int32(cursor?.y ?? 0), Int32(cursor?.x ?? 0))
        if isVisible != isCursorVisible {
            curs_set(isVisible ? 1 : 0)
            isCursorVisible = isVisible
        }
    }

    private func put(_ cell: Cell, column: Int, row: Int, isLast: Bool) {
        // The right half comes with the left one.
        guard cell.width > 0 else { return }
        let style = adapted(cell.style)
        let pair = pairs.number(foreground: style.foreground, background: style.background)
        var codePoints = cell.text.unicodeScalars.prefix(CellWidth.maximumScalarsPerCell).map(\.value)
        if !isUTF8, let first = codePoints.first, first > 0x7E { codePoints = [first == 0xA0 ? 0x20 : 0x3F] }
        if codePoints.isEmpty || (cell.width == 2 && isLast) { codePoints = [0x20] }
        let attributes = Self.attributes(style.attributes)
        let result = curses_put_cell(
            window, Int32(row), Int32(column), codePoints, Int32(codePoints.count), attributes, pair)
        if result != 0 { curses_put_cell(window, Int32(row), Int32(column), [0x3F], 1, attributes, pair) }
    }

    /// Where there are only eight colours the bright ones become bold, and bright black becomes dim white.
    private func adapted(_ style: Style) -> Style {
        var style = style
        style.foreground = style.foreground.reduced(to: depth)
        style.background = style.background.reduced(to: depth)
        guard depth == .ansi16, !pairs.hasBrightColors, case .ansi(let index) = style.foreground, index >= 8 else {
            return style
        }
        style.foreground = .ansi(index == 8 ? 7 : index - 8)
        style.attributes.insert(index == 8 ? .dim : .bold)
        return style
    }

    private static func attributes(_ attributes: Style.Attributes) -> attr_t {
        var bits: attr_t = 0
        if attributes.contains(.bold) { bits |= curses_attribute_bold }
        if attributes.contains(.dim) { bits |= curses_attribute_dim }
        if attributes.contains(.underline) { bits |= curses_attribute_underline }
        if attributes.contains(.reverse) { bits |= curses_attribute_reverse }
        return bits
    }

    /// Empties the file in memory.
    private func takeOutput() -> [UInt8] {
        fflush(file)
        let count = Int(lseek(descriptor, 0, SEEK_CUR))
        guard count > 0 else { return [] }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(pread(descriptor, buffer.baseAddress, count, 0), 0)
        }
        lseek(descriptor, 0, SEEK_SET)
        ftruncate(descriptor, 0)
        return bytes
    }
}
