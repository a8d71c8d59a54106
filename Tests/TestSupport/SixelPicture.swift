/// Reads a sixel picture back: raster size, colour definitions, runs, returns and new bands.
package struct SixelPicture {
    package private(set) var width = 0
    package private(set) var height = 0
    package private(set) var pixels: [UInt8] = []
    package private(set) var definedColors: Set<Int> = []
    /// What was wrong with the bytes.
    package private(set) var faults: [String] = []

    /// - Parameter bytes: from after `DCS ... q` to before `ESC \`.
    package init(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        var colors: [Int: [UInt8]] = [:]
        var color: [UInt8]?
        var (x, band) = (0, 0)
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                let numbers = Self.numbers(&rest)
                (width, height) = (numbers[2], numbers[3])
                pixels = Array(repeating: 0, count: width * height * 3)
            case UInt8(ascii: "#"):
                let numbers = Self.numbers(&rest)
                if numbers.count == 5 {
                    if !definedColors.insert(numbers[0]).inserted { faults.append("colour \(numbers[0]) twice") }
                    colors[numbers[0]] = numbers[2...].map { UInt8(($0 * 255 + 50) / 100) }
                } else {
                    color = colors[numbers[0]]
                    if color == nil { faults.append("colour \(numbers[0]) not defined") }
                }
            case UInt8(ascii: "$"): x = 0
            case UInt8(ascii: "-"): (x, band) = (0, band + 1)
            case UInt8(ascii: "!"):
                let count = Self.numbers(&rest)[0]
                let mask = (rest.popFirst() ?? 63) - 63
                for _ in 0..<count { plot(mask, color, &x, band) }
            case 63...126: plot(byte - 63, color, &x, band)
            default: faults.append("byte \(byte)")
            }
        }
        if band * 6 != height { faults.append("\(band) bands for \(height) rows") }
    }

    private mutating func plot(_ mask: UInt8, _ color: [UInt8]?, _ x: inout Int, _ band: Int) {
        for row in 0..<6 where mask & 1 << UInt8(row) != 0 {
            let y = band * 6 + row
            guard let color, x < width, y < height else {
                faults.append("pixel outside at \(x), \(y)")
                continue
            }
            pixels.replaceSubrange((y * width + x) * 3..<(y * width + x) * 3 + 3, with: color)
        }
        x += 1
    }

    private static func numbers(_ bytes: inout ArraySlice<UInt8>) -> [Int] {
        var numbers = [0]
        while let byte = bytes.first, (0x30...0x39).contains(byte) || byte == UInt8(ascii: ";") {
            bytes.removeFirst()
            if byte == UInt8(ascii: ";") {
                numbers.append(0)
            } else {
                numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int(byte - 0x30)
            }
        }
        return numbers
    }
}
