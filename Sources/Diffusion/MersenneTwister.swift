/// MT19937. Source: Matsumoto and Nishimura 1998, ACM TOMACS 8 (1).
struct MersenneTwister: Sendable {
    private static let wordCount = 624
    private static let shiftWordCount = 397

    private var words: [UInt32]
    private var position = wordCount

    init(seed: UInt32) {
        words = [seed]
        words.reserveCapacity(Self.wordCount)
        for index in 1..<Self.wordCount {
            let previous = words[index - 1]
            words.append(1_812_433_253 &* (previous ^ previous >> 30) &+ UInt32(index))
        }
    }

    /// The next 32 random bits.
    mutating func next() -> UInt32 {
        if position == Self.wordCount { twist() }
        var y = words[position]
        position += 1
        y ^= y >> 11
        y ^= y << 7 & 0x9D2C_5680
        y ^= y << 15 & 0xEFC6_0000
        return y ^ y >> 18
    }

    private mutating func twist() {
        words.withUnsafeMutableBufferPointer { words in
            for k in 0..<Self.wordCount {
                let next = k + 1 == Self.wordCount ? 0 : k + 1
                let shifted = k + Self.shiftWordCount
                let y = words[k] & 0x8000_0000 | words[next] & 0x7FFF_FFFF
                let source = words[shifted < Self.wordCount ? shifted : shifted - Self.wordCount]
                words[k] = source ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
            }
        }
        position = 0
    }
}
