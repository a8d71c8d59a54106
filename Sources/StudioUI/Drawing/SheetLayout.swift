package import TerminalKit

/// Places of a contact sheet: tiles in rows, each a picture with a label below; what does not fit pages.
package struct SheetLayout: Sendable, Equatable {
    private static let smallestTile = 14
    private static let smallestPicture = 3

    package let columns: Int
    package let rows: Int
    private let width: Int
    private let height: Int
    private let count: Int

    /// - Parameters:
    ///   - count: Tiles in all.
    ///   - width: Columns of the area.
    ///   - height: Rows of the area.
    ///   - rowsPerColumn: Rows that a column of picture takes, by the clip's shape.
    ///   - rowLength: Tiles that belong side by side, of a batch that is a grid: whole such rows stand in each row, where
    ///     that leaves the pictures half as wide at least.
    package init(count: Int, width: Int, height: Int, rowsPerColumn: Double, rowLength: Int = 1) {
        let count = max(count, 1)
        let most = max(width / Self.smallestTile, 1)
        /// Rows of tiles that fit when `columns` stand side by side.
        func fitting(_ columns: Int) -> Int {
            let pictureRows = Int((Double(max(width / columns - 1, 1)) * rowsPerColumn).rounded())
            return max(height / (min(max(pictureRows, Self.smallestPicture), max(height - 1, 1)) + 1), 1)
        }
        func rowsOf(_ columns: Int) -> Int { (count + columns - 1) / columns }
        /// How wide the pictures are.
        func pictureWidth(_ columns: Int) -> Double {
            min(Double(width / columns - 1), Double(height / rowsOf(columns) - 1) / rowsPerColumn)
        }
        let whole = stride(from: rowLength, through: most, by: rowLength)
        if let fewest = (1...most).first(where: { $0 * fitting($0) >= count }) {
            let grid = whole.filter { height / rowsOf($0) > Self.smallestPicture }
                .max { pictureWidth($0) < pictureWidth($1) }
            let isGrid = grid.map { rowLength > 1 && pictureWidth($0) * 2 >= pictureWidth(fewest) } ?? false
            columns = isGrid ? grid ?? fewest : fewest
            rows = rowsOf(columns)
        } else {
            columns = most
            rows = min(fitting(columns), rowsOf(columns))
        }
        self.count = count
        self.width = width
        self.height = height
    }

    package var perPage: Int { columns * rows }
    package var pageCount: Int { (count + perPage - 1) / perPage }

    /// The cells of a tile with its label, by its number on the page.
    package func tile(_ number: Int) -> Rect {
        let tileWidth = width / columns
        let tileHeight = height / rows
        return Rect(
            x: number % columns * tileWidth, y: number / columns * tileHeight, width: max(tileWidth - 1, 1),
            height: tileHeight)
    }
}
