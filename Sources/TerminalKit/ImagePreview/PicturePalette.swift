/// The colours a picture made of characters may use, as codes: 24-bit `0xRRGGBB`, or a number of the palette.
struct PicturePalette: Sendable {
    let depth: ColorDepth
    /// 16 colours by their number, for each of 4096 colours of 4 bits a channel; empty in other modes.
    private let nearestAnsi: [UInt8]

    /// The palette of a depth; `colorCount` is 8 or 16, for ``ColorDepth/ansi16``.
    init(depth: ColorDepth, colorCount: Int = 16) {
        self.depth = depth
        nearestAnsi = depth == .ansi16 ? Self.ansiTable(colorCount: colorCount) : []
    }

    private static func ansiTable(colorCount: Int) -> [UInt8] {
        let coordinates = (0..<min(max(colorCount, 8), 16)).map { OKLab(Palette.rgb(UInt8($0))) }
        return (0..<4096).map { value in
            let wanted = OKLab(RGB(UInt8(value >> 8) * 17, UInt8(value >> 4 & 15) * 17, UInt8(value & 15) * 17))
            let distances = coordinates.map { wanted.squaredDistance(to: $0) }
            let best = distances.indices.min { distances[$0] < distances[$1] }
            return UInt8(best ?? 0)
        }
    }

    /// Bayer's 4x4 thresholds, around 0. With 8 or 16 colours the eye mixes neighbours; the pattern stands still, so
    /// that still pictures stay still.
    private static let thresholds: [Int] = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5].map { $0 * 9 - 67 }

    /// The code of a colour at a pixel.
    func code(_ red: UInt8, _ green: UInt8, _ blue: UInt8, x: Int, y: Int) -> UInt32 {
        guard depth == .ansi16 else { return code(red, green, blue) }
        let shift = Self.thresholds[(y & 3) * 4 + (x & 3)]
        func shifted(_ channel: UInt8) -> UInt8 { UInt8(min(max(Int(channel) + shift, 0), 255)) }
        return code(shifted(red), shifted(green), shifted(blue))
    }

    /// The code of the colour nearest to one.
    private func code(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt32 {
        switch depth {
        case .trueColor: UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
        case .palette256: Self.fixedCode(Int(red), Int(green), Int(blue))
        case .ansi16: UInt32(nearestAnsi[Int(red >> 4) << 8 | Int(green >> 4) << 4 | Int(blue >> 4)])
        case .mono: 0
        }
    }

    /// The nearer of the nearest colour of the cube and the nearest grey, by distance in RGB: this runs per pixel.
    private static func fixedCode(_ red: Int, _ green: Int, _ blue: Int) -> UInt32 {
        let (r, g, b) = (level(red), level(green), level(blue))
        let cube = distance(red, green, blue, level: (value(r), value(g), value(b)))
        let average = (red + green + blue) / 3
        let step = min(max((average - 8 + 5) / 10, 0), 23)
        let grey = 8 + 10 * step
        let greyDistance = distance(red, green, blue, level: (grey, grey, grey))
        return UInt32(greyDistance < cube ? 232 + step : 16 + 36 * r + 6 * g + b)
    }

    /// Which of the six levels 0, 95, 135, 175, 215, 255 is nearest.
    private static func level(_ channel: Int) -> Int {
        channel < 48 ? 0 : (channel < 115 ? 1 : (channel - 35) / 40)
    }

    private static func value(_ level: Int) -> Int { level == 0 ? 0 : 55 + 40 * level }

    private static func distance(_ red: Int, _ green: Int, _ blue: Int, level: (Int, Int, Int)) -> Int {
        let (dr, dg, db) = (red - level.0, green - level.1, blue - level.2)
        return dr * dr + dg * dg + db * db
    }

    /// Whether what is on the screen may stay although another colour is wanted: in 24-bit colour if no channel
    /// differs by more than `tolerance`; a palette's colours must be equal.
    func isClose(_ first: UInt32, _ second: UInt32, tolerance: Int) -> Bool {
        if first == second { return true }
        guard depth == .trueColor else { return false }
        for shift in [16, 8, 0] as [UInt32] {
            let difference = Int(first >> shift & 255) - Int(second >> shift & 255)
            if abs(difference) > tolerance { return false }
        }
        return true
    }

    /// Appends the parameters of SGR that set a colour, without `ESC [` and `m`.
    func appendParameters(_ code: UInt32, isBackground: Bool, to bytes: inout [UInt8]) {
        switch depth {
        case .trueColor:
            bytes += isBackground ? [0x34, 0x38, 0x3B, 0x32, 0x3B] : [0x33, 0x38, 0x3B, 0x32, 0x3B]
            bytes += ByteText.numbers[Int(code >> 16 & 255)]
            bytes.append(0x3B)
            bytes += ByteText.numbers[Int(code >> 8 & 255)]
            bytes.append(0x3B)
            bytes += ByteText.numbers[Int(code & 255)]
        case .palette256:
            bytes += isBackground ? [0x34, 0x38, 0x3B, 0x35, 0x3B] : [0x33, 0x38, 0x3B, 0x35, 0x3B]
            bytes += ByteText.numbers[Int(code & 255)]
        case .ansi16, .mono:
            let base = code < 8 ? 30 : 82
            bytes += ByteText.numbers[base + Int(code & 15) + (isBackground ? 10 : 0)]
        }
    }
}
