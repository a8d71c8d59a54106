/// Inline images of iTerm2: a whole PNG file a frame, so for still pictures or a few a second.
struct ITermEncoder: PictureEncoder {
    /// A stored PNG has the size of its pixels, and four a second may cost no more than 2 MiB. The terminal scales.
    private static let largestPixelCount = 480 * 270

    let cell: CellPixels

    func encode(_ frame: PixelFrame, in rect: Rect, over previous: ShownPicture?) -> EncodedPicture {
        guard frame.width > 0, frame.height > 0, !rect.isEmpty else {
            return EncodedPicture(bytes: [], shown: ShownPicture(rect: .zero))
        }
        let pixelCount = rect.width * cell.width * rect.height * cell.height
        let wanted = min(Double(Self.largestPixelCount) / Double(pixelCount), 1).squareRoot()
        let image = frame.scaled(
            width: min(Int(Double(rect.width * cell.width) * wanted), frame.width),
            height: min(Int(Double(rect.height * cell.height) * wanted), frame.height))
        let file = StoredPNG.file(image)
        var bytes: [UInt8] = []
        ByteText.appendMove(x: rect.x, y: rect.y, to: &bytes)
        let keys = "inline=1;size=\(file.count);width=\(rect.width);height=\(rect.height)"
        bytes += "\u{1B}]1337;File=\(keys);preserveAspectRatio=0;doNotMoveCursor=1:".utf8
        bytes += Base64.encode(file)
        bytes.append(0x07)
        return EncodedPicture(bytes: bytes, shown: ShownPicture(rect: rect))
    }
}
