import Foundation

/// A colour of the sRGB space, 8 bits a channel.
package struct RGBColor: Sendable, Hashable, CustomStringConvertible {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Reads `#rrggbb`; nil for any other form.
    package init?(hex: String) {
        let digits = hex.utf8.dropFirst()
        guard hex.hasPrefix("#"), digits.count == 6, hex.dropFirst().allSatisfy(\.isHexDigit),
            let value = UInt32(hex.dropFirst(), radix: 16)
        else { return nil }
        self.init(red: UInt8(value >> 16), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
    }

    /// `#rrggbb`.
    package var description: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static let black = RGBColor(red: 0, green: 0, blue: 0)
    static let white = RGBColor(red: 255, green: 255, blue: 255)

    /// Red, green and blue proportional to light, 0 to 1 (IEC 61966-2-1).
    var linear: (red: Double, green: Double, blue: Double) {
        func expand(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return (expand(red), expand(green), expand(blue))
    }

    /// The nearest displayable colour; channels outside 0 to 1 are cut.
    init(linearRed red: Double, green: Double, blue: Double) {
        func compress(_ light: Double) -> UInt8 {
            let bounded = min(max(light, 0), 1)
            let value = bounded <= 0.0031308 ? bounded * 12.92 : 1.055 * pow(bounded, 1 / 2.4) - 0.055
            return UInt8((value * 255).rounded())
        }
        self.init(red: compress(red), green: compress(green), blue: compress(blue))
    }

    /// Relative luminance, 0 to 1 (WCAG 2.1).
    var luminance: Double {
        let light = linear
        return 0.2126 * light.red + 0.7152 * light.green + 0.0722 * light.blue
    }

    /// The contrast ratio of two colours, 1 to 21 (WCAG 2.1).
    package func contrast(with other: RGBColor) -> Double {
        let pair = (luminance, other.luminance)
        return (max(pair.0, pair.1) + 0.05) / (min(pair.0, pair.1) + 0.05)
    }
}
