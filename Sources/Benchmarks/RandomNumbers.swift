import Diffusion
import Kernels

/// Numbers to calculate with, quick to make: a pool of normal numbers, read over and over from shifting places.
///
/// Times do not depend on the numbers, as long as they are of ordinary size and not all alike.
struct RandomNumbers {
    private let pool: [Float]
    private var place = 0
    /// A prime, so that neighbouring matrices do not repeat each other.
    private static let poolCount = 1_048_573

    /// Numbers of mean 0 and a standard deviation, the same for the same seed.
    init(deviation: Float = 1, seed: UInt64 = 0) {
        var random = RandomSource(seed: seed)
        pool = random.normal(count: Self.poolCount).map { $0 * deviation }
    }

    private mutating func next() -> Float {
        place += 1
        if place >= pool.count { place = 0 }
        return pool[place]
    }

    mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }

    /// Fresh memory holding `count` floats.
    mutating func buffer(_ count: Int) -> AlignedBuffer {
        let result = AlignedBuffer(byteCount: count * 4)
        for index in 0..<count { result.floats()[index] = next() }
        return result
    }

    /// Fresh memory holding `count` numbers in bf16 or fp32.
    mutating func buffer(_ count: Int, isBF16: Bool) -> AlignedBuffer {
        guard isBF16 else { return buffer(count) }
        let result = AlignedBuffer(byteCount: count * 2)
        for index in 0..<count { result.halves()[index] = bf16Bits(next()) }
        return result
    }

    /// `count` numbers as little-endian bf16.
    mutating func bf16Bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count * 2) { bytes, initialized in
            for index in 0..<count {
                let bits = bf16Bits(next())
                bytes[2 * index] = UInt8(truncatingIfNeeded: bits)
                bytes[2 * index + 1] = UInt8(truncatingIfNeeded: bits >> 8)
            }
            initialized = count * 2
        }
    }
}
