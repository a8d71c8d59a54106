import TerminalKit

/// A text folded into rows, and the way between cursor positions and cells.
package struct TextLayout: Sendable {
    /// The clusters of each row; see ``TerminalKit/TextWrap/rows(of:columns:)``.
    package let rows: [Range<Int>]
    private let characters: [Character]
    private let width: Int

    package init(_ characters: [Character], width: Int) {
        self.characters = characters
        self.width = max(width, 2)
        var rows = TextWrap.rows(of: characters, columns: self.width)
        // A full last row leaves no cell for the cursor.
        if let last = rows.last, Self.width(of: characters[last]) >= self.width {
            rows.append(characters.count..<characters.count)
        }
        self.rows = rows
    }

    /// Where the cursor stands before the cluster `index`; `column` is below the width.
    package func position(of index: Int) -> (row: Int, column: Int) {
        let row = rows.lastIndex { $0.lowerBound <= index } ?? 0
        let columns = Self.width(of: characters[rows[row].lowerBound..<index])
        return (row, min(columns, width - 1))
    }

    /// Columns of a row before one of its clusters.
    package func columns(before index: Int, _ row: Int) -> Int {
        Self.width(of: characters[rows[row].lowerBound..<max(index, rows[row].lowerBound)])
    }

    /// The cluster at or before a column of a row.
    package func index(row: Int, column: Int) -> Int {
        let row = min(max(row, 0), rows.count - 1)
        var columns = 0
        for index in rows[row] {
            columns += CellWidth.width(of: characters[index])
            if columns > column { return index }
        }
        // The end of a folded row is the start of the next: stay before its last cluster.
        return row == rows.count - 1 ? rows[row].upperBound : max(rows[row].upperBound - 1, rows[row].lowerBound)
    }

    /// What a row shows: without its line end.
    package func text(ofRow row: Int) -> String {
        String(characters[rows[row]].filter { $0 != "\n" })
    }

    private static func width(of characters: ArraySlice<Character>) -> Int {
        characters.reduce(0) { $0 + CellWidth.width(of: $1) }
    }
}
