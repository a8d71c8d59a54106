/// Writes a picture band by band: for each colour of a band, the six-pixel columns it has.
struct SixelBands {
    private let width: Int
    /// `[colours, width]`: the pixels of one colour in the present band, a bit a row.
    private var masks: [UInt8]
    /// The columns a colour has in the present band.
    private var first: [Int]
    private var last: [Int]
    private var isDefined: [Bool]

    init(width: Int, colorCount: Int) {
        self.width = width
        masks = Array(repeating: 0, count: width * colorCount)
        first = Array(repeating: .max, count: colorCount)
        last = Array(repeating: -1, count: colorCount)
        isDefined = Array(repeating: false, count: colorCount)
    }

    /// Appends all bands of a picture; `height` is a multiple of 6.
    mutating func encode(_ picture: SixelBins, _ palette: SixelPalette, height: Int, to bytes: inout [UInt8]) {
        for band in 0..<height / 6 {
            let used = collect(picture, palette, firstRow: band * 6)
            for color in used {
                define(color, palette, to: &bytes)
                bytes.append(UInt8(ascii: "#"))
                ByteText.append(color, to: &bytes)
                writeColumns(of: color, to: &bytes)
                // Back to the left edge of the band.
                bytes.append(UInt8(ascii: "$"))
            }
            bytes[bytes.count - 1] = UInt8(ascii: "-")
        }
    }

    /// Sorts the pixels of a band by colour and returns the colours it has.
    private mutating func collect(_ picture: SixelBins, _ palette: SixelPalette, firstRow: Int) -> [Int] {
        var used: [Int] = []
        let width = width
        picture.bins.withUnsafeBufferPointer { bins in
            palette.numberOfBin.withUnsafeBufferPointer { numbers in
                masks.withUnsafeMutableBufferPointer { masks in
                    for row in 0..<6 {
                        let start = (firstRow + row) * width
                        let bit = UInt8(1) << UInt8(row)
                        for column in 0..<width {
                            let color = Int(numbers[Int(bins[start + column])])
                            if last[color] < 0 { used.append(color) }
                            masks[color * width + column] |= bit
                            if column < first[color] { first[color] = column }
                            if column > last[color] { last[color] = column }
                        }
                    }
                }
            }
        }
        return used
    }

    /// Colours are defined once a frame, in percent.
    private mutating func define(_ color: Int, _ palette: SixelPalette, to bytes: inout [UInt8]) {
        guard !isDefined[color] else { return }
        isDefined[color] = true
        let rgb = palette.colors[color]
        let percents = [rgb.red, rgb.green, rgb.blue].map { (Int($0) * 100 + 127) / 255 }
        bytes += "#\(color);2;\(percents[0]);\(percents[1]);\(percents[2])".utf8
    }

    /// Writes the columns of one colour, runs of four and more as a count, and clears them for the next band.
    private mutating func writeColumns(of color: Int, to bytes: inout [UInt8]) {
        let (from, to) = (first[color], last[color])
        first[color] = .max
        last[color] = -1
        Self.append(63, count: from, to: &bytes)
        masks.withUnsafeMutableBufferPointer { masks in
            var column = from
            let start = color * width
            while column <= to {
                let mask = masks[start + column]
                var end = column
                repeat {
                    masks[start + end] = 0
                    end += 1
                } while end <= to && masks[start + end] == mask
                Self.append(63 + mask, count: end - column, to: &bytes)
                column = end
            }
        }
    }

    private static func append(_ character: UInt8, count: Int, to bytes: inout [UInt8]) {
        if count > 3 {
            bytes.append(UInt8(ascii: "!"))
            ByteText.append(count, to: &bytes)
            bytes.append(character)
        } else {
            for _ in 0..<count { bytes.append(character) }
        }
    }
}
