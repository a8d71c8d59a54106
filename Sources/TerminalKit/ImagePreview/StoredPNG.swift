/// PNG files without compression, for a terminal that reads nothing else.
///
/// Source: the PNG specification, third edition; RFC 1950 and 1951 (stored blocks).
enum StoredPNG {
    static func file(_ image: PixelFrame) -> [UInt8] {
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        // 8 bits a channel, colour type 2 (RGB), no interlacing.
        append("IHDR", bigEndian(image.width) + bigEndian(image.height) + [8, 2, 0, 0, 0], to: &bytes)
        append("IDAT", zlibStream(filteredRows(image)), to: &bytes)
        append("IEND", [], to: &bytes)
        return bytes
    }

    /// Each row begins with its filter, 0 for none.
    private static func filteredRows(_ image: PixelFrame) -> [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity((image.width * 3 + 1) * image.height)
        for row in 0..<image.height {
            rows.append(0)
            rows += image.pixels[row * image.width * 3..<(row + 1) * image.width * 3]
        }
        return rows
    }

    private static func zlibStream(_ data: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x78, 0x01]
        bytes.reserveCapacity(data.count + data.count / 1000 + 64)
        var start = 0
        repeat {
            let end = min(start + 65535, data.count)
            let length = end - start
            bytes.append(end == data.count ? 1 : 0)
            bytes += [UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8 & 255)]
            bytes += data[start..<end]
            start = end
        } while start < data.count
        return bytes + bigEndian(Int(adler32(data)))
    }

    private static func append(_ name: String, _ data: [UInt8], to bytes: inout [UInt8]) {
        let body = Array(name.utf8) + data
        bytes += bigEndian(data.count) + body + bigEndian(Int(crc32(body)))
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        [UInt8(value >> 24 & 255), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }

    private static func adler32(_ data: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in data {
            low = (low + UInt32(byte)) % 65521
            high = (high + low) % 65521
        }
        return high << 16 | low
    }

    private static let crcTable: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    private static func crc32(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(~UInt32(0)) { crcTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }
}
