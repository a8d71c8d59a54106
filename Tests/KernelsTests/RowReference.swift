import Kernels

/// The row kernels in Float64. `scale` and `shift` hold a row of `channels` for each row, or one for all.
enum RowReference {
    static func normalized(_ norm: Kernels.Norm, _ row: [Double], epsilon: Float) -> [Double] {
        let count = Double(row.count)
        let mean = norm == .layer ? row.reduce(0, +) / count : 0
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        return row.map { ($0 - mean) / (variance + Double(epsilon)).squareRoot() }
    }

    static func rows(_ x: [Float], channels: Int) -> [[Double]] {
        stride(from: 0, to: x.count, by: channels).map { x[$0..<$0 + channels].map(Double.init) }
    }

    /// x (1 + scale) + shift, with factors that may be shared by all rows.
    static func modulated(_ x: [[Double]], scale: [Float], shift: [Float], stride: Int) -> [Double] {
        x.enumerated().flatMap { row, values in
            values.enumerated().map { column, value in
                value * (1 + Double(scale[row * stride + column])) + Double(shift[row * stride + column])
            }
        }
    }
}
