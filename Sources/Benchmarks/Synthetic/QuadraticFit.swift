/// seconds = a + b N + c N², fitted by least squares of the relative errors: a short step counts as much as a long one.
package struct QuadraticFit: Sendable, Equatable {
    package var constant: Double
    package var linear: Double
    package var square: Double

    package init(constant: Double, linear: Double, square: Double) {
        self.constant = constant
        self.linear = linear
        self.square = square
    }

    /// - Parameter points: at least three different token counts with their seconds, which are not zero.
    /// - Returns: nil where they do not decide the three terms.
    package init?(_ points: [(tokens: Double, seconds: Double)]) {
        guard Set(points.map(\.tokens)).count >= 3, points.allSatisfy({ $0.seconds > 0 }) else { return nil }
        // In units of the largest count, so that the normal equations stay well conditioned.
        let unit = points.map(\.tokens).max() ?? 1
        var matrix = [[Double]](repeating: [0, 0, 0, 0], count: 3)
        for point in points {
            let x = point.tokens / unit
            let terms = [1, x, x * x].map { $0 / point.seconds }
            for row in 0..<3 {
                for column in 0..<3 { matrix[row][column] += terms[row] * terms[column] }
                matrix[row][3] += terms[row]
            }
        }
        guard let solution = Self.solve(matrix) else { return nil }
        self.init(constant: solution[0], linear: solution[1] / unit, square: solution[2] / (unit * unit))
    }

    package func seconds(_ tokens: Double) -> Double { constant + linear * tokens + square * tokens * tokens }

    /// Gauss and Jordan's elimination with pivots; each row ends with its right side.
    private static func solve(_ rows: [[Double]]) -> [Double]? {
        var rows = rows
        for column in rows.indices {
            guard let pivot = (column..<rows.count).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
                abs(rows[pivot][column]) > 1e-300
            else { return nil }
            rows.swapAt(column, pivot)
            for row in rows.indices where row != column {
                let factor = rows[row][column] / rows[column][column]
                for place in column...rows.count { rows[row][place] -= factor * rows[column][place] }
            }
        }
        return rows.indices.map { rows[$0][rows.count] / rows[$0][$0] }
    }
}
