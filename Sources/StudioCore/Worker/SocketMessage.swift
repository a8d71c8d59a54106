package import Foundation

/// A line of text over a socket, and the bytes that follow it where it announces some.
package struct SocketMessage: Sendable {
    /// UTF-8, without the line end.
    package var line: Data
    /// Bytes behind the line; only for lines that begin with `{"payload":COUNT`.
    package var payload: [Data]

    package init(line: Data, payload: [Data] = []) {
        self.line = line
        self.payload = payload
    }

    package init(_ line: String) {
        self.init(line: Data(line.utf8))
    }

    package var text: String { String(decoding: line, as: UTF8.self) }
    package var byteCount: Int { payload.reduce(line.count + 1) { $0 + $1.count } }
}

/// Cuts what a socket brings into messages.
struct SocketFraming {
    /// No honest line is longer; a recipe may have 1 MiB.
    static let longestLine = 4 << 20
    static let mostPayload = 512 << 20
    private static let announcement = Data(#"{"payload":"#.utf8)

    private var line = Data()
    private var awaited: (line: Data, payload: Data, count: Int)?
    /// Something came that is no message; what follows cannot be understood.
    private(set) var isBroken = false

    /// The messages that `bytes` complete.
    mutating func take(_ bytes: Data) -> [SocketMessage] {
        var messages: [SocketMessage] = []
        var rest = bytes[...]
        while !rest.isEmpty, !isBroken {
            if let message = takePayload(&rest) ?? takeLine(&rest) { messages.append(message) }
        }
        return messages
    }

    private mutating func takePayload(_ rest: inout Data.SubSequence) -> SocketMessage? {
        guard var awaited else { return nil }
        let part = rest.prefix(awaited.count - awaited.payload.count)
        // Two copies of many megabytes must not be alive at once.
        self.awaited = nil
        awaited.payload.append(part)
        rest = rest.dropFirst(part.count)
        guard awaited.payload.count == awaited.count else {
            self.awaited = awaited
            return nil
        }
        return SocketMessage(line: awaited.line, payload: [awaited.payload])
    }

    private mutating func takeLine(_ rest: inout Data.SubSequence) -> SocketMessage? {
        guard !rest.isEmpty else { return nil }
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            line.append(rest)
            rest = rest.suffix(0)
            isBroken = line.count > Self.longestLine
            return nil
        }
        line.append(rest[..<end])
        rest = rest[rest.index(after: end)...]
        let whole = line
        line = Data()
        isBroken = whole.count > Self.longestLine
        guard !isBroken, whole.starts(with: Self.announcement) else {
            return isBroken ? nil : SocketMessage(line: whole)
        }
        let digits = whole.dropFirst(Self.announcement.count).prefix { (48...57).contains($0) }
        guard let count = Int(String(decoding: digits, as: UTF8.self)), count <= Self.mostPayload else {
            isBroken = true
            return nil
        }
        guard count > 0 else { return SocketMessage(line: whole) }
        awaited = (whole, Data(capacity: count), count)
        return nil
    }
}
