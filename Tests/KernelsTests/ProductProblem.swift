import Kernels
import TestSupport

/// Operands of a product and their sums in Float64. Smaller products are its upper left corner, so that one reference
/// serves many sizes.
struct ProductProblem {
    let variant: KernelVariant
    let rowCount: Int
    let columnCount: Int
    let inputCount: Int
    let tapCount: Int
    /// `[columns, taps, inputs]`, before rounding to the operand type.
    let weights: [Float]
    /// `[rows, columns]`, of the operands as the kernels see them.
    let sums: [Double]
    /// Rows of pixels, as many as taps; tap t of row r is pixel r + (t mod 3) of line t.
    private let operands: OperandRows
    private let pixelsPerLine: Int
    let rowScales: [Float]

    init(_ variant: KernelVariant, rows: Int, columns: Int, inputs: Int, taps: Int = 1, seed: UInt64 = 11) {
        self.variant = variant
        (rowCount, columnCount, inputCount, tapCount) = (rows, columns, inputs, taps)
        var random = SeededGenerator(seed: seed)
        weights = random.floats(columns * taps * inputs)
        pixelsPerLine = taps == 1 ? rows : rows + 2
        let pixels = pixelsPerLine * taps
        var map = random.floats(pixels * inputs)
        // One scale for all pixels, since an int8 row has one scale and a row with taps is made of several pixels.
        for pixel in 0..<pixels { map[pixel * inputs] = Bool.random(using: &random) ? 1 : -1 }
        operands = OperandRows(precision: variant.precision, inputChannels: inputs, rows: pixels, workers: 1)
        operands.fill(worker: 0, from: map, isBF16: false, rows: pixels, stride: inputs, kernels: variant.kernels)
        rowScales = [Float](repeating: 1 / 127, count: rows)
        sums = Self.sums(
            left: Self.decode(operands, precision: variant.precision, pixels: pixels),
            right: Self.rounded(weights, columns: columns, variant: variant),
            rows: rows, columns: columns, inputs: inputs, taps: taps, pixelsPerLine: pixelsPerLine)
    }

    /// The packed weights of the first `columns` columns.
    func matrix(columns: Int) -> PackedMatrix {
        let (weights, taps, inputs) = (weights, tapCount, inputCount)
        return PackedMatrix(
            outputChannels: columns, inputChannels: inputs, tapCount: taps, precision: variant.precision,
            kernels: variant.kernels
        ) { output, tap, input in weights[(output * taps + tap) * inputs + input] }
    }

    /// Runs the kernel on the first `rows` rows.
    func run(_ matrix: PackedMatrix, rows: Int, epilogue: Epilogue) {
        let segments: [UnsafeRawPointer?] = (0..<tapCount).map { tap in
            let pixel = tap * pixelsPerLine + (tapCount == 1 ? 0 : tap % 3)
            return UnsafeRawPointer(operands.rows(worker: 0) + pixel * operands.rowStride)
        }
        rowScales.withUnsafeBufferPointer { scales in
            variant.kernels.product(
                segments: segments, rows: rows, rowStride: operands.rowStride, matrix: matrix,
                rowScales: variant.precision == .int8 ? scales.baseAddress : nil, epilogue: epilogue)
        }
    }

    /// The sums of the upper left corner, `[rows, columns]`.
    func corner(rows: Int, columns: Int) -> [Double] {
        (0..<rows).flatMap { sums[$0 * columnCount..<$0 * columnCount + columns] }
    }

    /// What fp32 sums of these lengths may differ by; int8 sums are exact, but for the two scales.
    var tolerance: Double {
        variant.precision == .int8 ? 4 * Rounding.fp32 : Rounding.sum(inputCount * tapCount)
    }

    /// The tolerance of a corner: rounding errors are as large as the sums usually are, also where a few sums are small
    /// because their products cancel.
    func tolerance(corner: [Double]) -> Double {
        let usual = (sums.reduce(0) { $0 + $1 * $1 } / Double(sums.count)).squareRoot()
        let here = (corner.reduce(0) { $0 + $1 * $1 } / Double(corner.count)).squareRoot()
        return here > 0 ? tolerance * max(1, usual / here) : tolerance * usual
    }

    private static func decode(_ operands: OperandRows, precision: Precision, pixels: Int) -> [Double] {
        let rows = UnsafeRawPointer(operands.rows(worker: 0))
        var values: [Double] = []
        values.reserveCapacity(pixels * operands.inputChannels)
        for pixel in 0..<pixels {
            let row = rows + pixel * operands.rowStride
            for input in 0..<operands.inputChannels {
                switch precision {
                case .fp32: values.append(Double(row.load(fromByteOffset: input * 4, as: Float.self)))
                case .bf16: values.append(Double(float(bf16: row.load(fromByteOffset: input * 2, as: UInt16.self))))
                case .int8: values.append((Double(row.load(fromByteOffset: input, as: UInt8.self)) - 128) / 127)
                }
            }
        }
        return values
    }

    private static func rounded(_ weights: [Float], columns: Int, variant: KernelVariant) -> [Double] {
        switch variant.precision {
        case .fp32: return weights.map(Double.init)
        case .bf16: return weights.roundedToBF16.map(Double.init)
        case .int8:
            let length = weights.count / columns
            return (0..<columns).flatMap { column -> [Double] in
                let row = weights[column * length..<(column + 1) * length]
                let scale = (row.map(abs).max() ?? 0) / variant.weightLimit
                return row.map { Double(($0 / scale).rounded(.toNearestOrEven)) * Double(scale) }
            }
        }
    }

    private static func sums(
        left: [Double], right: [Double], rows: Int, columns: Int, inputs: Int, taps: Int, pixelsPerLine: Int
    ) -> [Double] {
        var sums = [Double](repeating: 0, count: rows * columns)
        sums.withUnsafeMutableBufferPointer { sums in
            left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { right in
                    for row in 0..<rows {
                        for column in 0..<columns {
                            var sum = 0.0
                            for tap in 0..<taps {
                                let pixel = tap * pixelsPerLine + row + (taps == 1 ? 0 : tap % 3)
                                let (x, w) = (pixel * inputs, (column * taps + tap) * inputs)
                                var input = 0  // a plain loop, which stays quick in debug builds
                                while input < inputs {
                                    sum += left[x + input] * right[w + input]
                                    input += 1
                                }
                            }
                            sums[row * columns + column] = sum
                        }
                    }
                }
            }
        }
        return sums
    }
}
