/// The two kitty image ids that are ours. Frames alternate between them; nothing else is ever deleted.
///
/// Both are colours of the fixed palette, since a placeholder cell says its image by its foreground colour, and
/// ncurses may have 256 of these.
package struct ImageIDs: Hashable, Sendable {
    package let first: UInt32
    package let second: UInt32

    /// - Parameter processID: keeps two studios on one terminal apart.
    package init(processID: Int32) {
        let slot = UInt32(UInt(bitPattern: Int(processID)) % 119)
        first = 17 + 2 * slot
        second = first + 1
    }

    package var all: [UInt32] { [first, second] }

    package func other(than id: UInt32?) -> UInt32 { id == first ? second : first }
}
