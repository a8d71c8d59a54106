/// The compression of GIF pictures: codes of growing length, least significant bit first.
///
/// Source: GIF89a specification, appendix F.
struct LZWEncoder {
    /// Bits of a pixel, 2 to 8.
    private let pixelBits: Int
    private var output: [UInt8] = []
    private var bitBuffer: UInt32 = 0
    private var bitCount = 0
    /// Open addressing: prefix code and pixel, 20 bits, + 1; 0 is empty.
    private var keys = [UInt32](repeating: 0, count: tableSize)
    private var codes = [UInt16](repeating: 0, count: tableSize)

    private static let tableSize = 1 << 14
    private static let codeLimit = 1 << 12

    private init(pixelBits: Int) {
        self.pixelBits = pixelBits
    }

    /// - Parameters:
    ///   - pixels: palette indices, below `1 << pixelBits`.
    ///   - pixelBits: 2 to 8.
    /// - Returns: the codes, without the division into blocks.
    static func encode(_ pixels: [UInt8], pixelBits: Int) -> [UInt8] {
        var encoder = LZWEncoder(pixelBits: pixelBits)
        encoder.encode(pixels)
        return encoder.output
    }

    private mutating func encode(_ pixels: [UInt8]) {
        let clearCode = 1 << pixelBits
        var codeBits = pixelBits + 1
        var nextCode = clearCode + 2
        output.reserveCapacity(pixels.count / 2)
        write(clearCode, bits: codeBits)
        guard var prefix = pixels.first.map(Int.init) else {
            write(clearCode + 1, bits: codeBits)
            flush()
            return
        }
        for pixel in pixels.dropFirst() {
            let key = UInt32(prefix << 8 | Int(pixel)) + 1
            let slot = slot(for: key)
            if keys[slot] == key {
                prefix = Int(codes[slot])
                continue
            }
            write(prefix, bits: codeBits)
            prefix = Int(pixel)
            if nextCode < Self.codeLimit {
                keys[slot] = key
                codes[slot] = UInt16(nextCode)
                // The decoder learns a code one step later, so lengths grow one code later than the table.
                if nextCode == 1 << codeBits { codeBits += 1 }
                nextCode += 1
            } else {
                write(clearCode, bits: codeBits)
                for index in keys.indices { keys[index] = 0 }
                codeBits = pixelBits + 1
                nextCode = clearCode + 2
            }
        }
        write(prefix, bits: codeBits)
        // The decoder adds an entry for the last code too, and lengthens its codes before the final one.
        if nextCode == 1 << codeBits, codeBits < 12 { codeBits += 1 }
        write(clearCode + 1, bits: codeBits)
        flush()
    }

    /// The place of a key, or the free place where it belongs.
    private func slot(for key: UInt32) -> Int {
        var slot = Int((key &* 2_654_435_761) >> 18)
        while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & (Self.tableSize - 1) }
        return slot
    }

    private mutating func write(_ code: Int, bits: Int) {
        bitBuffer |= UInt32(code) << UInt32(bitCount)
        bitCount += bits
        while bitCount >= 8 {
            output.append(UInt8(truncatingIfNeeded: bitBuffer))
            bitBuffer >>= 8
            bitCount -= 8
        }
    }

    private mutating func flush() {
        if bitCount > 0 { output.append(UInt8(truncatingIfNeeded: bitBuffer)) }
        bitBuffer = 0
        bitCount = 0
    }
}
