/// The colours of a sixel picture: at most 252, chosen from the picture itself.
///
/// A fixed palette of 6x7x6 levels cannot reach 25 dB on natural frames (its step is 51, so rounding alone costs
/// 24.8 dB in red and blue, and dithering 3 dB more); colours from the frame reach some 35 dB at no greater cost. To
/// keep still areas still from frame to frame a palette is used on until it no longer fits.
///
/// Source of the division: Wu 1991, "Efficient statistical computations for optimal color quantization", reduced to
/// cutting the box of the largest error at its mean.
package struct SixelPalette: Sendable {
    static let largestCount = 252
    static let binCount = 32 * 32 * 32

    /// Colours by their number.
    private(set) var colors: [RGB]
    /// The number of each of 32768 colours of 5 bits a channel; 255 where it has not been asked for yet.
    private(set) var numberOfBin: [UInt8]
    /// Mean squared error of a channel in the picture it was made for.
    let ownError: Double

    /// A colour of 5 bits a channel as 8 bits.
    static func color(ofBin bin: Int) -> (Int, Int, Int) {
        (widened(bin >> 10), widened(bin >> 5 & 31), widened(bin & 31))
    }

    private static func widened(_ level: Int) -> Int { level << 3 | level >> 2 }

    /// - Parameter histogram: how many pixels each bin has.
    init(histogram: [Int32]) {
        let occupied = histogram.indices.filter { histogram[$0] > 0 }
        var boxes = [ColorBox(occupied, histogram)]
        while boxes.count < Self.largestCount {
            guard let worst = boxes.indices.max(by: { boxes[$0].error < boxes[$1].error }), boxes[worst].error > 0,
                let (low, high) = boxes[worst].halves(histogram)
            else { break }
            boxes[worst] = low
            boxes.append(high)
        }
        colors = boxes.map(\.mean)
        numberOfBin = Array(repeating: 255, count: Self.binCount)
        for (number, box) in boxes.enumerated() {
            for bin in box.bins { numberOfBin[bin] = UInt8(number) }
        }
        let pixelCount = boxes.reduce(0) { $0 + $1.pixelCount }
        ownError = boxes.reduce(0) { $0 + $1.error } / Double(max(3 * pixelCount, 1))
    }

    /// Finds numbers for bins that the palette's own picture did not have.
    ///
    /// - Returns: the mean squared error of a channel in a picture with this histogram.
    mutating func adopt(_ histogram: [Int32]) -> Double {
        var error = 0
        var pixelCount = 0
        for bin in histogram.indices where histogram[bin] > 0 {
            if numberOfBin[bin] == 255 { numberOfBin[bin] = nearest(to: bin) }
            let count = Int(histogram[bin])
            error += count * Self.distance(bin, colors[Int(numberOfBin[bin])])
            pixelCount += count
        }
        return Double(error) / Double(max(3 * pixelCount, 1))
    }

    private func nearest(to bin: Int) -> UInt8 {
        var best = 0
        var bestDistance = Int.max
        for (number, color) in colors.enumerated() {
            let distance = Self.distance(bin, color)
            if distance < bestDistance { (best, bestDistance) = (number, distance) }
        }
        return UInt8(best)
    }

    private static func distance(_ bin: Int, _ color: RGB) -> Int {
        let (red, green, blue) = Self.color(ofBin: bin)
        let (dr, dg, db) = (red - Int(color.red), green - Int(color.green), blue - Int(color.blue))
        return dr * dr + dg * dg + db * db
    }
}

/// Bins that share a colour.
private struct ColorBox {
    let bins: [Int]
    let pixelCount: Int
    let mean: RGB
    /// Sum of squared distances of its pixels to the mean.
    let error: Double
    /// The channel that varies most, 0 red to 2 blue, and its mean.
    private let widest: (channel: Int, mean: Double)

    init(_ bins: [Int], _ histogram: [Int32]) {
        self.bins = bins
        var count = 0
        var sums = (0, 0, 0)
        var squares = (0, 0, 0)
        for bin in bins {
            let weight = Int(histogram[bin])
            let (red, green, blue) = SixelPalette.color(ofBin: bin)
            count += weight
            sums = (sums.0 + weight * red, sums.1 + weight * green, sums.2 + weight * blue)
            squares.0 += weight * red * red
            squares.1 += weight * green * green
            squares.2 += weight * blue * blue
        }
        pixelCount = count
        let scale = Double(max(count, 1))
        let means = [Double(sums.0) / scale, Double(sums.1) / scale, Double(sums.2) / scale]
        let errors = zip([squares.0, squares.1, squares.2], means).map { max(Double($0) - scale * $1 * $1, 0) }
        mean = RGB(UInt8(means[0].rounded()), UInt8(means[1].rounded()), UInt8(means[2].rounded()))
        error = errors.reduce(0, +)
        let channel = (0..<3).max { errors[$0] < errors[$1] } ?? 0
        widest = (channel, means[channel])
    }

    /// The box cut at the mean of its widest channel; nil where it has one bin.
    func halves(_ histogram: [Int32]) -> (ColorBox, ColorBox)? {
        func level(_ bin: Int) -> Int {
            let color = SixelPalette.color(ofBin: bin)
            return widest.channel == 0 ? color.0 : (widest.channel == 1 ? color.1 : color.2)
        }
        let low = bins.filter { Double(level($0)) < widest.mean }
        let high = bins.filter { Double(level($0)) >= widest.mean }
        guard !low.isEmpty, !high.isEmpty else { return nil }
        return (ColorBox(low, histogram), ColorBox(high, histogram))
    }
}
