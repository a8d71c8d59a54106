/// A cell of a picture made of characters; colours are codes of a ``PicturePalette``.
package struct PictureCell: Equatable, Sendable {
    var glyph: UInt32
    var foreground: UInt32
    var background: UInt32

    static let upperHalf: UInt32 = 0x2580
}

/// Writes the cells that changed: runs of them, with absolute moves between, and colours only where they change.
struct PictureCellWriter {
    /// Differences of a channel that the eye does not see, of 255.
    static let tolerance = 4

    private let palette: PicturePalette
    private var bytes: [UInt8] = []
    private var foreground: UInt32?
    private var background: UInt32?

    private init(_ palette: PicturePalette) { self.palette = palette }

    /// Encodes `rect.width * rect.height` cells over what stands there now, if that has the same rectangle.
    static func encode(
        _ cells: [PictureCell], in rect: Rect, over previous: ShownPicture?, _ palette: PicturePalette
    ) -> EncodedPicture {
        let old = previous?.rect == rect && previous?.cells.count == cells.count ? previous?.cells : nil
        var writer = PictureCellWriter(palette)
        writer.bytes.reserveCapacity(old == nil ? cells.count * 24 : 8192)
        let shown = writer.write(cells, in: rect, over: old)
        if !writer.bytes.isEmpty { writer.bytes += ControlBytes.plainStyle.utf8 }
        return EncodedPicture(bytes: writer.bytes, shown: ShownPicture(rect: rect, cells: shown))
    }

    /// - Returns: what the screen shows afterwards, which differs from `cells` where the difference is not seen.
    private mutating func write(_ cells: [PictureCell], in rect: Rect, over old: [PictureCell]?) -> [PictureCell] {
        var shown = old ?? cells
        for row in 0..<rect.height {
            var isContiguous = false
            for column in 0..<rect.width {
                let index = row * rect.width + column
                let cell = cells[index]
                if old != nil, isClose(cell, shown[index]) {
                    isContiguous = false
                    continue
                }
                if !isContiguous { ByteText.appendMove(x: rect.x + column, y: rect.y + row, to: &bytes) }
                isContiguous = true
                shown[index] = cell
                append(cell)
            }
        }
        return shown
    }

    private func isClose(_ cell: PictureCell, _ shown: PictureCell) -> Bool {
        cell.glyph == shown.glyph
            && palette.isClose(cell.foreground, shown.foreground, tolerance: Self.tolerance)
            && palette.isClose(cell.background, shown.background, tolerance: Self.tolerance)
    }

    private mutating func append(_ cell: PictureCell) {
        guard cell.glyph == PictureCell.upperHalf else {
            setColors(foreground: cell.foreground, background: cell.background)
            return append(glyph: cell.glyph)
        }
        if cell.foreground == cell.background {
            setColors(foreground: nil, background: cell.background)
            bytes.append(UInt8(ascii: " "))
        } else if cell.foreground == background || cell.background == foreground {
            // The lower half says the same with the colours exchanged, one of which is set already.
            setColors(foreground: cell.background, background: cell.foreground)
            bytes += [0xE2, 0x96, 0x84]
        } else {
            setColors(foreground: cell.foreground, background: cell.background)
            bytes += [0xE2, 0x96, 0x80]
        }
    }

    private mutating func append(glyph: UInt32) {
        bytes += String(Unicode.Scalar(glyph) ?? " ").utf8
    }

    private mutating func setColors(foreground newForeground: UInt32?, background newBackground: UInt32) {
        let changesForeground = newForeground != nil && newForeground != foreground
        let changesBackground = newBackground != background
        guard changesForeground || changesBackground else { return }
        bytes += [0x1B, 0x5B]
        if changesForeground, let newForeground {
            palette.appendParameters(newForeground, isBackground: false, to: &bytes)
            foreground = newForeground
            if changesBackground { bytes.append(0x3B) }
        }
        if changesBackground {
            palette.appendParameters(newBackground, isBackground: true, to: &bytes)
            background = newBackground
        }
        bytes.append(UInt8(ascii: "m"))
    }
}
