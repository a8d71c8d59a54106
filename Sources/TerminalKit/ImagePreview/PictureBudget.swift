/// How large a moving picture may be (section 13.2): where its frames have too many bytes, or the terminal is too slow
/// for them, it is made smaller before it is shown less often.
package struct PictureBudget: Sendable {
    /// Below this the picture is better shown less often.
    private static let smallest = 0.5
    /// Frames and answers to judge by.
    private static let window = 6

    /// The part of the pane's width and height that a picture gets.
    package private(set) var scale = 1.0
    private var mode: GraphicsMode
    private var isRemote: Bool
    private var limit: FrameRate
    private var byteCounts: [Int] = []
    private var answers: [Double] = []
    /// Mean answer before the picture was made smaller for it, and its scale then.
    private var trial: (answer: Double, scale: Double)?
    /// A smaller picture was no quicker: the line is far, not narrow.
    private var isFar = false

    package init(_ mode: GraphicsMode, limit: FrameRate, isRemote: Bool) {
        (self.mode, self.limit, self.isRemote) = (mode, limit, isRemote)
    }

    /// Bytes a frame may have: those of its kind, and its share of what a line carries in a second.
    private var mostBytes: Int {
        let ofKind =
            switch mode {
            case .half, .quadrant, .sextant, .octant, .braille: 60 << 10
            case .sixel: 180 << 10
            case .kitty, .iterm, .ascii, .off: Int.max
            }
        let perSecond = isRemote ? 256 << 10 : 2 << 20
        return min(ofKind, perSecond / Int(max(limit.first, 1)))
    }

    /// A frame was encoded over the one before it; whole repaints do not count.
    ///
    /// - Returns: whether the picture is to be made smaller.
    package mutating func noteFrame(bytes: Int) -> Bool {
        byteCounts.append(bytes)
        guard byteCounts.count >= Self.window else { return false }
        let mean = byteCounts.reduce(0, +) / byteCounts.count
        byteCounts = []
        guard mean > mostBytes else { return false }
        return shrink(to: scale * max((Double(mostBytes) / Double(mean)).squareRoot() * 0.97, 0.7))
    }

    /// The terminal has shown a frame, so many seconds after it was sent; `rate` is what the pacing allows for it.
    ///
    /// - Returns: whether the picture's size changes.
    package mutating func noteAnswer(seconds: Double, rate: Double) -> Bool {
        answers.append(seconds)
        guard answers.count >= Self.window else { return false }
        let mean = answers.reduce(0, +) / Double(answers.count)
        answers = []
        if let trial, mean > 0.85 * trial.answer {
            self.trial = nil
            isFar = true
            scale = trial.scale
            return true
        }
        trial = nil
        guard !isFar, rate < 0.75 * limit.first, scale > Self.smallest else { return false }
        let former = scale
        guard shrink(to: scale * 0.8) else { return false }
        trial = (mean, former)
        return true
    }

    private mutating func shrink(to wanted: Double) -> Bool {
        let new = max(wanted, Self.smallest)
        guard new < scale else { return false }
        scale = new
        byteCounts = []
        answers = []
        return true
    }
}

extension Rect {
    /// The middle of it, smaller in both directions.
    package func scaled(by scale: Double) -> Rect {
        guard scale < 1 else { return self }
        return centered(
            width: max(Int((Double(width) * scale).rounded()), 1),
            height: max(Int((Double(height) * scale).rounded()), 1))
    }
}
