/// The bytes of an animated GIF, frame by frame.
///
/// Source: GIF89a specification; the application extension "NETSCAPE2.0" for the loop.
struct GIFStream {
    private let width: Int
    private let height: Int
    private let palette: Palette
    private let transparentIndex: UInt8
    /// The palette has `1 << colourBits` places.
    private let colourBits: Int
    private var bytes: [UInt8] = []
    private var previous: [UInt8] = []

    /// A stream without bytes; the palette has 1 to 255 colours.
    init(width: Int, height: Int, palette: Palette) {
        self.width = width
        self.height = height
        self.palette = palette
        let colourCount = palette.colours.count
        transparentIndex = UInt8(colourCount)
        var bits = 2
        while 1 << bits < colourCount + 1 { bits += 1 }
        colourBits = bits
    }

    /// - Returns: what was written since the last call.
    mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    mutating func writeHeader(comment: String?) {
        bytes += Array("GIF89a".utf8)
        appendNumber(width)
        appendNumber(height)
        // A global palette follows, its size as a power of two less one; background 0; square pixels.
        bytes += [0x80 | 0x70 | UInt8(colourBits - 1), 0, 0]
        for index in 0..<1 << colourBits {
            let colour = index < palette.colours.count ? palette.colours[index] : .zero
            bytes += [colour.x, colour.y, colour.z]
        }
        bytes += [0x21, 0xFF]
        appendBlocks(Array("NETSCAPE2.0".utf8), end: false)
        // Repeat for ever.
        appendBlocks([1, 0, 0])
        if let comment, !comment.isEmpty {
            bytes += [0x21, 0xFE]
            appendBlocks(Array(CleanText.removingControls(comment).utf8))
        }
    }

    /// - Parameters:
    ///   - indices: one a pixel of the whole picture.
    ///   - delay: hundredths of a second.
    mutating func writeFrame(_ indices: [UInt8], delay: Int) {
        let area = previous.isEmpty ? (x: 0, y: 0, width: width, height: height) : changedArea(indices)
        // Each frame stays under the next; pixels as before are left transparent.
        bytes += [0x21, 0xF9, 4, previous.isEmpty ? 0x04 : 0x05]
        appendNumber(min(delay, 65_535))
        bytes += [transparentIndex, 0, 0x2C]
        for number in [area.x, area.y, area.width, area.height] { appendNumber(number) }
        bytes += [0, UInt8(colourBits)]
        appendBlocks(LZWEncoder.encode(pixels(of: indices, in: area), pixelBits: colourBits))
        previous = indices
    }

    mutating func writeEnd() {
        bytes.append(0x3B)
    }

    private func pixels(of indices: [UInt8], in area: (x: Int, y: Int, width: Int, height: Int)) -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(area.width * area.height)
        for row in area.y..<area.y + area.height {
            for place in row * width + area.x..<row * width + area.x + area.width {
                let isSame = !previous.isEmpty && indices[place] == previous[place]
                pixels.append(isSame ? transparentIndex : indices[place])
            }
        }
        return pixels
    }

    /// The smallest rectangle around what differs from the frame before; one pixel where nothing does.
    private func changedArea(_ indices: [UInt8]) -> (x: Int, y: Int, width: Int, height: Int) {
        var (left, right, top, bottom) = (width, -1, height, -1)
        for row in 0..<height {
            let places = row * width..<(row + 1) * width
            guard let first = places.first(where: { indices[$0] != previous[$0] }),
                let last = places.last(where: { indices[$0] != previous[$0] })
            else { continue }
            left = min(left, first - row * width)
            right = max(right, last - row * width)
            top = min(top, row)
            bottom = row
        }
        return bottom < 0 ? (0, 0, 1, 1) : (left, top, right - left + 1, bottom - top + 1)
    }

    private mutating func appendNumber(_ number: Int) {
        bytes += [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
    }

    /// Data in blocks of up to 255 bytes, each after its length, and an empty one where the data ends.
    private mutating func appendBlocks(_ data: [UInt8], end: Bool = true) {
        for start in stride(from: 0, to: data.count, by: 255) {
            let block = data[start..<min(start + 255, data.count)]
            bytes.append(UInt8(block.count))
            bytes += block
        }
        if end { bytes.append(0) }
    }
}
