/// How often colours occur, counted in cubes of 8x8x8 levels, each with the mean of its pixels.
struct ColourHistogram {
    /// One cube that has pixels.
    struct Bin {
        /// Mean red, green and blue, 0...255.
        var mean: SIMD4<Float>
        var count: Double
    }

    private static let binCount = 1 << 15
    private var counts = [UInt64](repeating: 0, count: binCount)
    private var sums = [SIMD4<UInt64>](repeating: .zero, count: binCount)

    mutating func add(_ frame: VideoFrame) {
        frame.pixels.withUnsafeBufferPointer { pixels in
            counts.withUnsafeMutableBufferPointer { counts in
                sums.withUnsafeMutableBufferPointer { sums in
                    for start in stride(from: 0, to: pixels.count, by: 3) {
                        let (red, green, blue) = (pixels[start], pixels[start + 1], pixels[start + 2])
                        let bin = Int(red >> 3) << 10 | Int(green >> 3) << 5 | Int(blue >> 3)
                        counts[bin] += 1
                        sums[bin] &+= SIMD4(UInt64(red), UInt64(green), UInt64(blue), 0)
                    }
                }
            }
        }
    }

    /// The cubes that have pixels.
    func bins() -> [Bin] {
        (0..<Self.binCount).compactMap { index in
            guard counts[index] > 0 else { return nil }
            let count = Double(counts[index])
            let mean = SIMD4<Double>(sums[index]) / count
            return Bin(mean: SIMD4<Float>(mean), count: count)
        }
    }
}
