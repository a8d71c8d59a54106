import TerminalKit
import TestSupport
import Testing

/// A moving test picture: gradients, an edge and a disc.
func testFrame(width: Int, height: Int, time: Int = 0) -> PixelFrame {
    var pixels: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            let dx = Double(x) - Double(width) * 0.4 - Double(time)
            let dy = Double(y) - Double(height) * 0.5
            let isInside = dx * dx + dy * dy < Double(height * height) / 16
            let sky = Double(y) / Double(height)
            pixels.append(UInt8(isInside ? 230 : 40 + 150 * sky))
            pixels.append(UInt8(isInside ? 120 : 70 + 60 * sky + 40 * Double(x) / Double(width)))
            pixels.append(UInt8(isInside ? 40 : 200 - 160 * sky))
        }
    }
    return PixelFrame(width: width, height: height, pixels: pixels)
}

/// Peak signal to noise over all channels, in dB.
func peakSignalToNoise(_ first: PixelFrame, _ second: PixelFrame) -> Double {
    precondition(first.width == second.width && first.height == second.height, "sizes differ")
    let error = zip(first.pixels, second.pixels).reduce(0.0) { sum, pair in
        let difference = Double(pair.0) - Double(pair.1)
        return sum + difference * difference
    }
    let mean = error / Double(first.pixels.count)
    return mean == 0 ? .infinity : 10 * (Double(255 * 255) / mean).logarithm10
}

struct ScalingTests {
    @Test(
        "Each target pixel is the average of what it covers",
        arguments: [(1, 1), (3, 2), (7, 5), (13, 11), (26, 9), (40, 33)])
    func average(width: Int, height: Int) {
        var random = SeededGenerator(seed: 13)
        let source = PixelFrame(
            width: 13, height: 11, pixels: (0..<13 * 11 * 3).map { _ in UInt8.random(in: 0...255, using: &random) })
        let scaled = source.scaled(width: width, height: height)
        #expect(scaled.width == width && scaled.height == height)
        for y in 0..<height {
            for x in 0..<width {
                let expected = reference(source, x, y, width, height)
                let found = scaled[x, y]
                for (value, wanted) in zip([found.red, found.green, found.blue], expected) {
                    #expect(abs(Double(value) - wanted) <= 0.51)
                }
            }
        }
    }

    private func reference(_ source: PixelFrame, _ x: Int, _ y: Int, _ width: Int, _ height: Int) -> [Double] {
        let (left, right) = (Double(x * source.width) / Double(width), Double((x + 1) * source.width) / Double(width))
        let (top, bottom) = (
            Double(y * source.height) / Double(height), Double((y + 1) * source.height) / Double(height)
        )
        var sums = [0.0, 0.0, 0.0]
        for row in 0..<source.height {
            for column in 0..<source.width {
                let wide = max(min(right, Double(column + 1)) - max(left, Double(column)), 0)
                let high = max(min(bottom, Double(row + 1)) - max(top, Double(row)), 0)
                let pixel = source[column, row]
                for (channel, value) in [pixel.red, pixel.green, pixel.blue].enumerated() {
                    sums[channel] += Double(value) * wide * high
                }
            }
        }
        return sums.map { $0 / ((right - left) * (bottom - top)) }
    }

    @Test("Large pictures do not overflow")
    func large() {
        let white = PixelFrame(width: 2560, height: 1440, color: RGB(255, 255, 255)).scaled(width: 3, height: 2)
        #expect(white.pixels.allSatisfy { $0 == 255 })
    }

    @Test("Nothing becomes nothing")
    func empty() {
        #expect(PixelFrame(width: 0, height: 0, pixels: []).scaled(width: 5, height: 5).pixels.isEmpty)
    }

    @Test(
        "A picture keeps its shape",
        arguments: [
            (512, 288, 78, 22, 78, 22), (512, 288, 100, 22, 78, 22), (288, 512, 78, 22, 25, 22),
            (512, 512, 40, 40, 40, 20),
        ])
    func layout(width: Int, height: Int, columns: Int, rows: Int, wantedColumns: Int, wantedRows: Int) {
        let area = Rect(x: 4, y: 3, width: columns, height: rows)
        let rect = PictureLayout.fit(width: width, height: height, in: area, cell: .guess)
        #expect(rect.width == wantedColumns && rect.height == wantedRows)
        #expect(area.intersection(rect) == rect)
    }
}

/// Of a terminal that answers nothing and is told its colours and its way to show pictures.
private func capabilities(_ depth: ColorOption, _ graphics: GraphicsMode = .half) -> TerminalCapabilities {
    var wishes = TerminalCapabilities.Wishes()
    wishes.commandLineColor = depth
    wishes.graphics = graphics
    return TerminalCapabilities(
        answers: TerminalAnswers(), environment: TerminalEnvironment(["TERM": "xterm-256color"]),
        description: TerminalDescription(
            colorCount: 256, hasDirectColor: false,
            modes: ModeStrings(enterScreen: "", leaveScreen: "", showCursor: "", keypadOff: "")),
        size: .fallback, isUTF8: true, wishes: wishes)
}

struct HalfBlockTests {
    private func encoder(_ depth: ColorOption) throws -> any PictureEncoder {
        try #require(PictureEncoders.encoder(for: capabilities(depth), imageIDs: ImageIDs(processID: 1)))
    }

    /// The two colours of a cell, upper first, whatever half block says them.
    private func pixels(_ look: TerminalModel.Look) -> [[Int]] {
        switch look.text {
        case "▀": [look.foreground, [look.background[0] - 10] + look.background.dropFirst()]
        case "▄": [[look.background[0] - 10] + look.background.dropFirst(), look.foreground]
        default:
            [
                [look.background[0] - 10] + look.background.dropFirst(),
                [look.background[0] - 10] + look.background.dropFirst(),
            ]
        }
    }

    @Test(
        "After each difference the screen shows the new frame",
        arguments: [ColorOption.trueColor, .palette256, .ansi16])
    func differences(depth: ColorOption) throws {
        let rect = Rect(x: 3, y: 2, width: 30, height: 9)
        let encoder = try encoder(depth)
        var terminal = TerminalModel(width: 40, height: 14)
        var shown: ShownPicture?
        for time in [0, 1, 2, 3, 10, 40] {
            let frame = testFrame(width: 90, height: 54, time: time)
            let encoded = encoder.encode(frame, in: rect, over: shown)
            shown = encoded.shown
            terminal.apply(encoded.bytes)
            var fresh = TerminalModel(width: 40, height: 14)
            fresh.apply(encoder.encode(frame, in: rect, over: nil).bytes)
            for y in 0..<14 {
                for x in 0..<40 { expectSame(terminal[x, y], fresh[x, y], isInside: rect.contains(x: x, y: y)) }
            }
        }
        #expect(terminal.unknown.isEmpty)
        #expect(!terminal.hasScrolled)
    }

    private func expectSame(_ found: TerminalModel.Look, _ wanted: TerminalModel.Look, isInside: Bool) {
        guard isInside else {
            #expect(found == TerminalModel.Look())
            return
        }
        for (first, second) in zip(pixels(found), pixels(wanted)) {
            #expect(first.count == second.count)
            for (value, expected) in zip(first, second) {
                // In 24-bit colour what the eye does not see may stay.
                #expect(abs(value - expected) <= (first.count == 5 ? 4 : 0))
            }
        }
    }

    @Test("The colours are those of the frame")
    func colors() throws {
        let pixels: [UInt8] = [255, 0, 0, 0, 255, 0, 10, 20, 30, 10, 20, 30]
        let frame = PixelFrame(width: 1, height: 4, pixels: pixels)
        var terminal = TerminalModel(width: 4, height: 4)
        terminal.apply(
            try encoder(.trueColor).encode(frame, in: Rect(x: 1, y: 1, width: 1, height: 2), over: nil).bytes)
        #expect(self.pixels(terminal[1, 1]) == [[38, 2, 255, 0, 0], [38, 2, 0, 255, 0]])
        #expect(self.pixels(terminal[1, 2]) == [[38, 2, 10, 20, 30], [38, 2, 10, 20, 30]])
    }

    @Test("An equal frame costs nothing, a moved disc less than a frame")
    func bytes() throws {
        let rect = Rect(x: 0, y: 0, width: 78, height: 22)
        let encoder = try encoder(.trueColor)
        let first = encoder.encode(testFrame(width: 512, height: 288), in: rect, over: nil)
        #expect(encoder.encode(testFrame(width: 512, height: 288), in: rect, over: first.shown).bytes.isEmpty)
        let next = encoder.encode(testFrame(width: 512, height: 288, time: 4), in: rect, over: first.shown)
        #expect(!next.bytes.isEmpty)
        #expect(next.bytes.count < first.bytes.count / 4)
        #expect(first.bytes.count < 80 * 1024)
    }

    @Test("Differences do not add up to an error")
    func drift() throws {
        let rect = Rect(x: 0, y: 0, width: 1, height: 1)
        let encoder = try encoder(.trueColor)
        var terminal = TerminalModel(width: 2, height: 2)
        var shown: ShownPicture?
        for level in UInt8(0)...100 {
            let encoded = encoder.encode(
                PixelFrame(width: 1, height: 2, color: RGB(level, level, level)), in: rect, over: shown)
            shown = encoded.shown
            terminal.apply(encoded.bytes)
            #expect(abs(pixels(terminal[0, 0])[0][2] - Int(level)) <= 4)
        }
    }

    @Test("Erasing leaves blanks")
    func erase() throws {
        let rect = Rect(x: 2, y: 1, width: 5, height: 3)
        let encoder = try encoder(.trueColor)
        var terminal = TerminalModel(width: 10, height: 6)
        let encoded = encoder.encode(testFrame(width: 20, height: 12), in: rect, over: nil)
        terminal.apply(encoded.bytes)
        terminal.apply(encoder.erase(encoded.shown, background: .terminal))
        #expect(terminal.cells.allSatisfy { $0 == TerminalModel.Look() })
    }

    @Test("An 8-colour terminal gets eight colours")
    func eightColors() throws {
        var capabilities = capabilities(.ansi16)
        capabilities.pictureColorCount = 8
        let encoder = try #require(PictureEncoders.encoder(for: capabilities, imageIDs: ImageIDs(processID: 1)))
        var terminal = TerminalModel(width: 40, height: 14)
        terminal.apply(
            encoder.encode(testFrame(width: 90, height: 54), in: Rect(x: 0, y: 0, width: 30, height: 9), over: nil)
                .bytes)
        let sent = Set(terminal.styles.flatMap { $0 })
        #expect(sent.isSubset(of: Set([0] + Array(30...37) + Array(40...47))))
        #expect(sent.count > 4)
    }

    @Test(
        "Quadrants, sextants, octants and braille stand in place, and a frame that stays costs nothing",
        arguments: [GraphicsMode.quadrant, .sextant, .octant, .braille])
    func symbols(mode: GraphicsMode) throws {
        let encoder = try #require(
            PictureEncoders.encoder(for: capabilities(.trueColor, mode), imageIDs: ImageIDs(processID: 1)))
        let rect = Rect(x: 2, y: 1, width: 30, height: 9)
        var terminal = TerminalModel(width: 40, height: 14)
        let encoded = encoder.encode(testFrame(width: 180, height: 108), in: rect, over: nil)
        terminal.apply(encoded.bytes)
        let texts = Set((0..<30).flatMap { x in (0..<9).map { terminal[x + 2, $0 + 1].text } })
        #expect(texts.count > 2)
        #expect(terminal[1, 1] == TerminalModel.Look())
        #expect(terminal.unknown.isEmpty)
        #expect(encoder.encode(testFrame(width: 180, height: 108), in: rect, over: encoded.shown).bytes.isEmpty)
    }
}

struct OctantTests {
    /// The character of a cell whose eight pixels are white where a bit of `mask` is set, row by row.
    private func glyph(_ mask: Int) throws -> UInt32 {
        let encoder = try #require(
            PictureEncoders.encoder(for: capabilities(.trueColor, .octant), imageIDs: ImageIDs(processID: 1)))
        let pixels = (0..<8).flatMap { [UInt8](repeating: mask >> $0 & 1 == 1 ? 255 : 0, count: 3) }
        let bytes = encoder.encode(
            PixelFrame(width: 2, height: 4, pixels: pixels), in: Rect(x: 0, y: 0, width: 1, height: 1), over: nil
        ).bytes
        let text = String(decoding: bytes, as: UTF8.self).replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "")
        return try #require(text.unicodeScalars.first).value
    }

    @Test("Each set of pixels has its character, by the names of Unicode 16")
    func names() throws {
        // BLOCK OCTANT-3, -23, -4, -5, -2345678, then sets that were characters before.
        let named: [(Int, UInt32)] = [
            (0x04, 0x1CD00), (0x06, 0x1CD01), (0x08, 0x1CD03), (0x10, 0x1CD09), (0xFE, 0x1CDE5), (0x01, 0x1CEA8),
            (0x03, 0x1FB82), (0x05, 0x2598), (0x0F, 0x2580), (0x14, 0x1FBE6), (0x55, 0x258C), (0xAA, 0x2590),
            (0xC0, 0x2582), (0xF0, 0x2584), (0xFA, 0x259F),
        ]
        for (mask, wanted) in named { #expect(try glyph(mask) == wanted, "\(mask)") }
        var all: Set<UInt32> = []
        for mask in 0..<255 { all.insert(try glyph(mask)) }
        #expect(all.count == 255 && all.filter { (0x1CD00...0x1CDE5).contains($0) }.count == 230)
    }
}

struct AsciiPictureTests {
    @Test("Ten shades from dark to light")
    func shades() {
        let levels = (0..<10).map { UInt8($0 * 255 / 9) }
        let frame = PixelFrame(width: 10, height: 1, pixels: levels.flatMap { [$0, $0, $0] })
        var canvas = Canvas(width: 12, height: 3)
        AsciiPicture.draw(frame, on: &canvas, in: Rect(x: 1, y: 1, width: 10, height: 1))
        #expect(canvas.lines[1] == "  .:-=+*#%@ ")
        AsciiPicture.draw(frame, on: &canvas, in: Rect(x: 1, y: 1, width: 10, height: 1), hasDarkText: true)
        #expect(canvas.lines[1] == " @%#*+=-:.  ")
    }
}
