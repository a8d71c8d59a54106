/// One picture: 8-bit RGB, rows from the top, no padding.
package struct VideoFrame: Sendable, Hashable {
    package let width: Int
    package let height: Int
    /// `width * height * 3` bytes: red, green, blue.
    package var pixels: [UInt8]

    /// - Precondition: `pixels` has `width * height * 3` bytes.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * 3, "VideoFrame: \(pixels.count) bytes for \(width)x\(height)")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
