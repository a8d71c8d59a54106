import TerminalKit
import TestSupport
import Testing

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
