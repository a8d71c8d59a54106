/// The size of a terminal.
package struct TerminalSize: Hashable, Sendable {
    package var columns: Int
    package var rows: Int
    /// The whole window in pixels as the kernel knows it; 0 where it does not. Invented by some multiplexers.
    package var pixelWidth: Int
    package var pixelHeight: Int

    package init(columns: Int, rows: Int, pixelWidth: Int = 0, pixelHeight: Int = 0) {
        self.columns = columns
        self.rows = rows
        self.pixelWidth = pixelWidth
        self.pixelHeight = pixelHeight
    }

    /// What to assume where nobody answers.
    package static let fallback = TerminalSize(columns: 80, rows: 24)
}
