/// Pictures by the kitty graphics protocol, placed directly: the new frame is sent and shown under the other of our
/// two ids, then the old one is deleted.
struct KittyEncoder: PictureEncoder {
    let imageIDs: ImageIDs
    let cell: CellPixels
    let isRemote: Bool

    func encode(_ frame: PixelFrame, in rect: Rect, over previous: ShownPicture?) -> EncodedPicture {
        guard frame.width > 0, frame.height > 0, !rect.isEmpty else {
            return EncodedPicture(bytes: [], shown: ShownPicture(rect: .zero))
        }
        let id = imageIDs.other(than: previous?.imageID)
        let image = KittyImage.reduced(frame, rect, cell, isRemote: isRemote)
        var bytes: [UInt8] = []
        ByteText.appendMove(x: rect.x, y: rect.y, to: &bytes)
        // C=1: the cursor stays. c, r: the terminal scales the picture to these cells.
        bytes += KittyImage.transmission(image, control: "a=T,i=\(id),p=1,c=\(rect.width),r=\(rect.height),C=1")
        // Also where nothing is known to be there: after a repaint the other one may still stand under this.
        bytes += KittyImage.deletion(imageIDs.other(than: id))
        return EncodedPicture(bytes: bytes, shown: ShownPicture(rect: rect, imageID: id))
    }

    func erase(_ shown: ShownPicture, background: Color) -> [UInt8] {
        shown.imageID.map(KittyImage.deletion) ?? []
    }
}

/// The commands of the kitty graphics protocol that we send. All have `q=2`: no answers.
enum KittyImage {
    /// The protocol's limit for one command.
    private static let chunkLength = 4096

    /// The terminal scales pictures itself, so no more pixels are sent than a line can carry at our frame rates: some
    /// 230 KiB a frame here, 58 KiB over ssh.
    static func reduced(_ frame: PixelFrame, _ rect: Rect, _ cell: CellPixels, isRemote: Bool) -> PixelFrame {
        let limit = isRemote ? 160 * 90 : 320 * 180
        let (width, height) = (rect.width * cell.width, rect.height * cell.height)
        let wanted = min(Double(limit) / Double(max(width * height, 1)), 1).squareRoot()
        return frame.scaled(
            width: min(max(Int(Double(width) * wanted), 1), frame.width),
            height: min(max(Int(Double(height) * wanted), 1), frame.height))
    }

    /// Sends a picture in pieces. `control` comes before the keys of the pixels.
    static func transmission(
        _ image: PixelFrame, control: String, wrap: ([UInt8]) -> [UInt8] = { $0 }
    ) -> [UInt8] {
        let text = Base64.encode(image.pixels)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + text.count / 64 + 128)
        var start = 0
        while start < text.count {
            let end = min(start + chunkLength, text.count)
            let more = end < text.count ? 1 : 0
            let keys =
                start == 0 ? "\(control),q=2,f=24,s=\(image.width),v=\(image.height),m=\(more)" : "q=2,m=\(more)"
            var command = Array("\u{1B}_G\(keys);".utf8)
            command += text[start..<end]
            command += ControlBytes.stringTerminator.utf8
            bytes += wrap(command)
            start = end
        }
        return bytes
    }

    /// Deletes an image of ours and its data.
    static func deletion(_ id: UInt32) -> [UInt8] {
        Array("\u{1B}_Ga=d,d=I,i=\(id),q=2\u{1B}\\".utf8)
    }
}
