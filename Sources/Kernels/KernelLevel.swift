internal import CKernels

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// What the CPU's vector instructions allow, from plain to fast. Results of two levels differ by rounding only.
package enum KernelLevel: Int, Sendable, CaseIterable, Comparable, CustomStringConvertible {
    /// Four floats at a time, any CPU.
    case portable = 0
    /// AVX2 and FMA.
    case avx2 = 1
    /// AVX-512 with BF16 and VNNI.
    case avx512 = 2

    /// The best level of this CPU, capped by the environment variable `TURBO2K_KERNELS` (`portable`, `avx2`, `avx512`).
    package static let best: KernelLevel = {
        let hardware = KernelLevel(rawValue: Int(ck_best_level().rawValue)) ?? .portable
        guard let text = getenv("TURBO2K_KERNELS").map({ String(cString: $0) }),
            let cap = allCases.first(where: { $0.description == text })
        else { return hardware }
        return min(cap, hardware)
    }()

    /// The levels that this CPU has, plainest first.
    package static var supported: [KernelLevel] { allCases.filter { $0.rawValue <= Int(ck_best_level().rawValue) } }

    /// Whether bf16 products are done in hardware; elsewhere they are widened and slower than fp32.
    package var multipliesBF16: Bool { self == .avx512 }

    package static func < (left: KernelLevel, right: KernelLevel) -> Bool { left.rawValue < right.rawValue }

    package var description: String {
        switch self {
        case .portable: "portable"
        case .avx2: "avx2"
        case .avx512: "avx512"
        }
    }
}

/// The kernels of one level. The pointers that its methods take must hold what the comments say; callers in this package
/// are the executors, which own the buffers.
package struct Kernels: Sendable {
    package let level: KernelLevel
    // SAFETY: points to a constant table with static lifetime.
    nonisolated(unsafe) let table: UnsafePointer<ck_table>

    package init(_ level: KernelLevel = .best) {
        self.level = level
        table = ck_table_for(ck_level(rawValue: UInt32(level.rawValue)))
    }

    /// The largest int8 weight whose products cannot overflow.
    package var integerLimit: Int { Int(table.pointee.i8_limit) }

    /// The precision used when none is asked for: the fastest whose clips look like those of fp32 (Benchmarks.md, Accuracy).
    package static var defaultPrecision: Precision {
        switch KernelLevel.best {
        case .portable: .fp32
        case .avx2: .int8
        case .avx512: .bf16
        }
    }
}
