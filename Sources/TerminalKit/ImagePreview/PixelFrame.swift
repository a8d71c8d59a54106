/// A picture in memory: 8 bits each of red, green and blue, rows from the top.
package struct PixelFrame: Equatable, Sendable {
    package let width: Int
    package let height: Int
    /// `[height, width, 3]`.
    package let pixels: [UInt8]

    /// A picture of `pixels`, `[height, width, 3]`.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(
            width >= 0 && height >= 0 && pixels.count == width * height * 3,
            "PixelFrame: \(width)x\(height) of \(pixels.count) bytes")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    package init(width: Int, height: Int, color: RGB) {
        let pixel = [color.red, color.green, color.blue]
        self.init(
            width: width, height: height,
            pixels: Array(repeating: pixel, count: max(width * height, 0)).flatMap { $0 })
    }

    package subscript(x: Int, y: Int) -> RGB {
        let index = (y * width + x) * 3
        return RGB(pixels[index], pixels[index + 1], pixels[index + 2])
    }
}
