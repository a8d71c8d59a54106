/// Soft wrap at words.
package enum TextWrap {
    /// The rows of `text` in an area `columns` wide, as ranges of character offsets.
    ///
    /// A line end belongs to the row it ends, and so do blanks at which a row is broken, even past the edge: the rows
    /// together hold every character once, and a cursor offset lies in exactly one row or at the end of the last.
    /// A wide character that would straddle the edge moves to the next row whole. There is always one row; a text that
    /// ends in a line end has an empty last one.
    package static func rows(of text: [Character], columns: Int) -> [Range<Int>] {
        let columns = max(columns, 1)
        var rows: [Range<Int>] = []
        var start = 0
        var used = 0
        /// The offset after the last blank of this row: where it may be broken.
        var breakOffset: Int?
        var offset = 0
        while offset < text.count {
            let character = text[offset]
            if character.isNewline {
                rows.append(start..<offset + 1)
                start = offset + 1
                used = 0
                breakOffset = nil
                offset += 1
                continue
            }
            let width = CellWidth.width(of: character)
            let isBlank = character == " " || character == "\t"
            if used + width > columns && !isBlank && offset > start {
                let end = breakOffset ?? offset
                rows.append(start..<end)
                start = end
                used = text[end..<offset].reduce(0) { $0 + CellWidth.width(of: $1) }
                breakOffset = nil
                continue
            }
            used += width
            offset += 1
            if isBlank { breakOffset = offset }
        }
        rows.append(start..<text.count)
        return rows
    }

    /// The rows as text to be drawn, without line ends and without blanks at the end.
    package static func lines(_ text: String, columns: Int) -> [String] {
        let characters = Array(text)
        return rows(of: characters, columns: columns).map { row in
            var end = row.upperBound
            while end > row.lowerBound && characters[end - 1].isWhitespace { end -= 1 }
            return String(characters[row.lowerBound..<end])
        }
    }
}
