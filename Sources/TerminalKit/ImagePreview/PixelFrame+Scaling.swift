/// Which source pixels one target pixel covers, and how much of each.
///
/// Lengths are counted in units of `1 / targetLength` of a source pixel, so that they are whole numbers and add up to
/// `sourceLength`.
private struct Coverage {
    let start: Int
    let weights: [UInt32]

    static func all(source: Int, target: Int) -> [Coverage] {
        (0..<target).map { index in
            let (begin, end) = (index * source, (index + 1) * source)
            let first = begin / target
            let last = (end - 1) / target
            let weights = (first...last).map { pixel in
                UInt32(min((pixel + 1) * target, end) - max(pixel * target, begin))
            }
            return Coverage(start: first, weights: weights)
        }
    }
}

extension PixelFrame {
    /// The picture in another size: each target pixel is the average of the area it covers.
    package func scaled(width targetWidth: Int, height targetHeight: Int) -> PixelFrame {
        guard width > 0, height > 0, targetWidth > 0, targetHeight > 0 else {
            return PixelFrame(width: 0, height: 0, pixels: [])
        }
        if targetWidth == width && targetHeight == height { return self }
        let columns = Coverage.all(source: width, target: targetWidth)
        let rows = Coverage.all(source: height, target: targetHeight)
        var lineNumber = -1
        // A source row reduced to the target's width, in 1/256 of a level.
        var line = [UInt32](repeating: 0, count: targetWidth * 3)
        var sums = line
        let result = [UInt8](unsafeUninitializedCapacity: targetWidth * targetHeight * 3) { output, count in
            for (row, coverage) in rows.enumerated() {
                for index in sums.indices { sums[index] = 0 }
                for (offset, weight) in coverage.weights.enumerated() {
                    if coverage.start + offset != lineNumber {
                        lineNumber = coverage.start + offset
                        reduce(row: lineNumber, columns, into: &line)
                    }
                    Self.add(line, weight, to: &sums)
                }
                let scale = UInt64(height) * 256
                for index in sums.indices {
                    let value = (UInt64(sums[index]) + scale / 2) / scale
                    output[row * targetWidth * 3 + index] = UInt8(min(value, 255))
                }
            }
            count = targetWidth * targetHeight * 3
        }
        return PixelFrame(width: targetWidth, height: targetHeight, pixels: result)
    }

    private static func add(_ line: [UInt32], _ weight: UInt32, to sums: inout [UInt32]) {
        sums.withUnsafeMutableBufferPointer { sums in
            line.withUnsafeBufferPointer { line in
                for index in 0..<sums.count { sums[index] &+= line[index] &* weight }
            }
        }
    }

    private func reduce(row: Int, _ columns: [Coverage], into line: inout [UInt32]) {
        let scale = UInt32(width)
        pixels.withUnsafeBufferPointer { pixels in
            line.withUnsafeMutableBufferPointer { line in
                for (target, coverage) in columns.enumerated() {
                    var (red, green, blue): (UInt32, UInt32, UInt32) = (0, 0, 0)
                    var source = (row * width + coverage.start) * 3
                    for weight in coverage.weights {
                        red &+= UInt32(pixels[source]) &* weight
                        green &+= UInt32(pixels[source + 1]) &* weight
                        blue &+= UInt32(pixels[source + 2]) &* weight
                        source += 3
                    }
                    line[target * 3] = red &* 256 / scale
                    line[target * 3 + 1] = green &* 256 / scale
                    line[target * 3 + 2] = blue &* 256 / scale
                }
            }
        }
    }
}
