/// One cell of the screen.
package struct Cell: Hashable, Sendable {
    /// A grapheme cluster of the cell's width; empty in the right half of a wide one.
    package var text: String
    package var style: Style
    /// 1 or 2; 0 for the right half of a wide cell.
    package var width: Int

    package static let blank = Cell(text: " ", style: .plain, width: 1)

    /// What stands in cells reserved for a picture (``Canvas/reservePicture(_:)``).
    static let pictureText = "\u{A0}"

    var isPicture: Bool { text == Self.pictureText }

    package init(text: String, style: Style, width: Int = 1) {
        self.text = text
        self.style = style
        self.width = width
    }
}

/// A grid of cells in memory: what panes draw on. It knows nothing of a terminal.
///
/// Coordinates are those of the area given by ``within(_:_:)``; all drawing is clipped to it.
package struct Canvas: Sendable {
    /// Rows of the whole grid, top to bottom, `rowCount * columnCount` cells.
    package private(set) var cells: [Cell]
    package let columnCount: Int
    package let rowCount: Int
    /// Where the hardware cursor stands, in coordinates of the whole grid; nil hides it.
    package private(set) var cursor: CanvasPoint?
    /// What borders and cut marks are made of.
    package var borders: BorderKind

    /// The present area, in coordinates of the whole grid; it may reach past the grid.
    private var area: Rect
    /// The part of the area that may be drawn on.
    private var clip: Rect

    package init(width: Int, height: Int, borders: BorderKind = .unicode) {
        columnCount = max(width, 0)
        rowCount = max(height, 0)
        cells = Array(repeating: .blank, count: columnCount * rowCount)
        area = Rect(x: 0, y: 0, width: columnCount, height: rowCount)
        clip = area
        self.borders = borders
    }

    /// The width of the present area.
    package var width: Int { area.width }
    /// The height of the present area.
    package var height: Int { area.height }
    /// The present area in its own coordinates: x and y are 0.
    package var bounds: Rect { Rect(x: 0, y: 0, width: area.width, height: area.height) }
    /// `…`, or `~` on an ASCII screen.
    package var cutMark: String { borders == .unicode ? "…" : "~" }

    /// Draws with `rect` as the area: its top left is (0, 0) and nothing outside it is touched.
    package mutating func within<Result>(
        _ rect: Rect, _ draw: (inout Canvas) throws -> Result
    ) rethrows -> Result {
        let (formerArea, formerClip) = (area, clip)
        area = rect.offset(x: formerArea.x, y: formerArea.y)
        clip = formerClip.intersection(area)
        defer { (area, clip) = (formerArea, formerClip) }
        return try draw(&self)
    }

    /// The cell at a place of the present area; blank outside the grid.
    package subscript(x: Int, y: Int) -> Cell {
        let column = x + area.x
        let row = y + area.y
        guard column >= 0, column < columnCount, row >= 0, row < rowCount else { return .blank }
        return cells[row * columnCount + column]
    }

    /// Writes text in one row from column `x` on. What does not fit is left out without a mark; line ends and other
    /// control characters are skipped. At most `limit` columns are used; the rest of the area if nil.
    ///
    /// - Returns: the column after the last one written.
    @discardableResult
    package mutating func write(
        _ text: some StringProtocol, x: Int, y: Int, style: Style = .plain, limit: Int? = nil
    ) -> Int {
        let end = min(limit.map { x + $0 } ?? area.width, area.width)
        var column = x
        for character in text {
            for piece in Shown(character).pieces {
                guard column + piece.width <= end else { return column }
                put(piece.text, width: piece.width, x: column, y: y, style: style)
                column += piece.width
            }
        }
        return column
    }

    /// Writes text cut to `columns` with a mark, and fills the rest with blanks of the same style.
    package mutating func writeFitted(
        _ text: String, x: Int, y: Int, columns: Int, style: Style = .plain,
        alignment: TextWidth.Alignment = .left
    ) {
        write(TextWidth.fit(text, to: columns, alignment: alignment, mark: cutMark), x: x, y: y, style: style)
    }

    package mutating func fill(_ rect: Rect, with character: Character = " ", style: Style = .plain) {
        let shown = String(character)
        let visible = rect.offset(x: area.x, y: area.y).intersection(clip)
        guard !visible.isEmpty else { return }
        for row in visible.y..<visible.endY {
            for column in visible.x..<visible.endX {
                set(Cell(text: shown, style: style), column: column, row: row)
            }
        }
    }

    /// Changes the look of cells and keeps their text.
    package mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
        let visible = rect.offset(x: area.x, y: area.y).intersection(clip)
        guard !visible.isEmpty else { return }
        for row in visible.y..<visible.endY {
            for column in visible.x..<visible.endX { change(&cells[row * columnCount + column].style) }
        }
    }

    /// Puts the hardware cursor at a place of the present area; outside the clip it is hidden.
    package mutating func placeCursor(x: Int, y: Int) {
        let point = CanvasPoint(x: x + area.x, y: y + area.y)
        cursor = clip.contains(x: point.x, y: point.y) ? point : nil
    }

    package mutating func hideCursor() { cursor = nil }

    /// A rectangle of the present area in coordinates of the whole grid, as far as it may be drawn on.
    package func absolute(_ rect: Rect) -> Rect {
        rect.offset(x: area.x, y: area.y).intersection(clip)
    }

    /// The whole grid as text, one string a row, blanks at the end kept.
    package var lines: [String] {
        (0..<rowCount).map { row in
            cells[row * columnCount..<(row + 1) * columnCount].reduce(into: "") { $0 += $1.text }
        }
    }

    /// Puts one piece of text of 1 or 2 columns into a cell; a wide one that is not wholly inside is left out.
    mutating func put(_ text: String, width: Int, x: Int, y: Int, style: Style) {
        let column = x + area.x
        let row = y + area.y
        guard clip.contains(x: column, y: row), clip.contains(x: column + width - 1, y: row) else { return }
        set(Cell(text: text, style: style, width: width), column: column, row: row)
        if width == 2 { set(Cell(text: "", style: style, width: 0), column: column + 1, row: row, keepsLeft: true) }
    }

    /// Replaces a cell; the other half of a wide character that is cut apart becomes a blank.
    private mutating func set(_ cell: Cell, column: Int, row: Int, keepsLeft: Bool = false) {
        let index = row * columnCount + column
        if cells[index].width == 0 && column > 0 && !keepsLeft { blank(index - 1) }
        if cells[index].width == 2 && column + 1 < columnCount { blank(index + 1) }
        cells[index] = cell
    }

    private mutating func blank(_ index: Int) {
        cells[index] = Cell(text: " ", style: cells[index].style)
    }
}

/// A place in the grid of cells, from 0 at the top left.
package struct CanvasPoint: Hashable, Sendable {
    package var x: Int
    package var y: Int

    package init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }
}
