/// The 256 colours of terminals, and the nearest of them to a given colour by distance in OKLab.
///
/// Source of the space: Björn Ottosson, "A perceptual color space for image processing", 2020.
package enum Palette {
    /// The usual values of the 16 user colours; a terminal may show others.
    private static let ansi: [RGB] = [
        RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0),
        RGB(0, 0, 238), RGB(205, 0, 205), RGB(0, 205, 205), RGB(229, 229, 229),
        RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0),
        RGB(92, 92, 255), RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
    ]

    /// The six levels of a channel of the cube.
    package static let levels: [UInt8] = [0, 95, 135, 175, 215, 255]

    private static let coordinates: [OKLab] = (0...255).map { OKLab(rgb(UInt8($0))) }

    package static func rgb(_ index: UInt8) -> RGB {
        switch index {
        case 0..<16: return ansi[Int(index)]
        case 16..<232:
            let cell = Int(index) - 16
            return RGB(levels[cell / 36], levels[cell / 6 % 6], levels[cell % 6])
        default:
            let grey = 8 + 10 * (index - 232)
            return RGB(grey, grey, grey)
        }
    }

    package static func nearestAnsi(to rgb: RGB) -> UInt8 { nearest(to: rgb, among: 0...15) }

    /// The nearest of the fixed colours 16 to 255.
    package static func nearestFixed(to rgb: RGB) -> UInt8 { nearest(to: rgb, among: 16...255) }

    private static func nearest(to rgb: RGB, among indices: ClosedRange<UInt8>) -> UInt8 {
        let wanted = OKLab(rgb)
        var best = indices.lowerBound
        var bestDistance = Double.infinity
        for index in indices {
            let distance = wanted.squaredDistance(to: coordinates[Int(index)])
            if distance < bestDistance {
                best = index
                bestDistance = distance
            }
        }
        return best
    }
}

/// A colour in OKLab: lightness 0 to 1, and two opponent axes.
package struct OKLab: Sendable {
    package let lightness: Double
    package let a: Double
    package let b: Double

    package init(_ rgb: RGB) {
        let red = rgb.red.linearLight
        let green = rgb.green.linearLight
        let blue = rgb.blue.linearLight
        let long = cubeRoot(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
        let middle = cubeRoot(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
        let short = cubeRoot(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
        lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
        a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
        b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    }

    package func squaredDistance(to other: OKLab) -> Double {
        let dl = lightness - other.lightness
        let da = a - other.a
        let db = b - other.b
        return dl * dl + da * da + db * db
    }
}

extension RGB {
    /// The ratio of luminances as WCAG 2 defines it, 1 to 21.
    package func contrast(with other: RGB) -> Double {
        let (first, second) = (relativeLuminance, other.relativeLuminance)
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    /// 0 for black to 1 for white.
    package var relativeLuminance: Double {
        0.2126 * red.linearLight + 0.7152 * green.linearLight + 0.0722 * blue.linearLight
    }
}
