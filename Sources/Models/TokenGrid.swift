/// How many tokens a latent video has along each axis. Token index = (frame · rows + row) · columns + column.
package struct TokenGrid: Sendable, Equatable, Hashable {
    package var frames: Int
    package var rows: Int
    package var columns: Int

    package init(frames: Int, rows: Int, columns: Int) {
        self.frames = frames
        self.rows = rows
        self.columns = columns
    }

    /// Tokens of the whole video.
    package var tokenCount: Int { frames * rows * columns }
}
