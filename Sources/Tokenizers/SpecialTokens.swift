/// T5's literal markers in a text: `</s>`, `<unk>`, `<pad>` and the sentinels `<extra_id_0>` … `<extra_id_99>`.
struct SpecialTokens: Sendable {
    /// A stretch of a text.
    enum Part: Equatable {
        case text(String)
        case special(Int)
    }

    static let extraIDCount = 100

    /// Pieces in the vocabulary; the sentinels' ids follow, counting down.
    private let pieceCount: Int

    init(pieceCount: Int) {
        self.pieceCount = pieceCount
    }

    /// Cuts a text at its markers. A sentinel removes white space on both of its sides; empty stretches vanish.
    func split(_ text: String) -> [Part] {
        var parts: [Part] = []
        var isAfterSentinel = false
        var start = text.startIndex
        var position = start
        func take(until end: String.Index, beforeSentinel: Bool) {
            var stretch = text[start..<end].unicodeScalars
            if isAfterSentinel { stretch = stretch.strippedOnTheLeft() }
            if beforeSentinel { stretch = stretch.strippedOnTheRight() }
            if !stretch.isEmpty { parts.append(.text(String(stretch))) }
        }
        while let open = text.utf8[position...].firstIndex(of: UInt8(ascii: "<")) {
            guard let marker = marker(at: open, in: text) else {
                position = text.utf8.index(after: open)
                continue
            }
            take(until: open, beforeSentinel: marker.isSentinel)
            parts.append(.special(marker.id))
            isAfterSentinel = marker.isSentinel
            start = marker.end
            position = marker.end
        }
        take(until: text.endIndex, beforeSentinel: false)
        return parts
    }

    private func marker(at open: String.Index, in text: String) -> (id: Int, isSentinel: Bool, end: String.Index)? {
        // No marker is longer than `<extra_id_99>`, and none holds a second `<`.
        let window = text.utf8[open...].prefix(13)
        guard let close = window.firstIndex(of: UInt8(ascii: ">")) else { return nil }
        let end = text.utf8.index(after: close)
        let body = String(decoding: text.utf8[text.utf8.index(after: open)..<close], as: UTF8.self)
        switch body {
        case "pad": return (0, false, end)
        case "/s": return (1, false, end)
        case "unk": return (2, false, end)
        default:
            guard body.hasPrefix("extra_id_"), let number = Int(body.dropFirst(9)),
                (0..<Self.extraIDCount).contains(number), body == "extra_id_\(number)"
            else { return nil }
            return (pieceCount + Self.extraIDCount - 1 - number, true, end)
        }
    }
}
