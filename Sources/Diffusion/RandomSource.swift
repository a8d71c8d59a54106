import Foundation

/// The random numbers of PyTorch's CPU generator: a seed gives the same noise as the reference implementation.
///
/// Source: engine reference, section 10; MT19937 with ATen's `normal` kernels.
package struct RandomSource: Sendable {
    private var engine: MersenneTwister
    /// The second value of the last pair that a short call drew; it waits for the next short call.
    private var spare: Double?

    /// The shortest call that uses the block transform; shorter ones draw pairs in double precision.
    private static let blockCount = 16

    /// - Parameter seed: its low 32 bits count.
    package init(seed: UInt64) {
        engine = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
    }

    /// The next raw 32 bits.
    package mutating func next32() -> UInt32 { engine.next() }

    /// `count` values, uniform in [0, 1), as `torch.rand` draws them.
    package mutating func uniform(count: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            fillUniform(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        }
    }

    /// `count` values of the standard normal distribution, as `torch.randn` draws them for any shape of this size.
    package mutating func normal(count: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            fillNormal(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        }
    }

    /// Fills a buffer with values of the standard normal distribution.
    package mutating func fillNormal(_ values: UnsafeMutableBufferPointer<Float>) {
        guard values.count >= Self.blockCount else {
            for index in values.indices { values[index] = nextNormal() }
            return
        }
        fillUniform(values)
        let whole = values.count / Self.blockCount * Self.blockCount
        for start in stride(from: 0, to: whole, by: Self.blockCount) { Self.transformBlock(values, at: start) }
        if whole < values.count {
            // The last 16 values are drawn anew, over what the last whole block left there.
            let start = values.count - Self.blockCount
            fillUniform(UnsafeMutableBufferPointer(rebasing: values[start...]))
            Self.transformBlock(values, at: start)
        }
    }

    private mutating func fillUniform(_ values: UnsafeMutableBufferPointer<Float>) {
        for index in values.indices { values[index] = Float(engine.next() & 0xFF_FFFF) * 0x1p-24 }
    }

    /// Box and Muller's transform of 8 pairs that lie 8 apart.
    private static func transformBlock(_ values: UnsafeMutableBufferPointer<Float>, at start: Int) {
        for j in start..<start + 8 {
            let radius = (-2 * logf(1 - values[j])).squareRoot()
            let angle = 2 * Float.pi * values[j + 8]
            values[j] = radius * cosf(angle)
            values[j + 8] = radius * sinf(angle)
        }
    }

    private mutating func nextNormal() -> Float {
        if let value = spare {
            spare = nil
            return Float(value)
        }
        let u1 = nextDouble()
        let u2 = nextDouble()
        let radius = (-2 * log1p(-u2)).squareRoot()
        let angle = 2 * Double.pi * u1
        spare = radius * sin(angle)
        return Float(radius * cos(angle))
    }

    /// Uniform in [0, 1) with 53 bits; the upper word is drawn first.
    private mutating func nextDouble() -> Double {
        let high = UInt64(engine.next())
        let low = UInt64(engine.next())
        return Double((high << 32 | low) & (1 << 53 - 1)) * 0x1p-53
    }
}
