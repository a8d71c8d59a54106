import Foundation

/// SSIM of byte clips: an 11 x 11 Gaussian window, sigma 1.5, population variances, borders of 5 left out.
///
/// Source: Wang et al. 2004, IEEE Transactions on Image Processing 13 (4); engine reference, section 13.
package enum StructuralSimilarity {
    private static let radius = 5
    private static let c1 = (0.01 * 255) * (0.01 * 255)
    private static let c2 = (0.03 * 255) * (0.03 * 255)

    private static let window: [Double] = {
        let weights = (-radius...radius).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }()

    /// The mean over positions, `[frame][channel]`. Frames must have at least 11 rows and columns.
    package static func perFrameAndChannel(_ a: ByteClip, _ b: ByteClip) -> [[Double]] {
        a.requireSameShape(as: b)
        precondition(min(a.height, a.width) > 2 * radius, "StructuralSimilarity: \(a.height) x \(a.width)")
        return (0..<a.frames).map { frame in
            (0..<a.channels).map { channel in
                similarity(plane(a, frame, channel), plane(b, frame, channel), a.height, a.width)
            }
        }
    }

    /// The mean over positions, channels and frames.
    package static func mean(_ a: ByteClip, _ b: ByteClip) -> Double {
        let values = perFrameAndChannel(a, b).flatMap { $0 }
        return values.reduce(0, +) / Double(values.count)
    }

    private static func plane(_ clip: ByteClip, _ frame: Int, _ channel: Int) -> [Double] {
        let start = frame * clip.frameSize + channel
        return (0..<clip.height * clip.width).map { Double(clip.bytes[start + $0 * clip.channels]) }
    }

    private static func similarity(_ a: [Double], _ b: [Double], _ height: Int, _ width: Int) -> Double {
        func smoothed(_ plane: [Double]) -> [Double] { StructuralSimilarity.smoothed(plane, height, width) }
        let (meanA, meanB) = (smoothed(a), smoothed(b))
        let squareA = smoothed(a.map { $0 * $0 })
        let squareB = smoothed(b.map { $0 * $0 })
        let product = smoothed(zip(a, b).map { $0 * $1 })
        let sum = meanA.indices.reduce(0.0) { sum, index in
            let (x, y) = (meanA[index], meanB[index])
            let variances = squareA[index] - x * x + squareB[index] - y * y
            let covariance = product[index] - x * y
            let luminance = (2 * x * y + c1) / (x * x + y * y + c1)
            return sum + luminance * (2 * covariance + c2) / (variances + c2)
        }
        return sum / Double(meanA.count)
    }

    /// The window's weighted mean at every position that is at least 5 samples from all borders.
    private static func smoothed(_ plane: [Double], _ height: Int, _ width: Int) -> [Double] {
        let innerWidth = width - 2 * radius
        var rows = [Double](repeating: 0, count: height * innerWidth)
        for row in 0..<height {
            for column in 0..<innerWidth {
                var sum = 0.0
                for tap in window.indices { sum += window[tap] * plane[row * width + column + tap] }
                rows[row * innerWidth + column] = sum
            }
        }
        var result = [Double](repeating: 0, count: (height - 2 * radius) * innerWidth)
        for row in 0..<height - 2 * radius {
            for column in 0..<innerWidth {
                var sum = 0.0
                for tap in window.indices { sum += window[tap] * rows[(row + tap) * innerWidth + column] }
                result[row * innerWidth + column] = sum
            }
        }
        return result
    }
}
