/// Turns the bytes of a terminal into keys: a state machine without I/O or clock.
///
/// Sequences may be cut anywhere between calls of ``feed(_:)``. Three things wait for time, which the caller keeps:
/// ``waiting`` says which, and ``flush()`` or ``abandon()`` ends the wait.
package struct KeyDecoder: Sendable {
    /// What the decoder holds that the next bytes, or their absence, decide.
    package enum Waiting: Equatable, Sendable {
        case nothing
        /// `ESC`, or what is also Alt with a letter. Call ``flush()`` after 25 ms of silence, 80 ms over ssh.
        case escape
        /// The middle of a sequence, a character or a paste. Call ``abandon()`` after a second of silence.
        case rest
    }

    /// A longer sequence is given up. Pastes have no limit.
    package static let longestSequence = 4096

    /// Treats 16 or more bytes with a CR in one read as a paste, for terminals without bracketed paste.
    package var takesBurstsAsPaste = false

    private enum State {
        case ground
        case character
        case escape
        case controlSequence
        case linuxFunction
        case mouseBytes
        case singleShift
        case string
        case stringEscape
        case paste
    }

    private static let escapeByte: UInt8 = 0x1B
    private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)

    private var state = State.ground
    /// The bytes after the introducer, of a character, or of a paste.
    private var held: [UInt8] = []
    /// An `ESC` stood before the sequence, which some terminals send for Alt.
    private var hasAlt = false
    private var stringKind: UInt8 = 0
    private var characterLength = 0
    private let terminfoKeys: [[UInt8]: Key]

    /// - Parameter terminfoKeys: what the terminal's description says its keys send; wins over the built-in meanings.
    package init(terminfoKeys: [[UInt8]: Key] = [:]) {
        self.terminfoKeys = terminfoKeys
    }

    package var waiting: Waiting {
        switch state {
        case .ground: .nothing
        case .escape: .escape
        case .controlSequence, .singleShift, .string: held.isEmpty ? .escape : .rest
        case .character, .linuxFunction, .mouseBytes, .stringEscape, .paste: .rest
        }
    }

    /// The keys that `bytes` completes, in order.
    package mutating func feed(_ bytes: some Collection<UInt8>) -> [Key] {
        if takesBurstsAsPaste, state == .ground, bytes.count >= 16, bytes.contains(0x0D),
            !bytes.contains(Self.escapeByte)
        {
            return [.paste(PasteText.cleaned(bytes))]
        }
        var keys: [Key] = []
        for byte in bytes { accept(byte, &keys) }
        return keys
    }

    /// Ends the wait for the rest of an escape sequence: what is held was typed.
    package mutating func flush() -> [Key] {
        guard waiting == .escape else { return [] }
        let prefix: [Key] = hasAlt ? [.escape] : []
        let introducer = introducerCharacter
        reset()
        return prefix + [introducer.map { .alt($0) } ?? .escape]
    }

    /// Gives up whatever is held; text of a paste without an end is delivered.
    package mutating func abandon() -> [Key] {
        if waiting == .escape { return flush() }
        defer { reset() }
        switch state {
        case .paste: return [.paste(PasteText.cleaned(held))]
        case .character: return [.character("\u{FFFD}")]
        default: return []
        }
    }

    /// The letter of Alt-letter that an introducer without a rest stands for; nil for `ESC` alone.
    private var introducerCharacter: Character? {
        switch state {
        case .controlSequence: "["
        case .singleShift: "O"
        case .string: Character(UnicodeScalar(stringKind))
        default: nil
        }
    }

    private mutating func reset() {
        state = .ground
        held.removeAll(keepingCapacity: held.capacity <= Self.longestSequence)
        hasAlt = false
    }

    private mutating func accept(_ byte: UInt8, _ keys: inout [Key]) {
        switch state {
        case .ground: acceptGround(byte, &keys)
        case .character: acceptCharacter(byte, &keys)
        case .escape: acceptEscape(byte, &keys)
        case .controlSequence: acceptControlSequence(byte, &keys)
        case .linuxFunction:
            let number = Int(byte) - 0x40
            reset()
            if (1...5).contains(number) { keys.append(.function(number)) }
        case .mouseBytes:
            held.append(byte)
            if held.count == 3 {
                keys.append(MouseReport.key(bytes: held))
                reset()
            }
        case .singleShift: acceptSingleShift(byte, &keys)
        case .string: acceptString(byte, &keys)
        case .stringEscape: acceptStringEscape(byte, &keys)
        case .paste: acceptPaste(byte, &keys)
        }
    }

    private mutating func acceptGround(_ byte: UInt8, _ keys: inout [Key]) {
        switch byte {
        case Self.escapeByte: state = .escape
        case 0x00..<0x20, 0x7F:
            if let key = ControlByte.key(byte, hasAlt: hasAlt) { keys.append(key) }
            reset()
        case 0x20..<0x7F:
            let character = Character(UnicodeScalar(byte))
            keys.append(hasAlt ? .alt(character) : .character(character))
            reset()
        case 0xC2..<0xF5:
            state = .character
            held = [byte]
            characterLength = byte < 0xE0 ? 2 : (byte < 0xF0 ? 3 : 4)
        default:
            keys.append(.character("\u{FFFD}"))
            reset()
        }
    }

    private mutating func acceptCharacter(_ byte: UInt8, _ keys: inout [Key]) {
        guard byte & 0xC0 == 0x80 else {
            keys.append(.character("\u{FFFD}"))
            reset()
            return acceptGround(byte, &keys)
        }
        held.append(byte)
        guard held.count == characterLength else { return }
        let scalars = String(decoding: held, as: UTF8.self).unicodeScalars
        let isAlt = hasAlt
        reset()
        // An overlong form or a surrogate is decoded as several replacement characters: it becomes one.
        let scalar = scalars.count == 1 ? scalars.first ?? "\u{FFFD}" : "\u{FFFD}"
        guard scalar.properties.generalCategory != .control else { return }
        keys.append(isAlt ? .alt(Character(scalar)) : .character(Character(scalar)))
    }

    private mutating func acceptEscape(_ byte: UInt8, _ keys: inout [Key]) {
        switch byte {
        case Self.escapeByte:
            if hasAlt { keys.append(.escape) }
            hasAlt = true
        case UInt8(ascii: "["): enter(.controlSequence)
        case UInt8(ascii: "O"): enter(.singleShift)
        case UInt8(ascii: "P"), UInt8(ascii: "]"), UInt8(ascii: "_"):
            stringKind = byte
            enter(.string)
        case UInt8(ascii: "\\") where !hasAlt:
            // The end of a string that was given up before; nobody types it.
            reset()
            keys.append(.answer(.other))
        default:
            if hasAlt { keys.append(.escape) }
            hasAlt = true
            state = .ground
            acceptGround(byte, &keys)
        }
    }

    private mutating func enter(_ next: State) {
        state = next
        held.removeAll(keepingCapacity: true)
    }

    private mutating func acceptControlSequence(_ byte: UInt8, _ keys: inout [Key]) {
        switch byte {
        case UInt8(ascii: "[") where held.isEmpty: state = .linuxFunction
        case UInt8(ascii: "M") where held.isEmpty: state = .mouseBytes
        // rxvt ends Shift with a byte that elsewhere stands before the end.
        case UInt8(ascii: "$") where held.first.map { $0 != UInt8(ascii: "?") } == true: finish(with: byte, &keys)
        case 0x20..<0x40:
            held.append(byte)
            if held.count > Self.longestSequence { reset() }
        case 0x40..<0x7F: finish(with: byte, &keys)
        default: interrupted(by: byte, &keys)
        }
    }

    private mutating func finish(with final: UInt8, _ keys: inout [Key]) {
        let whole = [Self.escapeByte, UInt8(ascii: "[")] + held + [final]
        if let key = terminfoKeys[whole] {
            keys.append(key)
            return reset()
        }
        let sequence = ControlSequence(body: held, final: final)
        if sequence.isPasteStart {
            if hasAlt { keys.append(.escape) }
            reset()
            state = .paste
            return
        }
        let key = sequence.key(hasAlt: hasAlt)
        // Nobody types an answer with Alt: Esc was pressed just before it came.
        if hasAlt, !(key?.canHaveAlt ?? false) { keys.append(.escape) }
        reset()
        if let key { keys.append(key) }
    }

    private mutating func acceptSingleShift(_ byte: UInt8, _ keys: inout [Key]) {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ";"):
            held.append(byte)
            if held.count > Self.longestSequence { reset() }
        case 0x20..<0x7F:
            let whole = [Self.escapeByte, UInt8(ascii: "O")] + held + [byte]
            let key = terminfoKeys[whole] ?? ControlSequence(body: held, final: byte).singleShiftKey(hasAlt: hasAlt)
            reset()
            keys.append(key ?? .answer(.other))
        default: interrupted(by: byte, &keys)
        }
    }

    private mutating func acceptString(_ byte: UInt8, _ keys: inout [Key]) {
        switch byte {
        case Self.escapeByte: state = .stringEscape
        case 0x07: finishString(&keys)
        case 0x00..<0x20: interrupted(by: byte, &keys)
        default:
            held.append(byte)
            if held.count > Self.longestSequence { reset() }
        }
    }

    private mutating func acceptStringEscape(_ byte: UInt8, _ keys: inout [Key]) {
        if byte == UInt8(ascii: "\\") { return finishString(&keys) }
        reset()
        state = .escape
        acceptEscape(byte, &keys)
    }

    private mutating func finishString(_ keys: inout [Key]) {
        let answer = AnswerString.meaning(kind: stringKind, held)
        if hasAlt { keys.append(.escape) }
        reset()
        keys.append(.answer(answer))
    }

    private mutating func acceptPaste(_ byte: UInt8, _ keys: inout [Key]) {
        held.append(byte)
        guard byte == UInt8(ascii: "~"), held.count >= Self.pasteEnd.count,
            held[(held.count - Self.pasteEnd.count)...].elementsEqual(Self.pasteEnd)
        else { return }
        keys.append(.paste(PasteText.cleaned(held.dropLast(Self.pasteEnd.count))))
        reset()
    }

    /// A control byte in the middle of a sequence gives the sequence up and counts as itself.
    private mutating func interrupted(by byte: UInt8, _ keys: inout [Key]) {
        reset()
        acceptGround(byte, &keys)
    }
}

extension Key {
    /// Whether a person can press it together with Alt.
    fileprivate var canHaveAlt: Bool {
        switch self {
        case .character, .control, .alt, .chord, .special: true
        case .paste, .mouse, .focus, .answer: false
        }
    }
}
