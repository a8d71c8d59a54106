/// Frames per second as an exact fraction, for example 24000/1001.
package struct FrameRate: Sendable, Hashable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    package let numerator: Int
    package let denominator: Int

    /// The fraction in lowest terms.
    ///
    /// - Precondition: both numbers are positive and fit 31 bits.
    package init(_ numerator: Int, over denominator: Int = 1) {
        precondition(
            (1...Int(Int32.max)).contains(numerator) && (1...Int(Int32.max)).contains(denominator),
            "FrameRate: \(numerator)/\(denominator)")
        let divisor = Self.greatestCommonDivisor(numerator, denominator)
        self.numerator = numerator / divisor
        self.denominator = denominator / divisor
    }

    package init(integerLiteral value: Int) {
        self.init(value)
    }

    /// The usual fraction nearest to `framesPerSecond`: 23.976 is 24000/1001. Nil outside 0.01 to 1000.
    package init?(_ framesPerSecond: Double) {
        guard framesPerSecond >= 0.01, framesPerSecond <= 1000 else { return nil }
        let rounded = framesPerSecond.rounded()
        if abs(framesPerSecond - rounded) < 1e-6 {
            self.init(Int(rounded))
        } else if [24, 30, 48, 60, 120].contains(rounded), abs(framesPerSecond - rounded * 1000 / 1001) < 6e-3 {
            // Television rates are these lowered by 1000/1001, and people write two or three decimals.
            self.init(Int(rounded) * 1000, over: 1001)
        } else {
            self.init(Int((framesPerSecond * 1000).rounded()), over: 1000)
        }
    }

    /// Reads what ``description`` writes; nil for anything else.
    init?(text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).compactMap { Int32($0) }
        guard parts.allSatisfy({ $0 > 0 }), text.utf8.count < 24 else { return nil }
        switch (parts.count, text.contains("/")) {
        case (1, false): self.init(Int(parts[0]))
        case (2, true): self.init(Int(parts[0]), over: Int(parts[1]))
        default: return nil
        }
    }

    package var framesPerSecond: Double { Double(numerator) / Double(denominator) }

    /// For example `24` or `24000/1001`.
    package var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

    private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
        var (larger, smaller) = (first, second)
        while smaller != 0 {
            (larger, smaller) = (smaller, larger % smaller)
        }
        return larger
    }
}
