/// Weighted least squares with every coefficient at least zero.
enum NonNegativeLeastSquares {
    /// Minimises `sum weight * (row · x - target)^2` over `x >= 0`.
    ///
    /// With the three unknowns used here, all 2^n subsets of positive coefficients can be tried: the best feasible one
    /// is the optimum (Lawson and Hanson 1974 reach the same by an active set).
    /// The rows have the same length, at most 8.
    static func solve(rows: [[Double]], targets: [Double], weights: [Double]) -> [Double] {
        guard let width = rows.first?.count, width > 0, width <= 8 else { return [] }
        var best = [Double](repeating: 0, count: width)
        var bestError = error(rows, targets, weights, best)
        for subset in 1..<(1 << width) {
            let columns = (0..<width).filter { subset & (1 << $0) != 0 }
            guard let part = unconstrained(rows, targets, weights, columns), part.allSatisfy({ $0 >= 0 }) else {
                continue
            }
            var candidate = [Double](repeating: 0, count: width)
            for (column, value) in zip(columns, part) { candidate[column] = value }
            let candidateError = error(rows, targets, weights, candidate)
            if candidateError < bestError * (1 - 1e-9) { (best, bestError) = (candidate, candidateError) }
        }
        return best
    }

    private static func error(_ rows: [[Double]], _ targets: [Double], _ weights: [Double], _ x: [Double]) -> Double {
        rows.indices.reduce(0) { sum, index in
            let difference = zip(rows[index], x).reduce(0) { $0 + $1.0 * $1.1 } - targets[index]
            return sum + weights[index] * difference * difference
        }
    }

    /// Solves the normal equations of some columns, scaled to unit length; nil where they are singular.
    private static func unconstrained(
        _ rows: [[Double]], _ targets: [Double], _ weights: [Double], _ columns: [Int]
    ) -> [Double]? {
        let scales = columns.map { column in
            rows.indices.reduce(0) { $0 + weights[$1] * rows[$1][column] * rows[$1][column] }.squareRoot()
        }
        guard scales.allSatisfy({ $0 > 0 }) else { return nil }
        var matrix = columns.indices.map { i in
            columns.indices.map { j in
                rows.indices.reduce(0) { $0 + weights[$1] * rows[$1][columns[i]] * rows[$1][columns[j]] }
                    / (scales[i] * scales[j])
            }
                + [
                    rows.indices.reduce(0) { $0 + weights[$1] * rows[$1][columns[i]] * targets[$1] } / scales[i]
                ]
        }
        guard eliminate(&matrix) else { return nil }
        return columns.indices.map { matrix[$0][columns.count] / scales[$0] }
    }

    /// Gauss-Jordan with row pivoting on an augmented matrix; false where it is nearly singular.
    private static func eliminate(_ matrix: inout [[Double]]) -> Bool {
        for column in matrix.indices {
            let pivot = matrix.indices[column...].max { abs(matrix[$0][column]) < abs(matrix[$1][column]) } ?? column
            guard abs(matrix[pivot][column]) > 1e-9 else { return false }
            matrix.swapAt(column, pivot)
            let divisor = matrix[column][column]
            matrix[column] = matrix[column].map { $0 / divisor }
            for row in matrix.indices where row != column {
                let factor = matrix[row][column]
                matrix[row] = zip(matrix[row], matrix[column]).map { $0 - factor * $1 }
            }
        }
        return true
    }
}
