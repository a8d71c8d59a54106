/// The colours that stand for a clip's: cuts of greatest variance, then means moved to where their pixels are.
///
/// Source: Heckbert 1982, "Color image quantization for frame buffer display"; Lloyd 1982 for the refinement.
struct Palette {
    /// Red, green and blue of each colour, 0...255.
    let colours: [SIMD4<UInt8>]

    /// - Parameters:
    ///   - bins: at least one.
    ///   - maximumCount: 1 to 255.
    init(_ bins: [ColourHistogram.Bin], maximumCount: Int) {
        var boxes = [Box(bins[...])]
        while boxes.count < maximumCount {
            guard let widest = boxes.indices.max(by: { boxes[$0].squaredError < boxes[$1].squaredError }),
                let (lower, upper) = boxes[widest].split()
            else { break }
            boxes[widest] = lower
            boxes.append(upper)
        }
        var means = boxes.map(\.mean)
        for _ in 0..<Self.refinementCount { means = Self.refined(means, bins: bins) }
        var distinct: [SIMD4<UInt8>] = []
        for mean in means {
            let colour = SIMD4<UInt8>(truncatingIfNeeded: SIMD4<Int32>(mean + 0.5))
            if !distinct.contains(colour) { distinct.append(colour) }
        }
        colours = distinct
    }

    private static let refinementCount = 3

    /// One Lloyd step: each mean moves to that of the bins nearest to it.
    private static func refined(_ means: [SIMD4<Float>], bins: [ColourHistogram.Bin]) -> [SIMD4<Float>] {
        var sums = [SIMD4<Double>](repeating: .zero, count: means.count)
        var counts = [Double](repeating: 0, count: means.count)
        for bin in bins {
            let nearest = Self.nearest(to: bin.mean, in: means).index
            sums[nearest] += SIMD4<Double>(bin.mean) * bin.count
            counts[nearest] += bin.count
        }
        return means.indices.map { counts[$0] > 0 ? SIMD4<Float>(sums[$0] / counts[$0]) : means[$0] }
    }

    /// - Returns: the nearest of `colours` and its squared distance.
    static func nearest(
        to colour: SIMD4<Float>, in colours: [SIMD4<Float>], excluding excluded: Int = -1
    ) -> (index: Int, squaredDistance: Float) {
        var best = (index: 0, squaredDistance: Float.infinity)
        for index in colours.indices where index != excluded {
            let difference = colours[index] - colour
            let distance = (difference * difference).sum()
            if distance < best.squaredDistance { best = (index, distance) }
        }
        return best
    }
}

/// Some bins of the histogram, cut in two where their colours vary most.
private struct Box {
    let bins: [ColourHistogram.Bin]
    let mean: SIMD4<Float>
    /// Sum over the pixels of the squared distance to the mean.
    let squaredError: Double
    /// The channel that varies most, 0...2.
    private let widestChannel: Int

    init(_ bins: ArraySlice<ColourHistogram.Bin>) {
        self.bins = Array(bins)
        var (sum, squares, count) = (SIMD4<Double>.zero, SIMD4<Double>.zero, 0.0)
        for bin in bins {
            let colour = SIMD4<Double>(bin.mean)
            sum += colour * bin.count
            squares += colour * colour * bin.count
            count += bin.count
        }
        let centre = sum / max(count, 1)
        let errors = squares - centre * centre * count
        mean = SIMD4<Float>(centre)
        // One bin is not cut further, whatever rounding says of its error.
        squaredError = bins.count > 1 ? max(0, errors.sum()) : 0
        widestChannel = (0..<3).max { errors[$0] < errors[$1] } ?? 0
    }

    /// The parts below and above the mean; nil where all colours are one.
    func split() -> (Box, Box)? {
        guard bins.count > 1 else { return nil }
        let channel = widestChannel
        var sorted = bins
        let middle = sorted.partition { $0.mean[channel] > mean[channel] }
        guard middle > 0, middle < sorted.count else { return nil }
        return (Box(sorted[..<middle]), Box(sorted[middle...]))
    }
}
