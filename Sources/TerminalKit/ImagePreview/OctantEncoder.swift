/// Pictures of octants: eight pixels a cell, two columns by four rows, in two colours. Asked for by name only: few fonts
/// have these characters, which Unicode knows since version 16 and libchafa 1.12 does not.
struct OctantEncoder: CellPictureEncoder {
    let palette: PicturePalette

    /// The character of each set of pixels, bit 0 for the upper left one, then row by row. Sets that were characters
    /// before kept theirs; the others follow in order from U+1CD00.
    ///
    /// Source: the names list of Unicode 16, "Symbols for Legacy Computing Supplement".
    static let glyphs: [UInt32] = {
        var next: UInt32 = 0x1CD00
        return (0..<256).map { mask in
            if let known = known[mask] { return known }
            defer { next += 1 }
            return next
        }
    }()

    private static let known: [Int: UInt32] = {
        // The four quarters of a cell, each of two pixels, and the characters of their sixteen sets.
        let quarters = [0x05, 0x0A, 0x50, 0xA0]
        let characters: [UInt32] = [
            0x20, 0x2598, 0x259D, 0x2580, 0x2596, 0x258C, 0x259E, 0x259B, 0x2597, 0x259A, 0x2590, 0x259C, 0x2584,
            0x2599, 0x259F, 0x2588,
        ]
        var known: [Int: UInt32] = [
            0x01: 0x1CEA8, 0x02: 0x1CEAB, 0x03: 0x1FB82, 0x14: 0x1FBE6, 0x28: 0x1FBE7, 0x3F: 0x1FB85, 0x40: 0x1CEA3,
            0x80: 0x1CEA0, 0xC0: 0x2582, 0xFC: 0x2586,
        ]
        for (set, character) in characters.enumerated() {
            let mask = quarters.indices.filter { set >> $0 & 1 == 1 }.reduce(0) { $0 | quarters[$1] }
            known[mask] = character
        }
        return known
    }()

    func cells(_ frame: PixelFrame, in rect: Rect) -> [PictureCell] {
        let small = frame.scaled(width: rect.width * 2, height: rect.height * 4)
        guard small.width == rect.width * 2, small.height == rect.height * 4 else { return [] }
        var cells: [PictureCell] = []
        cells.reserveCapacity(rect.width * rect.height)
        small.pixels.withUnsafeBufferPointer { pixels in
            for row in 0..<rect.height {
                for column in 0..<rect.width {
                    cells.append(cell(pixels, rowLength: rect.width * 6, column: column, row: row))
                }
            }
        }
        return cells
    }

    /// Two colours: the means of the pixels above and below the middle of the channel that differs most.
    private func cell(_ pixels: UnsafeBufferPointer<UInt8>, rowLength: Int, column: Int, row: Int) -> PictureCell {
        func value(_ place: Int, _ channel: Int) -> Int {
            Int(pixels[(row * 4 + place / 2) * rowLength + (column * 2 + place % 2) * 3 + channel])
        }
        var (widest, range, middle) = (0, -1, 0)
        for channel in 0..<3 {
            var (low, high) = (255, 0)
            for place in 0..<8 { (low, high) = (min(low, value(place, channel)), max(high, value(place, channel))) }
            if high - low > range { (widest, range, middle) = (channel, high - low, (high + low + 1) / 2) }
        }
        var mask = 0
        for place in 0..<8 where range > 0 && value(place, widest) >= middle { mask |= 1 << place }
        func color(_ isForeground: Bool) -> UInt32 {
            var (count, red, green, blue) = (0, 0, 0, 0)
            for place in 0..<8 where (mask >> place & 1 == 1) == isForeground {
                count += 1
                red += value(place, 0)
                green += value(place, 1)
                blue += value(place, 2)
            }
            guard count > 0 else { return 0 }
            return palette.code(
                UInt8(red / count), UInt8(green / count), UInt8(blue / count), x: column,
                y: 2 * row + (isForeground ? 0 : 1))
        }
        let background = color(false)
        return PictureCell(
            glyph: Self.glyphs[mask], foreground: mask == 0 ? background : color(true), background: background)
    }
}
