/// Maps pixels to palette indices through a fixed 8x8 pattern.
///
/// A pattern that stays in its place does not shimmer from frame to frame as diffused errors do, and unmoving parts
/// of the picture stay equal, which the encoder leaves out.
///
/// Source: Bayer 1973, "An optimum method for two-level rendition of continuous-tone pictures".
struct OrderedDither {
    private let colours: [SIMD4<Float>]
    /// Of each colour: how far the pattern may push a channel so that the colour itself is still its own nearest.
    private let reach: [Float]
    /// Palette index + 1 for each colour in 6 bits a channel; 0: not looked up yet.
    private var lookup = [UInt16](repeating: 0, count: 1 << 18)

    init(_ palette: Palette) {
        let colours = palette.colours.map { SIMD4<Float>($0) }
        self.colours = colours
        reach = colours.indices.map { index in
            guard colours.count > 1 else { return 0 }
            let distance = Palette.nearest(to: colours[index], in: colours, excluding: index).squaredDistance
            // Half the way to the next colour, along the grey diagonal.
            return (distance / 12).squareRoot()
        }
    }

    /// - Returns: a palette index a pixel.
    mutating func indices(of frame: VideoFrame) -> [UInt8] {
        let width = frame.width
        return [UInt8](unsafeUninitializedCapacity: width * frame.height) { output, count in
            frame.pixels.withUnsafeBufferPointer { pixels in
                for row in 0..<frame.height {
                    for column in 0..<width {
                        let pixel = (row * width + column) * 3
                        let colour = SIMD4(
                            Float(pixels[pixel]), Float(pixels[pixel + 1]), Float(pixels[pixel + 2]), 0)
                        let threshold = Self.pattern[(row & 7) << 3 | column & 7]
                        let spread = reach[index(of: colour)] * threshold
                        output[row * width + column] = UInt8(index(of: colour + SIMD4(spread, spread, spread, 0)))
                    }
                }
            }
            count = width * frame.height
        }
    }

    /// The palette colour nearest to the middle of the colour's 4x4x4 cube.
    private mutating func index(of colour: SIMD4<Float>) -> Int {
        let level = SIMD4<Int32>(colour.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255)))
        let key = Int(level.x >> 2) << 12 | Int(level.y >> 2) << 6 | Int(level.z >> 2)
        if lookup[key] > 0 { return Int(lookup[key]) - 1 }
        let cube = SIMD4<Int32>(level.x & ~3, level.y & ~3, level.z & ~3, 0)
        let middle = SIMD4<Float>(cube) + SIMD4(1.5, 1.5, 1.5, 0)
        let index = Palette.nearest(to: middle, in: colours).index
        lookup[key] = UInt16(index + 1)
        return index
    }

    /// The 64 thresholds, evenly spaced within -1...1 with mean 0, in Bayer's order.
    private static let pattern: [Float] = (0..<64).map { place in
        let (row, column) = (place >> 3, place & 7)
        var rank = 0
        for bit in 0..<3 {
            let rowBit = row >> bit & 1
            let columnBit = column >> bit & 1
            rank |= (2 * (rowBit ^ columnBit) | columnBit) << (2 * (2 - bit))
        }
        return (Float(rank) + 0.5) / 32 - 1
    }
}
