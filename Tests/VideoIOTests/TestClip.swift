import Glibc
import VideoIO

/// Clips with known pixels: a gradient that drifts, a square and a disc that move.
enum TestClip {
    static func frames(_ count: Int, width: Int, height: Int) -> [VideoFrame] {
        (0..<count).map { frame($0, width: width, height: height) }
    }

    static func frame(_ index: Int, width: Int, height: Int) -> VideoFrame {
        let side = max(1, height / 4)
        let left = (index * 3) % max(1, width - side)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for row in 0..<height {
            for column in 0..<width {
                let fromCentre = (column - width / 2) * (column - width / 2) + (row - height / 2) * (row - height / 2)
                if row < side, column >= left, column < left + side {
                    pixels += [220, 40, 30]
                } else if fromCentre < side * side / 4 {
                    pixels += [30, 90, 200]
                } else {
                    let slope = (column * 160 / max(1, width) + index * 2) % 255
                    pixels += [UInt8(slope), UInt8(60 + row * 150 / max(1, height)), UInt8(200 - slope / 2)]
                }
            }
        }
        return VideoFrame(width: width, height: height, pixels: pixels)
    }
}

/// Peak signal-to-noise ratio over all samples, in decibels; infinity for equal pictures.
func peakSignalToNoise(_ first: VideoFrame, _ second: VideoFrame) -> Double {
    guard first.pixels.count == second.pixels.count else { return 0 }
    let squares = zip(first.pixels, second.pixels).reduce(0) { sum, pair in
        let difference = Int(pair.0) - Int(pair.1)
        return sum + difference * difference
    }
    let mean = Double(squares) / Double(first.pixels.count)
    return 10 * log10(255 * 255 / mean)
}

/// Mean of red, green and blue.
func channelMeans(_ frame: VideoFrame) -> [Double] {
    (0..<3).map { channel in
        let samples = stride(from: channel, to: frame.pixels.count, by: 3).map { Int(frame.pixels[$0]) }
        return Double(samples.reduce(0, +)) / Double(samples.count)
    }
}
