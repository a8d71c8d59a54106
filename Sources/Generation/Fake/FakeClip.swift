package import VideoIO

/// A moving landscape made from the words of a prompt and a seed, without a model: the same words and seed give the
/// same bytes, and any change of either moves something in the picture.
package struct FakeClip: Sendable {
    private struct Colour {
        var red: Double
        var green: Double
        var blue: Double

        init(_ red: Double, _ green: Double, _ blue: Double) {
            self.red = red
            self.green = green
            self.blue = blue
        }

        func mixed(with other: Colour, _ share: Double) -> Colour {
            Colour(
                red + (other.red - red) * share, green + (other.green - green) * share,
                blue + (other.blue - blue) * share)
        }
    }

    /// Horizontal spans in parts of the frame, one question per row, so that a frame is filled by runs of bytes.
    private struct Shape {
        var colour: Colour
        /// From the row's height, 0 at the top to 1, to the columns covered, 0 at the left to 1.
        var span: (Double) -> ClosedRange<Double>?
    }

    private static let wordColours: [String: Colour] = [
        "red": Colour(214, 48, 40), "blue": Colour(38, 92, 220), "green": Colour(46, 160, 70),
        "yellow": Colour(244, 208, 52), "white": Colour(240, 240, 240), "purple": Colour(140, 62, 180),
        "orange": Colour(242, 130, 36), "black": Colour(32, 32, 36),
    ]
    private static let skies: [String: (Colour, Colour)] = [
        "night": (Colour(8, 12, 40), Colour(34, 44, 92)), "sunset": (Colour(84, 60, 130), Colour(250, 150, 84)),
        "dusk": (Colour(60, 54, 120), Colour(236, 140, 110)), "dawn": (Colour(120, 140, 200), Colour(250, 204, 170)),
    ]
    private static let grounds: [String: Colour] = [
        "sea": Colour(24, 84, 140), "lake": Colour(40, 110, 160), "desert": Colour(222, 168, 96),
        "snow": Colour(226, 234, 244), "snowy": Colour(226, 234, 244), "meadow": Colour(84, 150, 66),
    ]

    private let hash: UInt64
    private let skyTop: Colour
    private let skyLow: Colour
    private let ground: Colour
    private let subject: Colour

    package init(prompt: String, seed: UInt32) {
        let words = prompt.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        hash = Self.mix(Self.hash(words.joined(separator: " ")) ^ (UInt64(seed) &* 0x9E37_79B9_7F4A_7C15))
        let sky = words.lazy.compactMap { Self.skies[$0] }.first ?? (Colour(70, 130, 220), Colour(186, 216, 244))
        skyTop = sky.0
        skyLow = sky.1
        ground = words.lazy.compactMap { Self.grounds[$0] }.first ?? Colour(120, 134, 84)
        subject = words.lazy.compactMap { Self.wordColours[$0] }.first ?? Colour(190, 96, 44)
    }

    /// 64 hexadecimal digits that stand for the clip's content where a job reports a digest.
    package var digest: String {
        var value = hash
        return (0..<4).map { _ in
            value = Self.mix(value &+ 0x9E37_79B9_7F4A_7C15)
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// One frame.
    ///
    /// - Parameters:
    ///   - width: Pixels.
    ///   - height: Pixels.
    ///   - time: Where in the clip, 0 to 1.
    ///   - noise: 0 for the finished picture to 1 for nothing but noise.
    /// - Returns: The picture, the same for the same words, seed and arguments.
    package func frame(width: Int, height: Int, time: Double, noise: Double = 0) -> VideoFrame {
        let shapes = shapes(time: time, aspect: Double(width) / Double(height))
        let horizon = 0.58 + part(1) * 0.12
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        pixels.withUnsafeMutableBytes { buffer in
            for row in 0..<height {
                let y = (Double(row) + 0.5) / Double(height)
                let base =
                    y < horizon
                    ? skyTop.mixed(with: skyLow, y / horizon)
                    : ground.mixed(with: Colour(20, 24, 30), (y - horizon) / (1 - horizon) * 0.45)
                let line = UnsafeMutableRawBufferPointer(rebasing: buffer[row * width * 3..<(row + 1) * width * 3])
                Self.fill(line, from: 0, to: width, base)
                for shape in shapes {
                    guard let span = shape.span(y) else { continue }
                    let first = max(Int((span.lowerBound * Double(width)).rounded()), 0)
                    let last = min(Int((span.upperBound * Double(width)).rounded()), width)
                    if first < last { Self.fill(line, from: first, to: last, shape.colour) }
                }
            }
            if noise > 0 { addNoise(buffer, share: noise, salt: UInt64(time * 1000)) }
        }
        return VideoFrame(width: width, height: height, pixels: pixels)
    }

    /// Sun, two hills, and a subject that crosses the picture.
    private func shapes(time: Double, aspect: Double) -> [Shape] {
        let horizon = 0.58 + part(1) * 0.12
        let sunX = 0.15 + part(2) * 0.7
        let sunY = 0.16 + part(3) * 0.2 + (part(4) - 0.5) * 0.14 * time
        let direction = part(5) < 0.5 ? 1.0 : -1.0
        let travel = (part(6) + direction * time * 0.5).truncatingRemainder(dividingBy: 1)
        let subjectX = 0.08 + 0.84 * (travel < 0 ? travel + 1 : travel)
        let subjectY = horizon + 0.06 + part(7) * 0.12
        let hill = ground.mixed(with: skyLow, 0.55)
        var shapes = [
            disc(Colour(255, 236, 160), x: sunX, y: sunY, radius: 0.085, aspect: aspect),
            peak(hill, x: part(8), top: horizon - 0.22 - part(9) * 0.1, bottom: horizon, slope: 1.1),
            peak(hill.mixed(with: ground, 0.4), x: part(10), top: horizon - 0.14, bottom: horizon, slope: 1.7),
        ]
        let body = subject
        shapes.append(
            Shape(colour: body) { y in
                abs(y - subjectY) < 0.045 ? (subjectX - 0.085)...(subjectX + 0.085) : nil
            })
        shapes.append(
            Shape(colour: body.mixed(with: Colour(255, 255, 255), 0.35)) { y in
                y > subjectY - 0.1 && y <= subjectY - 0.045 ? (subjectX - 0.045)...(subjectX + 0.04) : nil
            })
        for offset in [-0.05, 0.05] {
            shapes.append(
                disc(Colour(26, 26, 30), x: subjectX + offset, y: subjectY + 0.05, radius: 0.032, aspect: aspect))
        }
        return shapes
    }

    private func disc(_ colour: Colour, x: Double, y: Double, radius: Double, aspect: Double) -> Shape {
        Shape(colour: colour) { row in
            let square = radius * radius - (row - y) * (row - y)
            guard square > 0 else { return nil }
            let half = square.squareRoot() / aspect
            return (x - half)...(x + half)
        }
    }

    private func peak(_ colour: Colour, x: Double, top: Double, bottom: Double, slope: Double) -> Shape {
        Shape(colour: colour) { row in
            row >= top && row < bottom ? (x - (row - top) * slope)...(x + (row - top) * slope) : nil
        }
    }

    private func addNoise(_ buffer: UnsafeMutableRawBufferPointer, share: Double, salt: UInt64) {
        var state = hash ^ salt &* 0xD1B5_4A32_D192_ED03
        let keep = Int((1 - min(share, 1)) * 256)
        for index in buffer.indices {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            buffer[index] = UInt8((Int(buffer[index]) * keep + Int(state & 255) * (256 - keep)) >> 8)
        }
    }

    /// A number in 0..<1 that belongs to the words, the seed and `index`.
    private func part(_ index: UInt64) -> Double {
        Double(Self.mix(hash &+ index &* 0xBF58_476D_1CE4_E5B9) >> 11) / Double(1 << 53)
    }

    /// Writes one pixel and doubles it: a full 2K row costs eleven copies.
    private static func fill(_ line: UnsafeMutableRawBufferPointer, from first: Int, to last: Int, _ colour: Colour) {
        let start = first * 3
        let count = (last - first) * 3
        line[start] = UInt8(colour.red)
        line[start + 1] = UInt8(colour.green)
        line[start + 2] = UInt8(colour.blue)
        var done = 3
        while done < count {
            let size = min(done, count - done)
            let target = UnsafeMutableRawBufferPointer(rebasing: line[start + done..<start + done + size])
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: line[start..<start + size]))
            done += size
        }
    }

    /// FNV-1a, 64 bits.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// The finaliser of SplitMix64.
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
