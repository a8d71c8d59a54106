/// What a grapheme cluster looks like in cells: one or more pieces of one or two columns.
///
/// Control characters show nothing, TAB a blank, and marks of direction a tag such as `<RLE>`, so that no text can
/// hide words. Emoji joined by U+200D show their first only, since terminals disagree about the rest; pairs of
/// regional indicators are two cells, as ncurses counts them. The signs for "as an emoji" and "as text" are not sent:
/// terminals that heed them widen or narrow the cell, ncurses never does, and the rest of the row would be shifted.
package struct Shown: Sendable {
    package struct Piece: Equatable, Sendable {
        package let text: String
        package let width: Int
    }

    package let pieces: [Piece]

    /// The columns of all pieces.
    package var width: Int { pieces.reduce(0) { $0 + $1.width } }

    package init(_ character: Character) {
        if let ascii = character.asciiValue {
            pieces = Self.pieces(ofASCII: ascii)
            return
        }
        let scalars = character.unicodeScalars
        guard let first = scalars.first else {
            pieces = []
            return
        }
        if let tag = Self.directionTags[first.value] {
            pieces = tag.map { Piece(text: String($0), width: 1) }
        } else if first.properties.generalCategory == .control || Self.isLineEnd(first) {
            pieces = []
        } else {
            pieces = Self.pieces(of: scalars)
        }
    }

    private static func pieces(ofASCII ascii: UInt8) -> [Piece] {
        switch ascii {
        case 9: [Piece(text: " ", width: 1)]
        case 0x20..<0x7F: [Piece(text: String(UnicodeScalar(ascii)), width: 1)]
        default: []
        }
    }

    private static func pieces(of scalars: Character.UnicodeScalarView) -> [Piece] {
        var pieces: [Piece] = []
        var text = String.UnicodeScalarView()
        var width = 0
        for scalar in scalars {
            if scalar.value == 0x200D && width > 0 { break }
            let scalarWidth = CellWidth.width(of: scalar)
            if Self.isPresentationSign(scalar), !text.isEmpty { continue }
            if scalarWidth == 0 {
                // A mark without a letter stands on a blank, or it would join the cell before.
                if text.isEmpty {
                    text.append(" ")
                    width = 1
                }
                if text.count < CellWidth.maximumScalarsPerCell { text.append(scalar) }
                continue
            }
            // A modifier of skin colour is two columns by itself and belongs to its emoji.
            if width > 0 && scalar.properties.isEmojiModifier { continue }
            if width > 0 { pieces.append(Piece(text: String(text), width: width)) }
            text = String.UnicodeScalarView([scalar])
            width = scalarWidth
        }
        if width > 0 { pieces.append(Piece(text: String(text), width: width)) }
        return pieces
    }

    private static func isPresentationSign(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0xFE0E || scalar.value == 0xFE0F
    }

    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x2028 || scalar.value == 0x2029
    }

    private static let directionTags: [UInt32: String] = [
        0x202A: "<LRE>", 0x202B: "<RLE>", 0x202C: "<PDF>", 0x202D: "<LRO>", 0x202E: "<RLO>",
        0x2066: "<LRI>", 0x2067: "<RLI>", 0x2068: "<FSI>", 0x2069: "<PDI>",
    ]
}
