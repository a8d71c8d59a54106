/// Which key a control sequence stands for.
extension ControlSequence {
    /// nil for what is known and means nothing, such as a key let go.
    func key(hasAlt: Bool) -> Key? {
        if let answer { return .answer(answer) }
        if marker == UInt8(ascii: "<") { return MouseReport.key(self) ?? unknown }
        guard marker == nil else { return unknown }
        if isKeyRelease { return nil }
        let modifiers = modifiers(hasAlt: hasAlt)
        switch UnicodeScalar(final) {
        case "I": return .focus(true)
        case "O": return .focus(false)
        case "Z": return .special(.tab, modifiers.union(.shift))
        case "~": return tildeKey(modifiers) ?? unknown
        case "u": return parameter(0).flatMap { TypedKey.key(codePoint: $0, modifiers) } ?? unknown
        case "^": return numberedKey(modifiers.union(.control)) ?? unknown
        case "$": return numberedKey(modifiers.union(.shift)) ?? unknown
        case "@": return numberedKey(modifiers.union([.control, .shift])) ?? unknown
        case "a"..."d": return Self.letterKey(final - 0x20).map { .special($0, modifiers.union(.shift)) }
        default: return Self.letterKey(final).map { .special($0, modifiers) } ?? unknown
        }
    }

    private var unknown: Key { .answer(.unknown(text)) }

    /// `ESC O final`: cursor and function keys of the application mode, and the number pad.
    func singleShiftKey(hasAlt: Bool) -> Key? {
        // `ESC O 5 A` and `ESC O 1 ; 5 A` both say Ctrl.
        let bits = max((parameter(1) ?? parameter(0) ?? 1) - 1, 0)
        var modifiers = KeyModifiers(rawValue: UInt8(bits & 15))
        if hasAlt { modifiers.insert(.alt) }
        switch UnicodeScalar(final) {
        case "M": return .special(.enter, modifiers)
        case "I": return .special(.tab, modifiers)
        case "X": return .character("=")
        case "a"..."d": return Self.letterKey(final - 0x20).map { .special($0, modifiers.union(.control)) }
        case "j"..."y": return .character(Character(UnicodeScalar(final - 0x40)))
        default: return Self.letterKey(final).map { .special($0, modifiers) }
        }
    }

    private static func letterKey(_ final: UInt8) -> SpecialKey? {
        switch UnicodeScalar(final) {
        case "A": .up
        case "B": .down
        case "C": .right
        case "D": .left
        case "F": .end
        case "H": .home
        case "P": .function(1)
        case "Q": .function(2)
        case "R": .function(3)
        case "S": .function(4)
        default: nil
        }
    }

    private func tildeKey(_ modifiers: KeyModifiers) -> Key? {
        // xterm's "modify other keys": CSI 27 ; modifiers ; code ~
        if parameter(0) == 27, let code = parameter(2) { return TypedKey.key(codePoint: code, modifiers) }
        return numberedKey(modifiers)
    }

    private func numberedKey(_ modifiers: KeyModifiers) -> Key? {
        let key: SpecialKey
        switch parameter(0) {
        case 1, 7: key = .home
        case 2: key = .insert
        case 3: key = .delete
        case 4, 8: key = .end
        case 5: key = .pageUp
        case 6: key = .pageDown
        case .some(let number):
            guard let function = Self.functionNumbers[number] else { return nil }
            key = .function(function)
        case nil: return nil
        }
        return .special(key, modifiers)
    }

    /// The numbers of F1 to F20 before `~`, with the gaps of the VT220's keyboard.
    private static let functionNumbers: [Int: Int] = [
        11: 1, 12: 2, 13: 3, 14: 4, 15: 5, 17: 6, 18: 7, 19: 8, 20: 9, 21: 10,
        23: 11, 24: 12, 25: 13, 26: 14, 28: 15, 29: 16, 31: 17, 32: 18, 33: 19, 34: 20,
    ]
}
