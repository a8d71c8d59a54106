extension VideoFrame {
    /// The picture at another size: each pixel the average of the area it covers where a side shrinks, linear
    /// interpolation where it grows. The average is of the stored values, as video players do.
    ///
    /// - Precondition: both sides are positive.
    package func resized(toWidth newWidth: Int, height newHeight: Int) -> VideoFrame {
        precondition(newWidth > 0 && newHeight > 0, "resized: \(newWidth)x\(newHeight)")
        if newWidth == width, newHeight == height { return self }
        let columns = ResizeWeights(from: width, to: newWidth)
        let rows = ResizeWeights(from: height, to: newHeight)
        let rowLength = width * 3
        var blended = [Float](repeating: 0, count: rowLength)
        let result = [UInt8](unsafeUninitializedCapacity: newWidth * newHeight * 3) { output, count in
            pixels.withUnsafeBufferPointer { input in
                blended.withUnsafeMutableBufferPointer { blended in
                    for row in 0..<newHeight {
                        rows.blendRows(for: row, input: input, rowLength: rowLength, into: blended)
                        let line = UnsafeMutableBufferPointer(
                            rebasing: output[(row * newWidth * 3)..<((row + 1) * newWidth * 3)])
                        columns.blendPixels(of: UnsafeBufferPointer(blended), into: line)
                    }
                }
            }
            count = newWidth * newHeight * 3
        }
        return VideoFrame(width: newWidth, height: newHeight, pixels: result)
    }

    /// The largest size of this shape within `maximumWidth` by `maximumHeight`; never larger than the picture.
    package func sizeFitting(maximumWidth: Int, maximumHeight: Int) -> (width: Int, height: Int) {
        Self.fittingSize(width: width, height: height, maximum: (maximumWidth, maximumHeight))
    }

    static func fittingSize(
        width: Int, height: Int, maximum: (width: Int, height: Int)?
    ) -> (width: Int, height: Int) {
        guard let maximum, width > maximum.width || height > maximum.height else { return (width, height) }
        let scale = min(Double(maximum.width) / Double(width), Double(maximum.height) / Double(height))
        return (
            max(1, min(maximum.width, Int((Double(width) * scale).rounded()))),
            max(1, min(maximum.height, Int((Double(height) * scale).rounded())))
        )
    }
}

/// Which inputs each output sample of one axis blends, and how much of each.
private struct ResizeWeights {
    /// For each output: its first input and where its weights start; one more entry at the end.
    private var firstInput: [Int] = []
    private var weightStart: [Int] = [0]
    private var weights: [Float] = []

    init(from inputCount: Int, to outputCount: Int) {
        let scale = Double(inputCount) / Double(outputCount)
        for output in 0..<outputCount {
            if scale > 1 {
                appendArea(from: Double(output) * scale, to: Double(output + 1) * scale, inputCount: inputCount)
            } else {
                appendLinear(at: (Double(output) + 0.5) * scale - 0.5, inputCount: inputCount)
            }
            weightStart.append(weights.count)
        }
    }

    private mutating func appendArea(from start: Double, to end: Double, inputCount: Int) {
        let first = min(Int(start), inputCount - 1)
        let last = max(first, min(inputCount, Int(end.rounded(.up))) - 1)
        firstInput.append(first)
        for input in first...last {
            let covered = min(end, Double(input + 1)) - max(start, Double(input))
            weights.append(Float(max(0, covered) / (end - start)))
        }
    }

    private mutating func appendLinear(at position: Double, inputCount: Int) {
        let clamped = min(max(position, 0), Double(inputCount - 1))
        let first = min(Int(clamped), max(0, inputCount - 2))
        let fraction = Float(clamped - Double(first))
        firstInput.append(first)
        weights.append(1 - fraction)
        if inputCount > 1 { weights.append(fraction) }
    }

    /// Blends whole rows of `input`, `rowLength` samples each, into the one row `output`.
    func blendRows(
        for index: Int, input: UnsafeBufferPointer<UInt8>, rowLength: Int,
        into output: UnsafeMutableBufferPointer<Float>
    ) {
        for (offset, weightIndex) in (weightStart[index]..<weightStart[index + 1]).enumerated() {
            let weight = weights[weightIndex]
            let start = (firstInput[index] + offset) * rowLength
            let row = UnsafeBufferPointer(rebasing: input[start..<start + rowLength])
            if offset == 0 {
                for sample in 0..<rowLength { output[sample] = weight * Float(row[sample]) }
            } else {
                for sample in 0..<rowLength { output[sample] += weight * Float(row[sample]) }
            }
        }
    }

    /// Blends the RGB pixels of one row into one output row.
    func blendPixels(of row: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<UInt8>) {
        for index in 0..<firstInput.count {
            var sum = SIMD4<Float>(repeating: 0.5)
            var sample = firstInput[index] * 3
            for weightIndex in weightStart[index]..<weightStart[index + 1] {
                sum += weights[weightIndex] * SIMD4(row[sample], row[sample + 1], row[sample + 2], 0)
                sample += 3
            }
            output[index * 3] = Self.level(sum.x)
            output[index * 3 + 1] = Self.level(sum.y)
            output[index * 3 + 2] = Self.level(sum.z)
        }
    }

    /// The sums carry half a level, so cutting the fraction rounds.
    private static func level(_ value: Float) -> UInt8 { UInt8(min(max(value, 0), 255)) }
}
