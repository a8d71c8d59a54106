/// A picture among text: half blocks drawn through ncurses like any other cell, for thumbnails and contact sheets.
///
/// They need no escape codes of their own, so nothing can damage them and text may stand between them. They have at
/// most 256 colours, since ncurses counts the pairs in use.
package enum CellPicture {
    /// Draws a frame over `rect`, in coordinates of the canvas's present area: half blocks where the screen has at
    /// least 256 colours, shades of ASCII characters elsewhere.
    package static func draw(
        _ frame: PixelFrame, on canvas: inout Canvas, in rect: Rect, depth: ColorDepth, isASCII: Bool,
        style: Style = .plain
    ) {
        guard depth >= .palette256, !isASCII else {
            return AsciiPicture.draw(frame, on: &canvas, in: rect, style: style)
        }
        let small = frame.scaled(width: rect.width, height: rect.height * 2)
        guard small.width == rect.width, small.height == rect.height * 2 else { return }
        for row in 0..<rect.height {
            for column in 0..<rect.width {
                let upper = color(small[column, row * 2])
                let lower = color(small[column, row * 2 + 1])
                // One colour needs no block, and two cells the same way round need one colour pair.
                let isFlat = upper == lower
                canvas.write(
                    isFlat ? " " : "▀", x: rect.x + column, y: rect.y + row,
                    style: Style(foreground: isFlat ? style.foreground : upper, background: lower))
            }
        }
    }

    private static let palette = PicturePalette(depth: .palette256)

    private static func color(_ rgb: RGB) -> Color {
        .palette(UInt8(palette.code(rgb.red, rgb.green, rgb.blue, x: 0, y: 0)))
    }
}
