/// The 32-bit check of PNG chunks, polynomial 0xEDB88320.
///
/// Source: Portable Network Graphics (PNG) Specification, 2nd edition, annex D.
enum CyclicRedundancyCheck {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    static func value(of bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { value, byte in table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8) }
    }
}
