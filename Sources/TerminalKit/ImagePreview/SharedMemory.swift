import Foundation
import Synchronization

/// Pieces of shared memory for a terminal on this machine, which reads and removes them.
package enum SharedMemory {
    /// More than are ever on their way. An older one was not taken, so the terminal does not want it any more.
    private static let mostWaiting = 8

    private struct State {
        var count = 0
        var names: [String] = []
    }

    private static let state = Mutex(State())

    /// Puts bytes into a new piece that this user alone can read.
    ///
    /// - Returns: its name; nil where the system has no room.
    package static func put(_ bytes: [UInt8]) -> String? {
        let (name, old) = state.withLock { state in
            state.count += 1
            let name = "/turbo2k-\(getpid())-\(state.count)"
            state.names.append(name)
            let old = state.names.count > mostWaiting ? state.names.removeFirst() : nil
            return (name, old)
        }
        if let old { shm_unlink(old) }
        let descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count else {
            shm_unlink(name)
            return nil
        }
        return name
    }

    /// Removes what the terminal has not taken.
    package static func removeAll() {
        let names = state.withLock { state in
            defer { state.names = [] }
            return state.names
        }
        names.forEach { shm_unlink($0) }
    }
}
