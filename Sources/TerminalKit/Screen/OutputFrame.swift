/// One update of the terminal as one run of bytes: text from ncurses, then a picture drawn behind its back.
package enum OutputFrame {
    /// - Parameters:
    ///   - before: what goes before the text: an old picture removed, a new one sent ahead of its cells.
    ///   - text: from ``Screen/render(_:)``.
    ///   - picture: from an encoder; the cursor and its style are saved around it.
    ///   - showsCursor: whether the cursor is visible afterwards.
    ///   - isSynchronized: only if the terminal knows mode 2026, and not in tmux.
    /// - Returns: nothing if there is nothing to say.
    package static func bytes(
        before: [UInt8] = [], text: [UInt8], picture: [UInt8], showsCursor: Bool, isSynchronized: Bool
    ) -> [UInt8] {
        if before.isEmpty && text.isEmpty && picture.isEmpty { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(before.count + text.count + picture.count + 64)
        if isSynchronized { bytes += ControlBytes.synchronizedOn.utf8 }
        // ncurses must find cursor and style where it left them.
        if !before.isEmpty { bytes += ControlBytes.saveCursor.utf8 + before + ControlBytes.restoreCursor.utf8 }
        bytes += text
        if !picture.isEmpty {
            bytes += ControlBytes.saveCursor.utf8
            if showsCursor { bytes += ControlBytes.hideCursor.utf8 }
            bytes += picture
            bytes += ControlBytes.restoreCursor.utf8
            if showsCursor { bytes += ControlBytes.showCursor.utf8 }
        }
        if isSynchronized { bytes += ControlBytes.synchronizedOff.utf8 }
        return bytes
    }
}
