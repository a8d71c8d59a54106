/// Maps pixels to palette indices through a fixed 8x8 pattern.
///
/// A pattern that stays in its place does not shimmer from frame to frame as diffused errors do, and unmoving parts
/// of the picture stay equal, which the encoder leaves out.
///
/// Source: Bayer 1973, "An optimum method for two-level rendition of continuous-tone pictures".
struct OrderedDither {
    private let colours: [SIMD4<Float>]
    /// Of each colour, in 1/64 of a level: how far the pattern may push a channel so that the colour itself is still
    /// its own nearest.
    private let reach: [Int]
    /// Palette index + 1 for each colour in 6 bits a channel; 0: not looked up yet.
    private var lookup = [UInt16](repeating: 0, count: 1 << 18)

    init(_ palette: Palette) {
        let colours = palette.colours.map { SIMD4<Float>($0) }
        self.colours = colours
        reach = colours.indices.map { index in
            guard colours.count > 1 else { return 0 }
            let distance = Palette.nearest(to: colours[index], in: colours, excluding: index).squaredDistance
            // Half the way to the next colour, along the grey diagonal.
            return Int((distance / 12).squareRoot() * 64)
        }
    }

    /// - Returns: a palette index a pixel.
    mutating func indices(of frame: VideoFrame) -> [UInt8] {
        let width = frame.width
        // Kept at hand: reading a global or a property counts references for each pixel.
        let (pattern, reach) = (Self.pattern, self.reach)
        return [UInt8](unsafeUninitializedCapacity: width * frame.height) { output, count in
            frame.pixels.withUnsafeBufferPointer { pixels in
                for row in 0..<frame.height {
                    for column in 0..<width {
                        let place = row * width + column
                        let red = Int(pixels[place * 3])
                        let green = Int(pixels[place * 3 + 1])
                        let blue = Int(pixels[place * 3 + 2])
                        let threshold = pattern[(row & 7) << 3 | column & 7]
                        let push = (reach[index(red, green, blue)] * threshold + 2048) >> 12
                        output[place] = UInt8(truncatingIfNeeded: index(red + push, green + push, blue + push))
                    }
                }
            }
            count = width * frame.height
        }
    }

    /// The palette colour nearest to the middle of the colour's 4x4x4 cube.
    private mutating func index(_ red: Int, _ green: Int, _ blue: Int) -> Int {
        let key = Self.cube(red) << 12 | Self.cube(green) << 6 | Self.cube(blue)
        let known = lookup[key]
        if known > 0 { return Int(known) - 1 }
        let middle = SIMD4(Float(key >> 12), Float(key >> 6 & 63), Float(key & 63), 0) * 4 + SIMD4(1.5, 1.5, 1.5, 0)
        let index = Palette.nearest(to: middle, in: colours).index
        lookup[key] = UInt16(index + 1)
        return index
    }

    private static func cube(_ level: Int) -> Int { min(max(level, 0), 255) >> 2 }

    /// The 64 thresholds, evenly spaced, -63...63 for -1...1, in Bayer's order.
    private static let pattern: [Int] = (0..<64).map { place in
        let (row, column) = (place >> 3, place & 7)
        var rank = 0
        for bit in 0..<3 {
            let rowBit = row >> bit & 1
            let columnBit = column >> bit & 1
            rank |= (2 * (rowBit ^ columnBit) | columnBit) << (2 * (2 - bit))
        }
        return 2 * rank - 63
    }
}
