import Kernels
import Testing

/// Kernels of one level with one type of operands.
struct KernelVariant: Sendable, CustomTestStringConvertible {
    let level: KernelLevel
    let precision: Precision

    static let all = KernelLevel.supported.flatMap { level in
        Precision.allCases.map { KernelVariant(level: level, precision: $0) }
    }
    /// The types that attention and the row kernels know.
    static let floating = all.filter { $0.precision != .int8 }

    var kernels: Kernels { Kernels(level) }
    var isBF16: Bool { precision == .bf16 }
    var testDescription: String { "\(precision.rawValue) on \(level)" }

    /// Largest magnitude of an int8 weight: AVX2 adds two products in 16 bits, the other levels add in 32.
    var weightLimit: Float { level == .avx2 ? 63 : 127 }
}
