/// Answers that come as strings: DCS (`P`), OSC (`]`) and APC (`_`).
enum AnswerString {
    static func meaning(kind: UInt8, _ bytes: [UInt8]) -> TerminalAnswer {
        let text = String(decoding: bytes, as: UTF8.self)
        switch UnicodeScalar(kind) {
        case "P": return deviceControl(text)
        case "]": return color(text)
        default: return graphics(text)
        }
    }

    private static func deviceControl(_ text: String) -> TerminalAnswer {
        if text.hasPrefix(">|") { return .version(String(text.dropFirst(2))) }
        // DCS 1 + r name = value ST; 0 where the terminal does not know the name. Both are in hexadecimal.
        guard text.hasPrefix("1+r") || text.hasPrefix("0+r") else { return .other }
        let parts = text.dropFirst(3).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first.flatMap(decodedHexadecimal) else { return .other }
        let value = parts.count > 1 ? decodedHexadecimal(parts[1]) ?? "" : ""
        return .capability(name: name, value: text.hasPrefix("1") ? value : nil)
    }

    private static func decodedHexadecimal(_ digits: Substring) -> String? {
        let values = digits.utf8.map(hexValue)
        guard values.count.isMultiple(of: 2), values.allSatisfy({ $0 >= 0 }) else { return nil }
        let bytes = stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] * 16 + values[$0 + 1]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexValue(_ digit: UInt8) -> Int {
        switch UnicodeScalar(digit) {
        case "0"..."9": Int(digit) - 0x30
        case "a"..."f": Int(digit) - 0x61 + 10
        case "A"..."F": Int(digit) - 0x41 + 10
        default: -1
        }
    }

    /// `11;rgb:ffff/ffff/ffff`, with one to four digits a channel.
    private static func color(_ text: String) -> TerminalAnswer {
        let parts = text.split(separator: ";", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[0]),
            let start = parts[1].firstIndex(of: ":"), parts[1].hasPrefix("rgb")
        else { return .other }
        let channels = parts[1][parts[1].index(after: start)...].split(separator: "/").prefix(3).map(channel)
        guard channels.count == 3, let red = channels[0], let green = channels[1], let blue = channels[2] else {
            return .other
        }
        return .color(number: number, RGB(red, green, blue))
    }

    private static func channel(_ digits: Substring) -> UInt8? {
        guard (1...4).contains(digits.utf8.count), let value = Int(digits, radix: 16), value >= 0 else { return nil }
        let largest = (1 << (4 * digits.utf8.count)) - 1
        return UInt8((value * 255 + largest / 2) / largest)
    }

    /// `G i=31;OK`.
    private static func graphics(_ text: String) -> TerminalAnswer {
        guard text.hasPrefix("G") else { return .other }
        let parts = text.dropFirst().split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .other }
        let id = parts[0].split(separator: ",").first { $0.hasPrefix("i=") }.flatMap { Int($0.dropFirst(2)) }
        return .kittyGraphics(id: id ?? 0, message: String(parts[1]))
    }
}
