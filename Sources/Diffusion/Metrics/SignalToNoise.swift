import Foundation

/// Peak signal-to-noise ratio in decibels: 10 log10(255² / mean squared error); infinite for equal clips.
package enum SignalToNoise {
    /// One value for each frame.
    package static func perFrame(_ a: ByteClip, _ b: ByteClip) -> [Double] {
        a.requireSameShape(as: b)
        return (0..<a.frames).map { frame in
            ratio(squaredError(a, b, frame * a.frameSize..<(frame + 1) * a.frameSize), a.frameSize)
        }
    }

    /// One value for all samples of both clips.
    package static func overall(_ a: ByteClip, _ b: ByteClip) -> Double {
        a.requireSameShape(as: b)
        return ratio(squaredError(a, b, a.bytes.indices), a.bytes.count)
    }

    private static func squaredError(_ a: ByteClip, _ b: ByteClip, _ range: Range<Int>) -> Int {
        range.reduce(into: 0) { sum, index in
            let difference = Int(a.bytes[index]) - Int(b.bytes[index])
            sum += difference * difference
        }
    }

    private static func ratio(_ squaredError: Int, _ count: Int) -> Double {
        10 * log10(255 * 255 / (Double(squaredError) / Double(count)))
    }
}
