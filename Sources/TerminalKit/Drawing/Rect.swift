/// A rectangle of terminal cells. `x` and `y` count from 0 at the top left; a width or height is never negative.
package struct Rect: Hashable, Sendable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(width, 0)
        self.height = max(height, 0)
    }

    package static let zero = Rect(x: 0, y: 0, width: 0, height: 0)

    /// The column after the last one.
    package var endX: Int { x + width }
    /// The row after the last one.
    package var endY: Int { y + height }
    package var isEmpty: Bool { width == 0 || height == 0 }

    package func contains(x column: Int, y row: Int) -> Bool {
        column >= x && column < endX && row >= y && row < endY
    }

    package func intersection(_ other: Rect) -> Rect {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return Rect(x: left, y: top, width: min(endX, other.endX) - left, height: min(endY, other.endY) - top)
    }

    package func intersects(_ other: Rect) -> Bool { !intersection(other).isEmpty }

    package func offset(x dx: Int, y dy: Int) -> Rect {
        Rect(x: x + dx, y: y + dy, width: width, height: height)
    }

    /// The rectangle without `columns` on each side and `rows` above and below; empty where it is too small.
    package func inset(columns: Int = 1, rows: Int = 1) -> Rect {
        Rect(x: x + columns, y: y + rows, width: width - 2 * columns, height: height - 2 * rows)
    }

    /// A rectangle of at most this size, in the middle of this one.
    package func centered(width wanted: Int, height wantedHeight: Int) -> Rect {
        let width = min(wanted, width)
        let height = min(wantedHeight, height)
        return Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
    }
}

/// Cuts a rectangle into parts that cover it without overlap.
extension Rect {
    package func splitTop(_ rows: Int) -> (top: Rect, rest: Rect) {
        let rows = min(max(rows, 0), height)
        return (
            Rect(x: x, y: y, width: width, height: rows),
            Rect(x: x, y: y + rows, width: width, height: height - rows)
        )
    }

    package func splitBottom(_ rows: Int) -> (rest: Rect, bottom: Rect) {
        let (rest, bottom) = splitTop(height - min(max(rows, 0), height))
        return (rest, bottom)
    }

    package func splitLeft(_ columns: Int) -> (left: Rect, rest: Rect) {
        let columns = min(max(columns, 0), width)
        return (
            Rect(x: x, y: y, width: columns, height: height),
            Rect(x: x + columns, y: y, width: width - columns, height: height)
        )
    }

    package func splitRight(_ columns: Int) -> (rest: Rect, right: Rect) {
        let (rest, right) = splitLeft(width - min(max(columns, 0), width))
        return (rest, right)
    }

    /// Columns of widths in the ratio of `weights`, left to right; the last takes what rounding leaves.
    package func columns(_ weights: [Double]) -> [Rect] {
        Self.shares(of: width, weights).map { Rect(x: x + $0.lowerBound, y: y, width: $0.count, height: height) }
    }

    /// Rows of heights in the ratio of `weights`, top to bottom; the last takes what rounding leaves.
    package func rows(_ weights: [Double]) -> [Rect] {
        Self.shares(of: height, weights).map { Rect(x: x, y: y + $0.lowerBound, width: width, height: $0.count) }
    }

    private static func shares(of length: Int, _ weights: [Double]) -> [Range<Int>] {
        let total = weights.reduce(0, +)
        guard total > 0 else { return weights.map { _ in 0..<0 } }
        var start = 0
        var sum = 0.0
        return weights.map { weight in
            sum += weight
            let end = max(start, min(length, Int((Double(length) * sum / total).rounded())))
            defer { start = end }
            return start..<end
        }
    }
}
