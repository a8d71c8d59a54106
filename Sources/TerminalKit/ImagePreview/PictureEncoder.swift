/// What an encoder left on the screen: what the next frame is compared with, and what is to be erased.
package struct ShownPicture: Sendable {
    /// The cells it covers.
    package let rect: Rect
    /// Of a picture made of characters: its cells, row by row.
    var cells: [PictureCell] = []
    /// Of a sixel picture: the palette, kept while it fits.
    var palette: SixelPalette?
    /// Of a kitty picture.
    package var imageID: UInt32?
    /// Of a kitty picture whose frames the terminal keeps.
    var film: KeptFilm?

    /// How the terminal plays the clip by itself; nil where it does not.
    package var tempo: ClipTempo? { film?.tempo }
}

/// Which frame of which clip a picture is, for terminals that keep frames.
package struct ClipPlace: Hashable, Sendable {
    /// The same for all frames of a clip, and for no two clips in a row.
    package var clip: Int
    package var index: Int

    package init(clip: Int, index: Int) {
        self.clip = clip
        self.index = index
    }
}

/// A frame as bytes, and what the screen shows once they are written.
package struct EncodedPicture: Sendable {
    /// To be sent before the text of the same update.
    package var beforeText: [UInt8] = []
    package let bytes: [UInt8]
    package let shown: ShownPicture
}

/// A way to show pictures on a terminal: a file a protocol.
///
/// Bytes are complete: the cursor is placed absolutely, and the caller saves and restores it
/// (``OutputFrame/bytes(text:picture:showsCursor:isSynchronized:)``).
package protocol PictureEncoder: Sendable {
    /// Encodes a frame over what this encoder left on the screen.
    ///
    /// - Parameters:
    ///   - frame: of any size; it is scaled to fill `rect`, so `rect` must have its shape (``PictureLayout``).
    ///   - rect: cells of the screen, without its last row and column.
    ///   - previous: what this encoder left there and nothing has damaged since; nil to draw everything.
    /// - Returns: the bytes to send, and what is on the screen afterwards.
    func encode(_ frame: PixelFrame, in rect: Rect, over previous: ShownPicture?) -> EncodedPicture

    /// The same for a frame whose place in its clip is known, which some terminals keep.
    func encode(_ frame: PixelFrame, at place: ClipPlace?, in rect: Rect, over previous: ShownPicture?)
        -> EncodedPicture

    /// Lets the terminal play a clip by itself from a frame on, or keeps it in step; `rate`: frames a second that it may
    /// have been given. nil where it cannot, or does not have a round of the clip yet.
    func play(
        from place: ClipPlace, _ tempo: ClipTempo, rate: Double, over previous: ShownPicture
    ) -> EncodedPicture?

    /// Lets a clip stand still that the terminal plays by itself; nil where it does not.
    func hold(_ previous: ShownPicture) -> EncodedPicture?

    /// The part of ``encode(_:in:over:)`` that is the same whenever the frame comes round again; nil where none of it is
    /// worth keeping.
    func prepare(_ frame: PixelFrame, in rect: Rect, over previous: ShownPicture?) -> PreparedPicture?

    /// The rest of it.
    func encode(_ prepared: PreparedPicture, in rect: Rect, over previous: ShownPicture?) -> EncodedPicture

    /// Bytes that remove a picture. ncurses knows nothing of it, so its cells are blanked by hand.
    func erase(_ shown: ShownPicture, background: Color) -> [UInt8]
}

extension PictureEncoder {
    package func encode(
        _ frame: PixelFrame, at place: ClipPlace?, in rect: Rect, over previous: ShownPicture?
    ) -> EncodedPicture {
        encode(frame, in: rect, over: previous)
    }

    package func play(
        from place: ClipPlace, _ tempo: ClipTempo, rate: Double, over previous: ShownPicture
    ) -> EncodedPicture? { nil }

    package func hold(_ previous: ShownPicture) -> EncodedPicture? { nil }

    package func prepare(_ frame: PixelFrame, in rect: Rect, over previous: ShownPicture?) -> PreparedPicture? { nil }

    package func encode(_ prepared: PreparedPicture, in rect: Rect, over previous: ShownPicture?) -> EncodedPicture {
        switch prepared {
        case .cells: EncodedPicture(bytes: [], shown: ShownPicture(rect: .zero))
        case .bytes(let bytes, let palette):
            EncodedPicture(bytes: bytes, shown: ShownPicture(rect: rect, palette: palette))
        }
    }

    package func erase(_ shown: ShownPicture, background: Color) -> [UInt8] {
        ByteText.blanks(shown.rect, background: background)
    }
}

/// A picture made of characters: its cells are worked out first, then compared with those on the screen.
protocol CellPictureEncoder: PictureEncoder {
    var palette: PicturePalette { get }

    /// `rect.width * rect.height` cells; none of an empty frame.
    func cells(_ frame: PixelFrame, in rect: Rect) -> [PictureCell]
}

extension CellPictureEncoder {
    func encode(_ frame: PixelFrame, in rect: Rect, over previous: ShownPicture?) -> EncodedPicture {
        encode(.cells(cells(frame, in: rect)), in: rect, over: previous)
    }

    func prepare(_ frame: PixelFrame, in rect: Rect, over previous: ShownPicture?) -> PreparedPicture? {
        .cells(cells(frame, in: rect))
    }

    func encode(_ prepared: PreparedPicture, in rect: Rect, over previous: ShownPicture?) -> EncodedPicture {
        guard case .cells(let cells) = prepared, !cells.isEmpty, cells.count == rect.width * rect.height else {
            return EncodedPicture(bytes: [], shown: ShownPicture(rect: .zero))
        }
        return PictureCellWriter.encode(cells, in: rect, over: previous, palette)
    }
}

/// Which encoder draws a mode.
package enum PictureEncoders {
    /// nil for what is drawn on the canvas instead: ``AsciiPicture`` and a text card.
    package static func encoder(for capabilities: TerminalCapabilities, imageIDs: ImageIDs) -> (any PictureEncoder)? {
        let palette = PicturePalette(depth: capabilities.pictureDepth, colorCount: capabilities.pictureColorCount)
        switch capabilities.graphics {
        case .half: return HalfBlockEncoder(palette: palette)
        case .quadrant, .sextant, .braille: return SymbolEncoder(symbols: capabilities.graphics, palette: palette)
        case .octant: return OctantEncoder(palette: palette)
        case .sixel:
            return SixelEncoder(
                cell: capabilities.cell, widthLimit: capabilities.sixelWidthLimit,
                heightLimit: capabilities.sixelHeightLimit)
        case .kitty:
            return KittyEncoder(
                imageIDs: imageIDs, cell: capabilities.cell, isRemote: capabilities.isRemote, ways: capabilities.kitty)
        case .iterm: return ITermEncoder(cell: capabilities.cell)
        case .ascii, .off: return nil
        }
    }
}
