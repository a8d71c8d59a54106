import CTerminal
import Foundation

/// The end of a pseudo-terminal at which somebody plays the terminal: what programs write can be read here, and what is
/// written here they get as typed.
package final class PseudoTerminal: Sendable {
    /// The programs' end.
    package let path: String
    private let descriptor: Int32

    /// - Throws: ``TerminalError/system(operation:reason:)`` where the system has no more of them.
    package init(_ size: TerminalSize = .fallback) throws(TerminalError) {
        var name = [CChar](repeating: 0, count: 128)
        descriptor = terminal_open_pair(&name, name.count)
        guard descriptor >= 0 else {
            throw .system(operation: "be made", reason: String(cString: strerror(errno)))
        }
        path = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        resize(to: size)
    }

    deinit { close(descriptor) }

    /// Tells the programs another size.
    package func resize(to size: TerminalSize) {
        _ = terminal_set_window_size(
            descriptor, Int32(size.columns), Int32(size.rows), Int32(size.pixelWidth), Int32(size.pixelHeight))
    }

    /// Types bytes; gives up after a second where nobody reads them.
    ///
    /// - Returns: whether all of them went.
    @discardableResult
    package func type(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                guard isReady(POLLOUT, within: .seconds(1)) else { return false }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    @discardableResult
    package func type(_ text: String) -> Bool { type(Array(text.utf8)) }

    /// What programs have written, waiting at most so long for the first byte.
    ///
    /// - Returns: nothing after the wait; nil once no program has the terminal any more.
    package func read(within wait: Duration) -> [UInt8]? {
        guard isReady(POLLIN, within: wait) else { return [] }
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            count = max(Foundation.read(descriptor, buffer.baseAddress, buffer.count), 0)
        }
        return bytes.isEmpty ? nil : bytes
    }

    private func isReady(_ what: Int32, within wait: Duration) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(what), revents: 0)
        // Rounded up: a wait of less than a millisecond is not none.
        return poll(&request, 1, Int32((wait / .milliseconds(1)).rounded(.up))) > 0
    }
}
