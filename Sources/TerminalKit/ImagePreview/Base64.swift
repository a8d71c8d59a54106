/// Base64 as RFC 4648 has it, straight into bytes.
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var held = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            held += 1
            if held == 3 {
                append(group, digitCount: 4, to: &result)
                (group, held) = (0, 0)
            }
        }
        if held > 0 {
            append(group << UInt32(8 * (3 - held)), digitCount: held + 1, to: &result)
            result += repeatElement(UInt8(ascii: "="), count: 3 - held)
        }
        return result
    }

    private static func append(_ group: UInt32, digitCount: Int, to result: inout [UInt8]) {
        for position in 0..<digitCount { result.append(digits[Int(group >> UInt32(18 - 6 * position) & 63)]) }
    }
}
