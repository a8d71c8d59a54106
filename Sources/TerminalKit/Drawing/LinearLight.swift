import Foundation

extension UInt8 {
    /// An sRGB channel as linear light, 0 to 1.
    var linearLight: Double { linearLightTable[Int(self)] }
}

private let linearLightTable: [Double] = (0...255).map { value in
    let channel = Double(value) / 255
    return channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
}

func cubeRoot(_ value: Double) -> Double { cbrt(value) }
