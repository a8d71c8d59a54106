/// A sequence `ESC [ body final`, taken apart.
///
/// Source of the forms: ECMA-48 5.4; xterm's control sequences; the kitty keyboard protocol.
struct ControlSequence {
    /// `?`, `>`, `<` or `=` before the numbers.
    let marker: UInt8?
    /// Numbers between `;`, each with the numbers after its `:`. A missing or unreadable one is nil.
    let parameters: [[Int?]]
    let intermediate: UInt8?
    let final: UInt8
    private let body: [UInt8]

    init(body: [UInt8], final: UInt8) {
        var numbers = body[...]
        if let first = numbers.first, (0x3C...0x3F).contains(first) {
            marker = first
            numbers = numbers.dropFirst()
        } else {
            marker = nil
        }
        let intermediates = numbers.drop { !(0x20..<0x30).contains($0) }
        intermediate = intermediates.first
        parameters = numbers.dropLast(intermediates.count)
            .split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { part in
                part.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map(Self.number)
            }
        self.final = final
        self.body = body
    }

    /// As people write it: `ESC [ 99;99x`.
    var text: String { "ESC [ " + String(decoding: body + [final], as: UTF8.self) }

    /// At most six digits: no report we know has more.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 6, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    func parameter(_ index: Int) -> Int? {
        parameters.indices.contains(index) ? parameters[index].first ?? nil : nil
    }

    func subparameter(_ index: Int, _ position: Int) -> Int? {
        guard parameters.indices.contains(index), parameters[index].indices.contains(position) else { return nil }
        return parameters[index][position]
    }

    var isPasteStart: Bool { marker == nil && final == UInt8(ascii: "~") && parameter(0) == 200 }

    /// Modifiers as xterm numbers them, in the second parameter: one more than the sum of the bits.
    func modifiers(hasAlt: Bool) -> KeyModifiers {
        let bits = max((parameter(1) ?? 1) - 1, 0)
        // 32 is Meta; 64 and 128 are the locks, which change nothing here.
        var modifiers = KeyModifiers(rawValue: UInt8(bits & 15))
        if bits & 32 != 0 || hasAlt { modifiers.insert(.alt) }
        return modifiers
    }

    /// A key held down is reported with 1, repeated with 2, let go with 3.
    var isKeyRelease: Bool { subparameter(1, 1) == 3 }
}
