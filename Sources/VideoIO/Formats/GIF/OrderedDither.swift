/// Maps pixels to palette indices: each is one of two colours that together come near to it, chosen by a fixed 8x8
/// pattern in the proportion of the mixture.
///
/// A pattern that stays in its place does not shimmer from frame to frame as diffused errors do, and unmoving parts
/// of the picture stay equal, which the encoder leaves out. A pixel that is a palette colour is left as it is.
///
/// Source: Bayer 1973, "An optimum method for two-level rendition of continuous-tone pictures", between the two
/// colours of a mixture instead of black and white.
struct OrderedDither {
    /// Two palette indices, the darker first; the same twice where a mixture gains nothing.
    private struct Pair {
        var darker: UInt8 = 0
        var lighter: UInt8 = 0
        var isKnown = false
    }

    private let colours: [SIMD4<Float>]
    private let integers: [SIMD4<Int32>]
    /// For each colour in 6 bits a channel, looked up when it first occurs.
    private var pairs = [Pair](repeating: Pair(), count: 1 << 18)

    init(_ palette: Palette) {
        colours = palette.colours.map { SIMD4<Float>($0) }
        integers = palette.colours.map { SIMD4<Int32>(truncatingIfNeeded: $0) }
    }

    /// One palette index a pixel.
    mutating func indices(of frame: VideoFrame) -> [UInt8] {
        let width = frame.width
        // Kept at hand: reading a global or a property counts references for each pixel.
        let (pattern, integers) = (Self.pattern, self.integers)
        return [UInt8](unsafeUninitializedCapacity: width * frame.height) { output, count in
            frame.pixels.withUnsafeBufferPointer { pixels in
                for row in 0..<frame.height {
                    for column in 0..<width {
                        let place = row * width + column
                        let colour = SIMD4(
                            Int32(pixels[place * 3]), Int32(pixels[place * 3 + 1]), Int32(pixels[place * 3 + 2]), 0)
                        let pair = self.pair(for: colour)
                        let darker = integers[Int(pair.darker)]
                        let step = integers[Int(pair.lighter)] &- darker
                        // The lighter one's part is position / length, the threshold pattern / 128.
                        let position = ((colour &- darker) &* step).wrappedSum()
                        let length = (step &* step).wrappedSum()
                        let isLighter = position &* 128 > pattern[(row & 7) << 3 | column & 7] &* length
                        output[place] = isLighter ? pair.lighter : pair.darker
                    }
                }
            }
            count = width * frame.height
        }
    }

    /// The mixture for the middle of the colour's 4x4x4 cube.
    private mutating func pair(for colour: SIMD4<Int32>) -> Pair {
        let key = Int(colour.x >> 2) << 12 | Int(colour.y >> 2) << 6 | Int(colour.z >> 2)
        if pairs[key].isKnown { return pairs[key] }
        let cube = SIMD4(Float(key >> 12), Float(key >> 6 & 63), Float(key & 63), 0)
        let pair = bestPair(for: cube * 4 + SIMD4(1.5, 1.5, 1.5, 0))
        pairs[key] = pair
        return pair
    }

    private func bestPair(for colour: SIMD4<Float>) -> Pair {
        let (nearest, squaredDistance) = Palette.nearest(to: colour, in: colours)
        let base = colours[nearest]
        var (partner, leastError) = (nearest, squaredDistance)
        for index in colours.indices where index != nearest {
            let step = colours[index] - base
            let length = (step * step).sum()
            let part = min(max(((colour - base) * step).sum() / length, 0), 1)
            let rest = colour - base - part * step
            let error = (rest * rest).sum() + Self.grainWeight * part * (1 - part) * length
            if error < leastError { (partner, leastError) = (index, error) }
        }
        let isBaseDarker = Self.luminance(base) <= Self.luminance(colours[partner])
        return Pair(
            darker: UInt8(isBaseDarker ? nearest : partner), lighter: UInt8(isBaseDarker ? partner : nearest),
            isKnown: true)
    }

    /// How much the variance of a mixture's grain counts against its error of colour.
    private static let grainWeight: Float = 0.15

    private static func luminance(_ colour: SIMD4<Float>) -> Float {
        0.2126 * colour.x + 0.7152 * colour.y + 0.0722 * colour.z
    }

    /// The 64 thresholds in 1/128, evenly spaced, in Bayer's order.
    private static let pattern: [Int32] = (0..<64).map { place in
        let (row, column) = (place >> 3, place & 7)
        var rank: Int32 = 0
        for bit in 0..<3 {
            let rowBit = Int32(row >> bit & 1)
            let columnBit = Int32(column >> bit & 1)
            rank |= (2 * (rowBit ^ columnBit) | columnBit) << Int32(2 * (2 - bit))
        }
        return 2 * rank + 1
    }
}
