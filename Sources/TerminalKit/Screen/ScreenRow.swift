/// A row of cells as ncurses gets it, cut where pictures begin and end.
struct ScreenRow {
    let cells: [Cell]

    /// A blank to the left of a picture becomes a no-break space. When everything before it is blank, ncurses clears to
    /// the start of the line and then writes the first cell that is not blank again: this one, and not the picture's.
    init(_ cells: ArraySlice<Cell>) {
        var cells = Array(cells)
        for column in cells.indices.dropFirst() where cells[column].isPicture && cells[column - 1].text == " " {
            cells[column - 1].text = Cell.pictureText
        }
        self.cells = cells
    }

    /// The parts between pictures, and the pictures.
    var pieces: [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        for column in cells.indices.dropFirst() where cells[column].isPicture != cells[column - 1].isPicture {
            pieces.append(start..<column)
            start = column
        }
        pieces.append(start..<cells.count)
        return pieces
    }
}
