import Foundation
import StudioCore
import Synchronization

/// Standard output and standard error, written at once and without a buffer.
enum Output {
    /// Writes a result line. When nobody reads any more, the program ends quietly.
    static func result(_ line: String) {
        write(TextCleaning.cleaned(line) + "\n", to: STDOUT_FILENO)
    }

    /// Writes a line of JSON; the first one of the program's output names the schema.
    static func object(_ fields: [(key: String, value: JSONValue)]) {
        let isFirst = hasObject.withLock { hasObject in
            defer { hasObject = true }
            return !hasObject
        }
        result(JSONValue.object((isFirst ? [("schema", "turbo2k.events.v1")] : []) + fields).text)
    }

    private static let hasObject = Mutex(false)

    /// Writes a message line for people.
    static func message(_ line: String) {
        write(TextCleaning.cleaned(line) + "\n", to: STDERR_FILENO)
    }

    /// Rewrites the present line of a terminal; the next message replaces it.
    static func transient(_ line: String) {
        write("\r" + TextCleaning.oneLine(line) + "\u{1B}[K\r", to: STDERR_FILENO)
    }

    /// Clears what ``transient(_:)`` wrote.
    static func clearTransient() {
        write("\r\u{1B}[K", to: STDERR_FILENO)
    }

    /// Text that is a file's own content, such as an exported preset, byte for byte.
    static func content(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// What an encoder made for the terminal.
    static func bytes(_ bytes: [UInt8]) {
        write(bytes[...], to: STDOUT_FILENO)
    }

    static let errorIsTerminal = isatty(STDERR_FILENO) == 1
    static let resultIsTerminal = isatty(STDOUT_FILENO) == 1

    private static func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8)[...], to: descriptor)
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) {
        var bytes = bytes
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno == EPIPE, descriptor == STDOUT_FILENO {
                Signals.outputClosed()
                return
            } else if errno == EAGAIN {
                usleep(1000)
            } else if errno != EINTR {
                return
            }
        }
    }
}
