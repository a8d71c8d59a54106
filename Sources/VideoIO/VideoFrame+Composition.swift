extension VideoFrame {
    /// A picture of one colour.
    ///
    /// - Precondition: no side is negative.
    package init(width: Int, height: Int, red: UInt8, green: UInt8, blue: UInt8) {
        let colour = [red, green, blue]
        let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
            for index in 0..<width * height * 3 { buffer[index] = colour[index % 3] }
            count = width * height * 3
        }
        self.init(width: width, height: height, pixels: pixels)
    }

    /// The part of the picture from column `x`, row `y`.
    ///
    /// - Precondition: the part lies within the picture.
    package func cropped(x: Int, y: Int, width partWidth: Int, height partHeight: Int) -> VideoFrame {
        precondition(
            x >= 0 && y >= 0 && partWidth >= 0 && partHeight >= 0 && x + partWidth <= width && y + partHeight <= height,
            "cropped: \(partWidth)x\(partHeight) at \(x),\(y) of \(width)x\(height)")
        var part: [UInt8] = []
        part.reserveCapacity(partWidth * partHeight * 3)
        for row in y..<y + partHeight {
            let start = (row * width + x) * 3
            part.append(contentsOf: pixels[start..<start + partWidth * 3])
        }
        return VideoFrame(width: partWidth, height: partHeight, pixels: part)
    }

    /// Pictures in a row from left to right, tops aligned, on black, with `gap` black columns between neighbours.
    package static func sideBySide(_ frames: [VideoFrame], gap: Int = 0) -> VideoFrame {
        let width = frames.map(\.width).reduce(0, +) + max(0, frames.count - 1) * gap
        let height = frames.map(\.height).max() ?? 0
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        var left = 0
        for frame in frames {
            for row in 0..<frame.height {
                let start = (row * width + left) * 3
                let source = row * frame.width * 3
                pixels.replaceSubrange(
                    start..<start + frame.width * 3, with: frame.pixels[source..<source + frame.width * 3])
            }
            left += frame.width + gap
        }
        return VideoFrame(width: width, height: height, pixels: pixels)
    }
}
