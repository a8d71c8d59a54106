import Kernels
import TestSupport
import Testing

/// Memory for a kernel's output: rows of fp32 or bf16 between two guards, with gaps between rows. All that is not yet
/// written holds NaN, so that a gap in the output cannot pass for a number.
struct GuardedRows {
    let rows: Int
    let columns: Int
    let stride: Int
    let isBF16: Bool
    private var bytes: [UInt8]
    private static let guardCount = 256
    private static let pattern: UInt8 = 0xff

    private var elementBytes: Int { isBF16 ? 2 : 4 }

    /// `stride` counts elements from row to row, by default `columns`; `initial`, `[rows, columns]`, is what a kernel that
    /// works in place or adds finds there.
    init(rows: Int, columns: Int, stride: Int? = nil, isBF16: Bool = false, initial: [Float]? = nil) {
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
        self.isBF16 = isBF16
        let inside = rows == 0 ? 0 : ((rows - 1) * self.stride + columns) * (isBF16 ? 2 : 4)
        bytes = [UInt8](repeating: Self.pattern, count: inside + 2 * Self.guardCount)
        guard let initial else { return }
        bytes.withUnsafeMutableBytes { memory in
            for row in 0..<rows {
                for column in 0..<columns {
                    let value = initial[row * columns + column]
                    let place = Self.guardCount + (row * self.stride + column) * (isBF16 ? 2 : 4)
                    if isBF16 {
                        memory.storeBytes(of: bf16Bits(value), toByteOffset: place, as: UInt16.self)
                    } else {
                        memory.storeBytes(of: value, toByteOffset: place, as: Float.self)
                    }
                }
            }
        }
    }

    /// Hands out the address of element [0, 0].
    mutating func write(_ body: (UnsafeMutableRawPointer) -> Void) {
        bytes.withUnsafeMutableBytes { memory in
            guard let base = memory.baseAddress else { return }
            body(base + Self.guardCount)
        }
    }

    /// `[rows, columns]`.
    var values: [Float] {
        bytes.withUnsafeBytes { memory in
            var result: [Float] = []
            result.reserveCapacity(rows * columns)
            for row in 0..<rows {
                for column in 0..<columns {
                    let place = Self.guardCount + (row * stride + column) * elementBytes
                    result.append(
                        isBF16
                            ? float(bf16: memory.loadUnaligned(fromByteOffset: place, as: UInt16.self))
                            : memory.loadUnaligned(fromByteOffset: place, as: Float.self))
                }
            }
            return result
        }
    }

    /// Whether the guards and the gaps between rows still hold what they held at first.
    var isIntact: Bool {
        bytes.withUnsafeBufferPointer { memory in
            let rowBytes = stride * elementBytes
            for row in 0..<max(rows - 1, 0) {
                let gap = Self.guardCount + row * rowBytes + columns * elementBytes
                let next = Self.guardCount + (row + 1) * rowBytes
                for index in gap..<next where memory[index] != Self.pattern { return false }
            }
            for index in 0..<Self.guardCount {
                if memory[index] != Self.pattern || memory[memory.count - 1 - index] != Self.pattern { return false }
            }
            return true
        }
    }

    /// Compares the values and looks at the guards.
    func expect(
        _ expected: [Double], tolerance: Double, _ label: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        expectClose(values.map(Double.init), expected, tolerance: tolerance, label, sourceLocation: sourceLocation)
        #expect(isIntact, "\(label): wrote outside its rows", sourceLocation: sourceLocation)
    }
}

/// Rounding errors that the tolerances are made of.
enum Rounding {
    /// Half a unit in the last of 24 bits.
    static let fp32 = 0x1p-24
    /// Half a unit in the last of 8 bits: the largest relative error of a number stored as bf16, and so of a list of them.
    static let bf16 = 0x1p-8

    /// Relative error of a sum of `count` products, one after the other: roundings are independent, so they grow as the
    /// square root. Twice that, since partial sums may exceed the whole.
    static func sum(_ count: Int) -> Double { 2 * fp32 * Double(max(count, 4)).squareRoot() }
}

extension [Float] {
    /// To bf16 and back.
    var roundedToBF16: [Float] { map { float(bf16: bf16Bits($0)) } }
}
