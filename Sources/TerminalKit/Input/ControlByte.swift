/// The meaning of the bytes below 0x20 and of 0x7F.
enum ControlByte {
    /// - Returns: nil for NUL, which is dropped.
    static func key(_ byte: UInt8, hasAlt: Bool) -> Key? {
        let modifiers: KeyModifiers = hasAlt ? .alt : []
        switch byte {
        case 0x00: return nil
        case 0x08, 0x7F: return .special(.backspace, modifiers)
        case 0x09: return .special(.tab, modifiers)
        case 0x0D: return .special(.enter, modifiers)
        case 0x01...0x1A: return control(UnicodeScalar(byte + 0x60), hasAlt: hasAlt)
        default: return control(UnicodeScalar(byte + 0x40), hasAlt: hasAlt)
        }
    }

    private static func control(_ scalar: UnicodeScalar, hasAlt: Bool) -> Key {
        hasAlt ? .chord(Character(scalar), [.control, .alt]) : .control(Character(scalar))
    }
}
