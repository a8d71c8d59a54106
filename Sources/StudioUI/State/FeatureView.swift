package import Generation
import StudioCore
import VideoIO

/// A draft's guidance features in the preview's place, block by block.
package struct FeatureView: Sendable {
    package let draft: Int
    /// Nil while the engine computes them.
    package private(set) var pictures: [FeaturePicture]?
    private var selection = 0

    package init(draft: Int) { self.draft = draft }

    package var picture: FeaturePicture? {
        pictures.flatMap { $0.indices.contains(selection) ? $0[selection] : $0.last }
    }

    /// Keeps the place among the blocks, so that drafts can be compared block by block.
    mutating func take(_ pictures: [FeaturePicture]) { self.pictures = pictures }

    mutating func follow(_ other: FeatureView) { selection = other.selection }

    mutating func moveBlock(by step: Int) {
        selection = min(max(selection + step, 0), max((pictures?.count ?? 1) - 1, 0))
    }
}

extension VideoFrame {
    /// Every pixel as a square of `scale` pixels, so that what stands for a token stays one patch.
    func enlarged(by scale: Int) -> VideoFrame {
        guard scale > 1 else { return self }
        var output: [UInt8] = []
        output.reserveCapacity(pixels.count * scale * scale)
        for row in 0..<height {
            var line: [UInt8] = []
            line.reserveCapacity(width * scale * 3)
            for column in 0..<width {
                let start = (row * width + column) * 3
                for _ in 0..<scale { line.append(contentsOf: pixels[start..<start + 3]) }
            }
            for _ in 0..<scale { output.append(contentsOf: line) }
        }
        return VideoFrame(width: width * scale, height: height * scale, pixels: output)
    }
}
