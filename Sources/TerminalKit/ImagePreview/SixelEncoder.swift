/// Pictures of sixels: whole opaque frames, drawn over each other without erasing.
///
/// Source of the format: DEC STD 070, chapter 9; each character holds six pixels of one colour, one above the other.
struct SixelEncoder: PictureEncoder {
    let cell: CellPixels
    let widthLimit: Int?
    let heightLimit: Int?

    init(cell: CellPixels, widthLimit: Int? = nil, heightLimit: Int? = nil) {
        self.cell = cell
        self.widthLimit = widthLimit
        self.heightLimit = heightLimit
    }

    /// The picture's size in a rectangle of cells: whole bands of six rows inside it, so that no terminal scrolls.
    func pixelSize(in rect: Rect) -> (width: Int, height: Int) {
        let width = min(rect.width * cell.width, widthLimit ?? .max)
        let height = min(rect.height * cell.height, heightLimit ?? .max)
        return (width, height / 6 * 6)
    }

    func encode(_ frame: PixelFrame, in rect: Rect, over previous: ShownPicture?) -> EncodedPicture {
        guard let prepared = prepare(frame, in: rect, over: previous) else {
            return EncodedPicture(bytes: [], shown: ShownPicture(rect: .zero))
        }
        return encode(prepared, in: rect, over: previous)
    }

    func prepare(_ frame: PixelFrame, in rect: Rect, over previous: ShownPicture?) -> PreparedPicture? {
        let (width, height) = pixelSize(in: rect)
        guard width > 0, height > 0, frame.width > 0, frame.height > 0 else { return nil }
        let bins = SixelBins(frame.scaled(width: width, height: height))
        let palette = Self.palette(for: bins, previous?.palette)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(width * height)
        ByteText.appendMove(x: rect.x, y: rect.y, to: &bytes)
        // 0: no aspect of old; 1: pixels not named stay; then the raster's aspect 1:1 and exact size.
        bytes += "\u{1B}P0;1;0q\"1;1;\(width);\(height)".utf8
        var bands = SixelBands(width: width, colorCount: palette.colors.count)
        bands.encode(bins, palette, height: height, to: &bytes)
        bytes += ControlBytes.stringTerminator.utf8
        return .bytes(bytes, palette)
    }

    /// The former palette while it fits well, for still areas to stay still.
    private static func palette(for bins: SixelBins, _ former: SixelPalette?) -> SixelPalette {
        if var palette = former, palette.adopt(bins.histogram) <= palette.ownError * 1.5 + 8 { return palette }
        return SixelPalette(histogram: bins.histogram)
    }
}

/// A picture in 5 bits a channel, with ordered dither against the steps this makes in smooth areas.
struct SixelBins {
    /// `[height, width]`.
    let bins: [UInt16]
    let histogram: [Int32]

    /// Bayer's 4x4 thresholds.
    private static let thresholds = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]

    /// The 5-bit level of each channel value under each threshold. Levels widen to 0 to 255, so a step is 255/31.
    private static let levels: [UInt8] = thresholds.flatMap { threshold in
        (0..<256).map { value in
            UInt8(min(Int((Double(value) * 31 / 255 + (Double(threshold) + 0.5) / 16).rounded(.down)), 31))
        }
    }

    init(_ frame: PixelFrame) {
        var histogram = [Int32](repeating: 0, count: SixelPalette.binCount)
        let (width, height) = (frame.width, frame.height)
        bins = [UInt16](unsafeUninitializedCapacity: width * height) { output, count in
            frame.pixels.withUnsafeBufferPointer { pixels in
                Self.levels.withUnsafeBufferPointer { levels in
                    histogram.withUnsafeMutableBufferPointer { histogram in
                        for index in 0..<width * height {
                            let (row, column) = (index / width, index % width)
                            let table = ((row & 3) * 4 + (column & 3)) * 256
                            let red = Int(levels[table + Int(pixels[3 * index])])
                            let green = Int(levels[table + Int(pixels[3 * index + 1])])
                            let blue = Int(levels[table + Int(pixels[3 * index + 2])])
                            let bin = red << 10 | green << 5 | blue
                            output[index] = UInt16(bin)
                            histogram[bin] += 1
                        }
                    }
                }
            }
            count = width * height
        }
        self.histogram = histogram
    }
}
