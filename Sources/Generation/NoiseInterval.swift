/// Noise levels from one to another, both included; `[lowest, highest]` in JSON, `lowest,highest` in text.
package struct NoiseInterval: Sendable, Hashable, CustomStringConvertible {
    /// In 0...1.
    package let lowest: Float
    /// In 0...1, not below ``lowest``.
    package let highest: Float

    /// Nil unless 0 <= lowest <= highest <= 1.
    package init?(lowest: Float, highest: Float) {
        guard lowest >= 0, highest >= lowest, highest <= 1 else { return nil }
        self.lowest = lowest
        self.highest = highest
    }

    /// Reads `0.2,0.8`; nil if the text has another form.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let lowest = Float(parts[0]), let highest = Float(parts[1]) else { return nil }
        self.init(lowest: lowest, highest: highest)
    }

    package func contains(_ level: Float) -> Bool { level >= lowest && level <= highest }

    package var description: String { "\(lowest),\(highest)" }
}

extension NoiseInterval: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let levels = try container.decode([Float].self)
        guard levels.count == 2, let interval = NoiseInterval(lowest: levels[0], highest: levels[1]) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(levels) are not two ascending noise levels")
        }
        self = interval
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode([lowest, highest])
    }
}
