/// The size of a cell in pixels, from the first source that can be believed.
package struct CellPixels: Hashable, Sendable {
    package var width: Int
    package var height: Int
    /// False for the guess of 8x16.
    package var isKnown: Bool

    package init(width: Int, height: Int, isKnown: Bool = true) {
        self.width = width
        self.height = height
        self.isKnown = isKnown
    }

    package static let guess = CellPixels(width: 8, height: 16, isKnown: false)

    /// Order: the terminal's own answer, its window divided by its cells, the kernel's numbers, a guess. Inside a
    /// multiplexer the kernel's numbers may be invented and are left out.
    package init(answers: TerminalAnswers, size: TerminalSize, isMultiplexed: Bool) {
        let candidates: [(Int, Int)] = [
            (answers.cellWidth ?? 0, answers.cellHeight ?? 0),
            Self.divided(answers.windowWidth ?? 0, answers.windowHeight ?? 0, size),
            isMultiplexed ? (0, 0) : Self.divided(size.pixelWidth, size.pixelHeight, size),
        ]
        let plausible = candidates.first { (2...200).contains($0.0) && (4...400).contains($0.1) }
        self = plausible.map { CellPixels(width: $0.0, height: $0.1) } ?? .guess
    }

    private static func divided(_ width: Int, _ height: Int, _ size: TerminalSize) -> (Int, Int) {
        (width / max(size.columns, 1), height / max(size.rows, 1))
    }

    /// Height over width, which keeps a picture's shape.
    package var aspect: Double { Double(height) / Double(max(width, 1)) }
}
