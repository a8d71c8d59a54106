/// Measures and cuts text by display columns.
package enum TextWidth {
    package enum Alignment: Sendable { case left, right, center }

    package static func width(of text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + CellWidth.width(of: $1) }
    }

    /// The text if it fits, else its start and `mark`, in at most `columns` columns; never half a wide character.
    /// The mark is `…`, or `~` where the screen is ASCII.
    package static func cut(_ text: String, to columns: Int, mark: String = "…") -> String {
        guard columns > 0 else { return "" }
        if text.utf8.count <= columns && text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        if width(of: text) <= columns { return text }
        let markWidth = width(of: mark)
        guard markWidth <= columns else { return prefix(of: text, columns: columns) }
        return prefix(of: text, columns: columns - markWidth) + mark
    }

    /// Like ``cut(_:to:mark:)``, but keeps the end: `…/videos/fox.mp4`.
    package static func cutStart(_ text: String, to columns: Int, mark: String = "…") -> String {
        guard columns > 0 else { return "" }
        if width(of: text) <= columns { return text }
        let room = columns - width(of: mark)
        guard room >= 0 else { return "" }
        var kept: [Character] = []
        var used = 0
        for character in text.reversed() {
            let next = CellWidth.width(of: character)
            guard used + next <= room else { break }
            used += next
            kept.append(character)
        }
        return mark + String(kept.reversed())
    }

    /// Exactly `columns` columns: cut where too long, filled with blanks where too short.
    package static func fit(
        _ text: String, to columns: Int, alignment: Alignment = .left, mark: String = "…"
    ) -> String {
        let short = cut(text, to: columns, mark: mark)
        let blanks = max(columns - width(of: short), 0)
        switch alignment {
        case .left: return short + String(repeating: " ", count: blanks)
        case .right: return String(repeating: " ", count: blanks) + short
        case .center:
            let left = blanks / 2
            return String(repeating: " ", count: left) + short + String(repeating: " ", count: blanks - left)
        }
    }

    /// The longest start of `text` that fits into `columns`.
    package static func prefix(of text: String, columns: Int) -> String {
        var used = 0
        var end = text.startIndex
        while end < text.endIndex {
            let next = CellWidth.width(of: text[end])
            guard used + next <= columns else { break }
            used += next
            end = text.index(after: end)
        }
        return String(text[..<end])
    }
}
