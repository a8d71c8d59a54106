/// The ways to show a picture, by the names the user gives them.
package enum GraphicsMode: String, Sendable, CaseIterable {
    case kitty
    case iterm
    case sixel
    case half
    case quadrant
    case sextant
    case octant
    case braille
    case ascii
    case off

    /// Drawn with characters in cells, not with pixels.
    package var isCellBased: Bool {
        switch self {
        case .kitty, .iterm, .sixel: false
        case .half, .quadrant, .sextant, .octant, .braille, .ascii, .off: true
        }
    }
}
