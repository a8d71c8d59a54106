package import VideoIO

/// Tells in words what a clip looks like: brightness and colour of nine parts, and how much moves.
package enum PictureWords {
    /// Means of one part of the picture over all frames, 0 to 255.
    private struct Part {
        var red = 0.0
        var green = 0.0
        var blue = 0.0

        /// By the luma of Rec. 709.
        var brightness: Double { 0.2126 * red + 0.7152 * green + 0.0722 * blue }
    }

    private static let places = [
        "upper left", "upper middle", "upper right", "middle left", "centre", "middle right", "lower left",
        "lower middle", "lower right",
    ]
    /// Differences of brightness that are worth a word.
    private static let visibleContrast = 25.0
    /// Frames that are looked at, from the start to the end.
    private static let sampleCount = 8

    /// For example `bright orange in the upper right, dark blue in the lower left, little movement`; nil without frames.
    package static func sentence(_ frames: [VideoFrame]) -> String? {
        guard let first = frames.first, first.width >= 3, first.height >= 3 else { return nil }
        let samples = Array(stride(from: 0, to: frames.count, by: max(frames.count / sampleCount, 1)))
        let parts = parts(samples.map { frames[$0] })
        let order = parts.indices.sorted { parts[$0].brightness < parts[$1].brightness }
        guard let darkest = order.first, let brightest = order.last else { return nil }
        let movement = movement(samples.filter { $0 + 1 < frames.count }.map { (frames[$0], frames[$0 + 1]) })
        if parts[brightest].brightness - parts[darkest].brightness < visibleContrast {
            return "\(name(parts[4])) all over, \(movement)"
        }
        return "\(name(parts[brightest])) in the \(places[brightest]), "
            + "\(name(parts[darkest])) in the \(places[darkest]), \(movement)"
    }

    private static func parts(_ frames: [VideoFrame]) -> [Part] {
        var sums = [Part](repeating: Part(), count: 9)
        var counts = [Double](repeating: 0, count: 9)
        for frame in frames {
            for row in 0..<frame.height {
                for column in 0..<frame.width {
                    let part = row * 3 / frame.height * 3 + column * 3 / frame.width
                    let index = (row * frame.width + column) * 3
                    sums[part].red += Double(frame.pixels[index])
                    sums[part].green += Double(frame.pixels[index + 1])
                    sums[part].blue += Double(frame.pixels[index + 2])
                    counts[part] += 1
                }
            }
        }
        return zip(sums, counts).map { sum, count in
            Part(red: sum.red / count, green: sum.green / count, blue: sum.blue / count)
        }
    }

    private static func name(_ part: Part) -> String {
        let light =
            switch part.brightness {
            case ..<50: "dark"
            case ..<100: "dim"
            case ..<170: "medium"
            default: "bright"
            }
        return "\(light) \(color(part))"
    }

    /// The hue's name; grey where there is hardly any.
    private static func color(_ part: Part) -> String {
        let (high, low) = (max(part.red, part.green, part.blue), min(part.red, part.green, part.blue))
        let range = high - low
        guard range > 24, range > 0.15 * high else { return "grey" }
        let sextant =
            if high == part.red {
                (part.green - part.blue) / range
            } else if high == part.green {
                2 + (part.blue - part.red) / range
            } else {
                4 + (part.red - part.green) / range
            }
        switch (sextant * 60 + 360).truncatingRemainder(dividingBy: 360) {
        case ..<18, 345...: return "red"
        case ..<45: return "orange"
        case ..<70: return "yellow"
        case ..<165: return "green"
        case ..<195: return "cyan"
        case ..<255: return "blue"
        case ..<290: return "purple"
        default: return "pink"
        }
    }

    /// By the mean difference of a channel between one frame and the next.
    private static func movement(_ pairs: [(VideoFrame, VideoFrame)]) -> String {
        var sum = 0
        var count = 0
        for (one, next) in pairs where one.pixels.count == next.pixels.count {
            for index in one.pixels.indices { sum += abs(Int(one.pixels[index]) - Int(next.pixels[index])) }
            count += one.pixels.count
        }
        switch Double(sum) / Double(max(count, 1)) {
        case ..<0.5: return "no movement"
        case ..<3: return "little movement"
        case ..<8: return "some movement"
        default: return "much movement"
        }
    }
}
