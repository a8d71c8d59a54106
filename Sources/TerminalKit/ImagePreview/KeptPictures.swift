/// The part of a frame's encoding that does not depend on what stands on the screen.
package enum PreparedPicture: Sendable {
    /// Of a picture made of characters, row by row.
    case cells([PictureCell])
    /// Complete, with the palette they were made with.
    case bytes([UInt8], SixelPalette?)

    var byteCount: Int {
        switch self {
        case .cells(let cells): cells.count * MemoryLayout<PictureCell>.stride
        case .bytes(let bytes, let palette): bytes.count + (palette == nil ? 0 : SixelPalette.binCount)
        }
    }
}

/// Frames that were worked out before, so that a clip that loops costs little more than writing it: the engine wants
/// every core.
package struct KeptPictures: Sendable {
    /// Two, for two clips that take turns.
    private static let clipCount = 2

    private let mostBytes: Int
    private var pictures: [ClipPlace: PreparedPicture] = [:]
    private var clips: [Int] = []
    /// The cells that all of them are for.
    private var rect = Rect.zero
    package private(set) var byteCount = 0

    package init(mostBytes: Int = 64 << 20) { self.mostBytes = mostBytes }

    package func picture(at place: ClipPlace, in rect: Rect) -> PreparedPicture? {
        rect == self.rect ? pictures[place] : nil
    }

    package mutating func keep(_ picture: PreparedPicture, at place: ClipPlace, in rect: Rect) {
        if rect != self.rect { removeAll() }
        self.rect = rect
        if !clips.contains(place.clip) {
            clips.append(place.clip)
            if clips.count > Self.clipCount { remove(clip: clips.removeFirst()) }
        }
        guard byteCount + picture.byteCount <= mostBytes, pictures[place] == nil else { return }
        pictures[place] = picture
        byteCount += picture.byteCount
    }

    package mutating func removeAll() {
        (pictures, clips, byteCount) = ([:], [], 0)
    }

    private mutating func remove(clip: Int) {
        pictures = pictures.filter { $0.key.clip != clip }
        byteCount = pictures.values.reduce(0) { $0 + $1.byteCount }
    }
}
