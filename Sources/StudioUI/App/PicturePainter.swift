import TerminalKit
import VideoIO

/// Draws the picture behind ncurses' back, or in its cells, and knows what of it is on the screen.
struct PicturePainter {
    /// The parts of one update, in the order in which they are sent around the text.
    struct Update {
        var beforeText: [UInt8] = []
        var picture: [UInt8] = []

        var byteCount: Int { beforeText.count + picture.count }
    }

    private(set) var capabilities: TerminalCapabilities
    /// The part of the pane's width and height that pictures get.
    var scale = 1.0
    private let imageIDs: ImageIDs
    private var encoder: (any PictureEncoder)?
    private var shown: ShownPicture?
    private var kept = KeptPictures()
    /// Something was drawn over the picture, or its colours have nothing to do with the next.
    private var isDamaged = false

    init(_ capabilities: TerminalCapabilities, imageIDs: ImageIDs) {
        self.capabilities = capabilities
        self.imageIDs = imageIDs
        encoder = PictureEncoders.encoder(for: capabilities, imageIDs: imageIDs)
    }

    /// Takes on what the terminal has told meanwhile.
    ///
    /// - Returns: bytes that remove what the old way of drawing left.
    mutating func adopt(_ new: TerminalCapabilities, background: Color) -> [UInt8] {
        let bytes = erase(background: background)
        capabilities = new
        encoder = PictureEncoders.encoder(for: new, imageIDs: imageIDs)
        kept.removeAll()
        return bytes
    }

    /// For the pane's title.
    var name: String {
        let depth =
            switch capabilities.pictureDepth {
            case .mono: "mono"
            case .ansi16: "\(capabilities.pictureColorCount) colours"
            case .palette256: "256 colours"
            case .trueColor: "truecolor"
            }
        switch capabilities.graphics {
        case .half: return "half-block \(depth)"
        case .quadrant, .sextant, .octant, .braille: return "\(capabilities.graphics.rawValue) \(depth)"
        case .kitty, .sixel, .ascii, .off: return capabilities.graphics.rawValue
        case .iterm: return "iTerm2"
        }
    }

    /// The cells for a frame of this shape.
    func rect(for frame: VideoFrame, in area: Rect) -> Rect {
        PictureLayout.fit(
            width: frame.width, height: frame.height, in: area.scaled(by: scale), cell: capabilities.cell)
    }

    /// What cell-drawn pictures, placeholders and the text card put on the canvas itself, below any dialog.
    func drawOnCanvas(_ frame: VideoFrame, in area: Rect, look: Look, card: [String], on canvas: inout Canvas) {
        switch capabilities.graphics {
        case .ascii:
            AsciiPicture.draw(
                frame.pixelFrame, on: &canvas, in: rect(for: frame, in: area),
                hasDarkText: capabilities.hasLightBackground == true, style: look.text, keepsDialogs: true)
        case .off:
            let lines = card.filter { !$0.isEmpty }.flatMap { TextWrap.lines($0, columns: area.width - 2) }
            for (row, line) in lines.prefix(max(area.height - 1, 0)).enumerated() {
                canvas.write(line, x: area.x + 1, y: area.y + 1 + row, style: look.text, limit: area.width - 2)
            }
        case .kitty where capabilities.usesPlaceholders:
            guard let shown, let id = shown.imageID else { return }
            KittyPlaceholders.draw(id: id, on: &canvas, in: shown.rect)
        default: break
        }
    }

    /// Bytes that show a frame, of which `place` says where in its clip it stands.
    mutating func paint(_ frame: VideoFrame, at place: ClipPlace, in area: Rect, background: Color) -> Update {
        let rect = rect(for: frame, in: area)
        var update = Update()
        guard let encoder else { return update }
        if let shown, shown.rect != rect {
            update.beforeText = encoder.erase(shown, background: background)
            self.shown = nil
        }
        let encoded = encode(frame.pixelFrame, at: place, in: rect, with: encoder, over: isDamaged ? nil : shown)
        update.beforeText += encoded.beforeText
        update.picture = encoded.bytes
        shown = encoded.shown
        isDamaged = false
        return update
    }

    /// How the terminal plays the clip by itself; nil where it does not.
    var tempo: ClipTempo? { isDamaged ? nil : shown?.tempo }

    /// Bytes that let the terminal play the clip by itself from this frame on; nil where it cannot, or not yet.
    mutating func play(from place: ClipPlace, _ tempo: ClipTempo, rate: Double) -> Update? {
        guard !isDamaged, let shown, let played = encoder?.play(from: place, tempo, rate: rate, over: shown) else {
            return nil
        }
        self.shown = played.shown
        return Update(picture: played.bytes)
    }

    /// Bytes that stop a clip that the terminal plays by itself; empty where it does not.
    mutating func hold() -> [UInt8] {
        guard let shown, let held = encoder?.hold(shown) else { return [] }
        self.shown = held.shown
        return held.bytes
    }

    /// A frame that came round before is not worked out again.
    private mutating func encode(
        _ frame: PixelFrame, at place: ClipPlace, in rect: Rect, with encoder: any PictureEncoder,
        over previous: ShownPicture?
    ) -> EncodedPicture {
        if let known = kept.picture(at: place, in: rect) { return encoder.encode(known, in: rect, over: previous) }
        guard let prepared = encoder.prepare(frame, in: rect, over: previous) else {
            return encoder.encode(frame, at: place, in: rect, over: previous)
        }
        kept.keep(prepared, at: place, in: rect)
        return encoder.encode(prepared, in: rect, over: previous)
    }

    /// Whether the next frame is sent whole, not as the difference from the last.
    var isWholeNext: Bool { isDamaged || shown == nil }

    /// The terminal was cleared, or text was written over the picture: the next frame is drawn whole.
    mutating func forget() {
        isDamaged = true
    }

    /// Bytes that remove the picture; empty if there is none.
    mutating func erase(background: Color) -> [UInt8] {
        guard let shown, let encoder else { return [] }
        self.shown = nil
        return encoder.erase(shown, background: background)
    }
}

extension VideoFrame {
    var pixelFrame: PixelFrame { PixelFrame(width: width, height: height, pixels: pixels) }
}
