internal import Foundation

/// seconds = a + b N + c N², fitted by least squares of the relative errors: a short step counts as much as a long one.
///
/// No term is negative, since each stands for work: noise in the times must not turn into negative time further out.
package struct QuadraticFit: Sendable, Equatable, CustomStringConvertible {
    package var constant: Double
    package var linear: Double
    package var square: Double

    package init(constant: Double, linear: Double, square: Double) {
        self.constant = constant
        self.linear = linear
        self.square = square
    }

    /// Nil where the points do not decide the three terms.
    ///
    /// - Parameter points: at least three different token counts with their seconds, which are not zero.
    package init?(_ points: [(tokens: Double, seconds: Double)]) {
        guard Set(points.map(\.tokens)).count >= 3, points.allSatisfy({ $0.seconds > 0 }) else { return nil }
        // In units of the largest count, so that the normal equations stay well conditioned.
        let unit = points.map(\.tokens).max() ?? 1
        let rows = points.map { point in
            let x = point.tokens / unit
            return [1, x, x * x].map { $0 / point.seconds }
        }
        // The best non-negative solution is the best of those that use some of the terms and come out non-negative.
        var best: (terms: [Double], error: Double)?
        for used in [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]] {
            guard let terms = Self.leastSquares(rows, used), terms.allSatisfy({ $0 >= 0 }) else { continue }
            let error = rows.reduce(0) { sum, row in
                let difference = zip(row, terms).reduce(-1) { $0 + $1.0 * $1.1 }
                return sum + difference * difference
            }
            if error < best?.error ?? .infinity { best = (terms, error) }
        }
        guard let terms = best?.terms else { return nil }
        self.init(constant: terms[0], linear: terms[1] / unit, square: terms[2] / (unit * unit))
    }

    /// For example `0.0123 + 3.45e-05 N + 6.78e-09 N²`.
    package var description: String { String(format: "%.3g + %.3g N + %.3g N²", constant, linear, square) }

    package func seconds(_ tokens: Double) -> Double { constant + linear * tokens + square * tokens * tokens }

    /// The terms for which every row's sum of products is closest to 1; those not in `used` are 0.
    private static func leastSquares(_ rows: [[Double]], _ used: [Int]) -> [Double]? {
        let equations = used.map { first in
            used.map { second in rows.reduce(0) { $0 + $1[first] * $1[second] } } + [rows.reduce(0) { $0 + $1[first] }]
        }
        guard let solution = solve(equations) else { return nil }
        var terms = [0.0, 0, 0]
        for (index, term) in used.enumerated() { terms[term] = solution[index] }
        return terms
    }

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
