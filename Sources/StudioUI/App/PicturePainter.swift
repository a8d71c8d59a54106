import TerminalKit
import VideoIO

/// Draws the picture behind ncurses' back, and knows what of it is on the screen.
struct PicturePainter {
    /// The parts of one update, in the order in which they are sent around the text.
    struct Update {
        var beforeText: [UInt8] = []
        var picture: [UInt8] = []
    }

    private(set) var capabilities: TerminalCapabilities
    private let imageIDs: ImageIDs
    private var encoder: (any PictureEncoder)?
    private var shown: ShownPicture?
    /// Something was drawn over the picture, or its colours have nothing to do with the next.
    private var isDamaged = false
    /// The placeholder image in the cells, inside tmux.
    private var placeholderID: UInt32?

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
        case .quadrant, .sextant, .braille: return "\(capabilities.graphics.rawValue) \(depth)"
        case .kitty, .sixel, .ascii, .off: return capabilities.graphics.rawValue
        case .iterm: return "iTerm2"
        }
    }

    /// The cells for a frame of this shape.
    func rect(for frame: VideoFrame, in area: Rect) -> Rect {
        PictureLayout.fit(width: frame.width, height: frame.height, in: area, cell: capabilities.cell)
    }

    /// What cell-drawn pictures, placeholders and the text card put on the canvas itself.
    func drawOnCanvas(_ frame: VideoFrame, in area: Rect, look: Look, card: [String], on canvas: inout Canvas) {
        switch capabilities.graphics {
        case .ascii:
            AsciiPicture.draw(
                frame.pixelFrame, on: &canvas, in: rect(for: frame, in: area),
                hasDarkText: capabilities.hasLightBackground == true, style: look.text)
        case .off:
            for (row, line) in card.prefix(area.height).enumerated() {
                canvas.write(line, x: area.x + 1, y: area.y + 1 + row, style: look.text, limit: area.width - 2)
            }
        case .kitty where capabilities.usesPlaceholders:
            if let id = placeholderID { KittyPlaceholders.draw(id: id, on: &canvas, in: rect(for: frame, in: area)) }
        default: break
        }
    }

    /// Bytes that show a frame.
    mutating func paint(_ frame: VideoFrame, in area: Rect, background: Color) -> Update {
        let rect = rect(for: frame, in: area)
        var update = Update()
        if capabilities.usesPlaceholders {
            let id = imageIDs.other(than: placeholderID)
            update.beforeText = KittyPlaceholders.transmission(
                frame.pixelFrame, in: rect, id: id, cell: capabilities.cell, isRemote: capabilities.isRemote)
            if let old = placeholderID { update.picture = KittyPlaceholders.deletion(old) }
            placeholderID = id
            return update
        }
        guard let encoder else { return update }
        if let shown, shown.rect != rect {
            update.beforeText = encoder.erase(shown, background: background)
            self.shown = nil
        }
        let encoded = encoder.encode(frame.pixelFrame, in: rect, over: isDamaged ? nil : shown)
        update.picture = encoded.bytes
        shown = encoded.shown
        isDamaged = false
        return update
    }

    /// The terminal was cleared, or text was written over the picture: the next frame is drawn whole.
    mutating func forget() {
        isDamaged = true
    }

    /// Bytes that remove the picture; empty if there is none.
    mutating func erase(background: Color) -> [UInt8] {
        if let id = placeholderID {
            placeholderID = nil
            return KittyPlaceholders.deletion(id)
        }
        guard let shown, let encoder else { return [] }
        self.shown = nil
        return encoder.erase(shown, background: background)
    }
}

extension VideoFrame {
    var pixelFrame: PixelFrame { PixelFrame(width: width, height: height, pixels: pixels) }
}
