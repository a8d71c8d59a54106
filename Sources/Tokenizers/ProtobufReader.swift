/// Walks the fields of a serialized protobuf message.
struct ProtobufReader {
    enum Value {
        /// Wire types 0, 1 and 5.
        case number
        /// Wire type 2: bytes, a string or another message.
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ message: ArraySlice<UInt8>) {
        rest = message
    }

    /// Calls `body` with every field's number and value, in order.
    ///
    /// - Returns: false if the message is malformed.
    static func forEachField(of message: ArraySlice<UInt8>, _ body: (Int, Value) -> Void) -> Bool {
        var reader = ProtobufReader(message)
        while !reader.rest.isEmpty {
            guard let (field, value) = reader.nextField() else { return false }
            body(field, value)
        }
        return true
    }

    private mutating func nextField() -> (Int, Value)? {
        guard let tag = nextNumber(), tag >> 3 > 0 else { return nil }
        let field = Int(tag >> 3)
        switch tag & 7 {
        case 0: return nextNumber().map { _ in (field, .number) }
        case 1: return take(8).map { _ in (field, .number) }
        case 2: return nextNumber().flatMap { Int(exactly: $0) }.flatMap { take($0) }.map { (field, .bytes($0)) }
        case 5: return take(4).map { _ in (field, .number) }
        default: return nil
        }
    }

    /// A number of up to 64 bits, 7 to a byte, the lowest first.
    private mutating func nextNumber() -> UInt64? {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            result |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return result }
        }
        return nil
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
