/// A picture of ten shades made of ASCII characters. It is drawn through ncurses like any text, since it needs no
/// colours and nothing behind its back.
package enum AsciiPicture {
    /// From dark to light.
    static let ramp: [Character] = Array(" .:-=+*#%@")

    /// Draws a frame over `rect`, in coordinates of the canvas's present area. With dark text, on a light background,
    /// more ink is darker. `keepsDialogs` leaves cells alone that are no longer reserved for the picture.
    package static func draw(
        _ frame: PixelFrame, on canvas: inout Canvas, in rect: Rect, hasDarkText: Bool = false, style: Style = .plain,
        keepsDialogs: Bool = false
    ) {
        let small = frame.scaled(width: rect.width, height: rect.height)
        guard small.width == rect.width, small.height == rect.height else { return }
        for row in 0..<rect.height {
            for column in 0..<rect.width {
                let (x, y) = (rect.x + column, rect.y + row)
                guard !keepsDialogs || canvas.isReserved(x: x, y: y) else { continue }
                let shade = shade(small[column, row])
                canvas.put(
                    String(ramp[hasDarkText ? ramp.count - 1 - shade : shade]), width: 1, x: x, y: y, style: style)
            }
        }
    }

    /// 0 to 9, by the luma of Rec. 709.
    static func shade(_ rgb: RGB) -> Int {
        let luma = 2126 * Int(rgb.red) + 7152 * Int(rgb.green) + 722 * Int(rgb.blue)
        return min(luma * ramp.count / (10_000 * 255 + 1), ramp.count - 1)
    }
}
