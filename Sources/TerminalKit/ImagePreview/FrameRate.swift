/// How many frames a second a picture may show (section 13.1). 0 means a still picture.
package struct FrameRate: Hashable, Sendable {
    /// At the start; over ssh the pacing may raise it.
    package var first: Double
    package var most: Double

    package init(first: Double, most: Double) {
        self.first = first
        self.most = most
    }

    /// The rate of a picture over `rect`, in cells, and of that size in pixels, which counts for sixel. `sharesMemory`
    /// counts for kitty.
    package static func of(
        _ mode: GraphicsMode, rect: Rect, pixelWidth: Int, pixelHeight: Int, isRemote: Bool, sharesMemory: Bool = false
    ) -> FrameRate {
        let (local, first, most): (Double, Double, Double)
        switch mode {
        case .kitty: (local, first, most) = (sharesMemory ? 24 : 12, 4, 8)
        case .sixel: (local, first, most) = pixelWidth * pixelHeight <= 640 * 360 ? (10, 2, 6) : (6, 1, 3)
        case .half, .quadrant, .sextant, .octant, .braille:
            (local, first, most) = rect.width * rect.height <= 120 * 34 ? (12, 6, 12) : (10, 4, 10)
        case .ascii: (local, first, most) = (12, 8, 12)
        case .iterm: (local, first, most) = (4, 0, 0)
        case .off: (local, first, most) = (0, 0, 0)
        }
        return isRemote ? FrameRate(first: first, most: most) : FrameRate(first: local, most: local)
    }

    /// As the user wants it: never more than the kind of picture has by itself.
    package func capped(at cap: Double) -> FrameRate { FrameRate(first: min(first, cap), most: min(most, cap)) }

    /// Of the selected thumbnail of a list; the others stand still.
    package static func ofThumbnail(isRemote: Bool) -> FrameRate {
        isRemote ? FrameRate(first: 0, most: 2) : FrameRate(first: 4, most: 4)
    }
}
