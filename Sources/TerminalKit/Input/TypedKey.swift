/// A key that the terminal reports by code point and modifiers: the kitty keyboard protocol, and xterm's
/// "modify other keys".
enum TypedKey {
    static func key(codePoint: Int, _ modifiers: KeyModifiers) -> Key? {
        switch codePoint {
        case 8, 127: return .special(.backspace, modifiers)
        case 9: return .special(.tab, modifiers)
        case 13: return .special(.enter, modifiers)
        case 27: return .special(.escape, modifiers)
        default: break
        }
        if let special = special(codePoint) { return .special(special, modifiers) }
        if let digit = numberPad(codePoint) { return .character(digit) }
        guard codePoint >= 32, codePoint != 127, !(0xE000...0xF8FF).contains(codePoint),
            let scalar = UnicodeScalar(UInt32(codePoint)), scalar.properties.generalCategory != .control
        else { return nil }
        return key(Character(scalar), modifiers)
    }

    private static func key(_ character: Character, _ modifiers: KeyModifiers) -> Key {
        let lower = character.lowercased().first ?? character
        let shifted = modifiers.contains(.shift) ? character.uppercased().first ?? character : character
        switch modifiers.subtracting(.shift) {
        case []: return .character(shifted)
        case .control: return .control(lower)
        case .alt: return .alt(shifted)
        default: return .chord(lower, modifiers)
        }
    }

    /// Code points of the private area that the kitty protocol gives to keys without a character.
    private static func special(_ codePoint: Int) -> SpecialKey? {
        switch codePoint {
        case 57376...57398: .function(codePoint - 57376 + 13)
        case 57414: .enter
        case 57417: .left
        case 57418: .right
        case 57419: .up
        case 57420: .down
        case 57421: .pageUp
        case 57422: .pageDown
        case 57423: .home
        case 57424: .end
        case 57425: .insert
        case 57426: .delete
        default: nil
        }
    }

    private static func numberPad(_ codePoint: Int) -> Character? {
        let characters: [Character] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "/", "*", "-", "+"]
        if codePoint == 57415 { return "=" }
        return (57399...57413).contains(codePoint) ? characters[codePoint - 57399] : nil
    }
}
