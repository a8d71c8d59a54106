import TerminalKit
import Testing

/// Reads a sixel picture back: raster size, colour definitions, runs, returns and new bands.
struct SixelPicture {
    var width = 0
    var height = 0
    var pixels: [UInt8] = []
    var definedColors: Set<Int> = []
    /// What was wrong with the bytes.
    var faults: [String] = []

    /// - Parameter bytes: from after `DCS ... q` to before `ESC \`.
    init(_ bytes: ArraySlice<UInt8>) {
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

struct SixelTests {
    private let rect = Rect(x: 4, y: 2, width: 24, height: 7)

    private func encoder() throws -> any PictureEncoder {
        var answers = TerminalAnswers()
        answers.note(.primaryAttributes([62, 4]))
        answers.note(.cellSize(width: 8, height: 17))
        let capabilities = TerminalCapabilities(
            answers: answers, environment: TerminalEnvironment(["TERM": "xterm-256color"]),
            description: TerminalDescription(
                colorCount: 256, hasDirectColor: false,
                modes: ModeStrings(enterScreen: "", leaveScreen: "", showCursor: "", keypadOff: "")),
            size: .fallback, isUTF8: true)
        #expect(capabilities.graphics == .sixel)
        return try #require(PictureEncoders.encoder(for: capabilities, imageIDs: ImageIDs(processID: 1)))
    }

    /// The picture between `DCS q` and its end, with what stands around it.
    private func parts(_ bytes: [UInt8]) throws -> (before: String, body: ArraySlice<UInt8>) {
        let start = try #require(bytes.firstIndex(of: UInt8(ascii: "q")))
        #expect(bytes.suffix(2) == [0x1B, 0x5C])
        #expect(!bytes[(start + 1)..<(bytes.count - 2)].contains(0x1B))
        return (String(decoding: bytes[...start], as: UTF8.self), bytes[(start + 1)..<(bytes.count - 2)])
    }

    @Test("The picture reads back at 25 dB and more", arguments: [0, 5, 30])
    func roundTrip(time: Int) throws {
        let frame = testFrame(width: 192, height: 108, time: time)
        let (before, body) = try parts(try encoder().encode(frame, in: rect, over: nil).bytes)
        #expect(before == "\u{1B}[3;5H\u{1B}P0;1;0q")
        let picture = SixelPicture(body)
        #expect(picture.faults.isEmpty)
        #expect(picture.width == 192)
        #expect(picture.height == 114)
        #expect(picture.definedColors.count <= 252)
        let wanted = frame.scaled(width: 192, height: 114)
        let shown = PixelFrame(width: 192, height: 114, pixels: picture.pixels)
        let quality = peakSignalToNoise(wanted, shown)
        #expect(quality >= 25)
    }

    @Test("Noise, the hardest picture, stays above 25 dB")
    func noise() throws {
        var state: UInt32 = 1
        let pixels = (0..<192 * 114 * 3).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        let frame = PixelFrame(width: 192, height: 114, pixels: pixels)
        let picture = SixelPicture(try parts(try encoder().encode(frame, in: rect, over: nil).bytes).body)
        #expect(picture.faults.isEmpty)
        let quality = peakSignalToNoise(frame, PixelFrame(width: 192, height: 114, pixels: picture.pixels))
        #expect(quality >= 25)
    }

    @Test("A palette is kept while it fits and changed when it does not")
    func palette() throws {
        let encoder = try encoder()
        let first = encoder.encode(testFrame(width: 192, height: 108), in: rect, over: nil)
        let second = encoder.encode(testFrame(width: 192, height: 108, time: 2), in: rect, over: first.shown)
        let green = testFrame(width: 192, height: 108).pixels.enumerated().map {
            $0.offset % 3 == 1 ? 255 - $0.element : $0.element / 2
        }
        let other = PixelFrame(width: 192, height: 108, pixels: green)
        let third = encoder.encode(other, in: rect, over: second.shown)
        let picture = SixelPicture(try parts(third.bytes).body)
        let quality = peakSignalToNoise(
            other.scaled(width: 192, height: 114), PixelFrame(width: 192, height: 114, pixels: picture.pixels))
        #expect(quality >= 25)
        let again = SixelPicture(try parts(second.bytes).body)
        #expect(again.faults.isEmpty)
    }

    @Test("One colour is one definition and runs")
    func flat() throws {
        let bytes = try encoder().encode(
            PixelFrame(width: 4, height: 4, color: RGB(255, 255, 255)), in: rect, over: nil
        ).bytes
        let picture = SixelPicture(try parts(bytes).body)
        #expect(picture.definedColors.count == 1)
        #expect(picture.pixels.allSatisfy { $0 == 255 })
        #expect(bytes.count < 300)
    }

    @Test("A rectangle lower than a band shows nothing")
    func tiny() throws {
        #expect(try encoder().encode(testFrame(width: 8, height: 8), in: .zero, over: nil).bytes.isEmpty)
    }
}
