package import VideoIO

/// How alike two clips are.
package enum ColorMatch {
    /// The correlation of all colours, from -1 to 1, at the size of `reference`; nil where one clip has no frames or one
    /// colour only.
    package static func correlation(_ frames: [VideoFrame], _ reference: [VideoFrame]) -> Double? {
        guard !frames.isEmpty, !reference.isEmpty else { return nil }
        var sums = Sums()
        for (index, other) in reference.enumerated() {
            // Clips of other lengths are compared at the same parts of their time.
            let frame = frames[min(index * frames.count / reference.count, frames.count - 1)]
            sums.add(frame.resized(toWidth: other.width, height: other.height).pixels, other.pixels)
        }
        return sums.correlation
    }

    private struct Sums {
        private var count = 0.0
        private var (x, y, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)

        mutating func add(_ first: [UInt8], _ second: [UInt8]) {
            var (x, y, xx, yy, xy) = (0, 0, 0, 0, 0)
            for (a, b) in zip(first, second) {
                let (a, b) = (Int(a), Int(b))
                x += a
                y += b
                xx += a * a
                yy += b * b
                xy += a * b
            }
            count += Double(min(first.count, second.count))
            self.x += Double(x)
            self.y += Double(y)
            self.xx += Double(xx)
            self.yy += Double(yy)
            self.xy += Double(xy)
        }

        var correlation: Double? {
            let spread = ((xx - x * x / count) * (yy - y * y / count))
            return spread > 0 ? (xy - x * y / count) / spread.squareRoot() : nil
        }
    }
}
