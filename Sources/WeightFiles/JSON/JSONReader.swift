/// A strict RFC 8259 reader: no comments, no trailing commas, no duplicate keys, valid UTF-8 only.
package struct JSONReader {
    /// What is wrong with a document, and at which byte.
    package struct SyntaxError: Error, Equatable, CustomStringConvertible {
        package let message: String
        package let byteOffset: Int

        package var description: String { "\(message) at byte \(byteOffset)" }
    }

    /// Deeper nesting than this is refused, so that a hostile file cannot exhaust the stack.
    private static let depthLimit = 128

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    private init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Reads one document that fills `bytes` but for white space around it.
    package static func read(_ bytes: UnsafeRawBufferPointer) throws(SyntaxError) -> JSONValue {
        var reader = JSONReader(bytes)
        reader.skipWhiteSpace()
        let value = try reader.readValue(depth: 0)
        reader.skipWhiteSpace()
        guard reader.position == bytes.count else { throw reader.error("unexpected text after the document") }
        return value
    }

    /// Reads one document from text.
    package static func read(_ text: String) throws(SyntaxError) -> JSONValue {
        let copy = Array(text.utf8)
        let result = copy.withUnsafeBytes { bytes in
            Result { () throws(SyntaxError) in try read(bytes) }
        }
        return try result.get()
    }

    private func error(_ message: String) -> SyntaxError {
        SyntaxError(message: message, byteOffset: position)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhiteSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func readValue(depth: Int) throws(SyntaxError) -> JSONValue {
        guard depth < Self.depthLimit else { throw error("nesting is too deep") }
        guard let byte = current else { throw error("the text ends too early") }
        switch byte {
        case UInt8(ascii: "{"): return .object(try readObject(depth: depth))
        case UInt8(ascii: "["): return .array(try readArray(depth: depth))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        default: throw error("a value is expected")
        }
    }

    private mutating func readWord(_ word: String, _ value: JSONValue) throws(SyntaxError) -> JSONValue {
        for byte in word.utf8 {
            guard current == byte else { throw error("a value is expected") }
            position += 1
        }
        return value
    }

    private mutating func readObject(depth: Int) throws(SyntaxError) -> [String: JSONValue] {
        position += 1
        var members: [String: JSONValue] = [:]
        skipWhiteSpace()
        if skip(UInt8(ascii: "}")) { return members }
        while true {
            skipWhiteSpace()
            guard current == UInt8(ascii: "\"") else { throw error("a quoted key is expected") }
            let keyPosition = position
            let key = try readString()
            skipWhiteSpace()
            guard skip(UInt8(ascii: ":")) else { throw error("a colon is expected") }
            skipWhiteSpace()
            let value = try readValue(depth: depth + 1)
            guard members.updateValue(value, forKey: key) == nil else {
                throw SyntaxError(message: "the key \"\(key.excerpt())\" appears twice", byteOffset: keyPosition)
            }
            skipWhiteSpace()
            if skip(UInt8(ascii: "}")) { return members }
            guard skip(UInt8(ascii: ",")) else { throw error("a comma or a closing brace is expected") }
        }
    }

    private mutating func readArray(depth: Int) throws(SyntaxError) -> [JSONValue] {
        position += 1
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if skip(UInt8(ascii: "]")) { return elements }
        while true {
            skipWhiteSpace()
            elements.append(try readValue(depth: depth + 1))
            skipWhiteSpace()
            if skip(UInt8(ascii: "]")) { return elements }
            guard skip(UInt8(ascii: ",")) else { throw error("a comma or a closing bracket is expected") }
        }
    }

    /// Steps over `byte` if it comes next.
    private mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    private mutating func readNumber() throws(SyntaxError) -> JSONValue {
        let start = position
        _ = skip(UInt8(ascii: "-"))
        let leadsWithZero = current == UInt8(ascii: "0")
        let digitCount = skipDigits()
        guard digitCount > 0, !leadsWithZero || digitCount == 1 else { throw error("a number is malformed") }
        var isWhole = true
        if skip(UInt8(ascii: ".")) {
            isWhole = false
            guard skipDigits() > 0 else { throw error("a number is malformed") }
        }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            isWhole = false
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            guard skipDigits() > 0 else { throw error("a number is malformed") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw error("a number is out of range") }
        return .number(value)
    }

    private mutating func readString() throws(SyntaxError) -> String {
        position += 1
        var units: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else {
                    throw error("a string is not valid UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                try readEscape(into: &units)
            case 0..<0x20:
                throw error("a string holds a raw control character")
            default:
                units.append(byte)
            }
        }
        throw error("a string has no end")
    }

    private mutating func readEscape(into units: inout [UInt8]) throws(SyntaxError) {
        guard let byte = current else { throw error("a string has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "u"): units.append(contentsOf: String(Character(try readUnicodeEscape())).utf8)
        default: throw error("an escape is unknown")
        }
    }

    private mutating func readUnicodeEscape() throws(SyntaxError) -> Unicode.Scalar {
        let high = try readFourDigits()
        var value = high
        if (0xD800..<0xDC00).contains(high) {
            guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else { throw error("half of a surrogate pair") }
            let low = try readFourDigits()
            guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair") }
            value = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw error("half of a surrogate pair") }
        return scalar
    }

    private mutating func readFourDigits() throws(SyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw error("four hexadecimal digits are expected")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
