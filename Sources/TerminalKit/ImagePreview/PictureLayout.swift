/// Where a picture stands so that it keeps its shape.
package enum PictureLayout {
    /// The largest rectangle of cells of the picture's shape, in the middle of `rect`. Of the picture's width and
    /// height only the ratio counts.
    package static func fit(width: Int, height: Int, in rect: Rect, cell: CellPixels) -> Rect {
        guard width > 0, height > 0, !rect.isEmpty else { return Rect(x: rect.x, y: rect.y, width: 0, height: 0) }
        // Rows a column of picture takes: a cell is `aspect` times as high as wide.
        let rowsPerColumn = Double(height) / Double(width) / cell.aspect
        var columns = rect.width
        var rows = Int((Double(columns) * rowsPerColumn).rounded())
        if rows > rect.height {
            rows = rect.height
            columns = min(Int((Double(rows) / rowsPerColumn).rounded()), rect.width)
        }
        return rect.centered(width: max(columns, 1), height: max(rows, 1))
    }
}

extension Canvas {
    /// Fills the cells of a picture with no-break spaces. ncurses takes ordinary blanks as something to be cleared and
    /// would wipe the picture with them.
    package mutating func reservePicture(_ rect: Rect) {
        fill(rect, with: Character(Cell.pictureText))
    }

    /// Whether a cell is one of those, and nothing was drawn over it.
    func isReserved(x: Int, y: Int) -> Bool { self[x, y].isPicture }
}
