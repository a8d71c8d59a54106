/// Reports of the mouse: the SGR form `CSI < b ; x ; y M|m`, and the old form of three bytes.
enum MouseReport {
    static func key(_ sequence: ControlSequence) -> Key? {
        guard let code = sequence.parameter(0), let x = sequence.parameter(1), let y = sequence.parameter(2) else {
            return nil
        }
        switch UnicodeScalar(sequence.final) {
        case "M": return .mouse(event(code: code, x: x, y: y, isRelease: false))
        case "m": return .mouse(event(code: code, x: x, y: y, isRelease: true))
        default: return nil
        }
    }

    /// Three bytes, each 32 more than its number; columns past 223 cannot be said.
    static func key(bytes: [UInt8]) -> Key {
        let numbers = bytes.map { max(Int($0) - 32, 0) }
        let isRelease = numbers[0] & 3 == 3 && numbers[0] & 0x60 == 0
        return .mouse(event(code: numbers[0], x: numbers[1], y: numbers[2], isRelease: isRelease))
    }

    private static func event(code: Int, x: Int, y: Int, isRelease: Bool) -> MouseEvent {
        var modifiers: KeyModifiers = []
        if code & 4 != 0 { modifiers.insert(.shift) }
        if code & 8 != 0 { modifiers.insert(.alt) }
        if code & 16 != 0 { modifiers.insert(.control) }
        let (x, y) = (max(x - 1, 0), max(y - 1, 0))
        if code & 64 != 0 {
            let wheels: [MouseEvent.Kind] = [.wheelUp, .wheelDown, .wheelLeft, .wheelRight]
            return MouseEvent(kind: wheels[code & 3], x: x, y: y, modifiers: modifiers)
        }
        let buttons: [MouseEvent.Button] = [.left, .middle, .right, .none]
        let button = buttons[code & 3]
        let kind: MouseEvent.Kind =
            isRelease ? .release : (code & 32 == 0 ? .press : (button == .none ? .move : .drag))
        return MouseEvent(kind: kind, button: button, x: x, y: y, modifiers: modifiers)
    }
}
