import Foundation
import VideoIO

/// Values as lines of JSON, and pictures as the bytes behind them.
enum WireText {
    static func message(_ value: some Encodable) -> SocketMessage {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        // Only values of our own are written, none of which can fail.
        return SocketMessage(line: (try? encoder.encode(value)) ?? Data("{}".utf8))
    }

    /// The line begins with the count of the bytes that follow it.
    static func message(_ value: some Encodable, frames: [VideoFrame]) -> SocketMessage {
        let payload = frames.map { Data($0.pixels) }
        let count = payload.reduce(0) { $0 + $1.count }
        let rest = message(value).line.dropFirst()
        let comma = rest.first == UInt8(ascii: "}") ? "" : ","
        return SocketMessage(line: Data("{\"payload\":\(count)\(comma)".utf8) + rest, payload: payload)
    }

    static func value<Value: Decodable>(_ type: Value.Type, _ message: SocketMessage) -> Value? {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try? decoder.decode(type, from: message.line)
    }

    /// Cuts `payload` into frames; nil where the sizes do not agree.
    static func frames(_ picture: WirePicture, _ payload: Data) -> [VideoFrame]? {
        let size = picture.width.multipliedReportingOverflow(by: picture.height)
        guard picture.width > 0, picture.height > 0, !size.overflow, size.partialValue < 1 << 28,
            payload.count == size.partialValue * 3 * picture.frames
        else { return nil }
        return (0..<picture.frames).map { index in
            let start = payload.startIndex + index * size.partialValue * 3
            return VideoFrame(
                width: picture.width, height: picture.height,
                pixels: [UInt8](payload[start..<start + size.partialValue * 3]))
        }
    }
}
