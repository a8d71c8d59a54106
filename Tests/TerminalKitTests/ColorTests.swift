import TerminalKit
import TestSupport
import Testing

struct ColorTests {
    @Test("Hex colours are read, anything else refused")
    func hex() {
        #expect(RGB(hex: "#ffb454") == RGB(255, 180, 84))
        #expect(RGB(hex: "0a0B0c") == RGB(10, 11, 12))
        #expect(RGB(hex: "#fff") == nil)
        #expect(RGB(hex: "#gggggg") == nil)
        #expect(RGB(hex: "#+12345") == nil)
    }

    @Test("A theme colour in each mode")
    func resolved() {
        let amber = RGB(255, 180, 84)
        #expect(Color.resolved(rgb: amber, ansi16: 3, depth: .mono) == .terminal)
        #expect(Color.resolved(rgb: amber, ansi16: 3, depth: .ansi16) == .ansi(3))
        #expect(Color.resolved(rgb: amber, depth: .palette256) == .palette(215))
        #expect(Color.resolved(rgb: amber, depth: .trueColor) == .rgb(amber))
        #expect(Color.resolved(rgb: RGB(255, 0, 0), depth: .ansi16) == .ansi(9))
        #expect(Color.ansi(12).reduced(to: .palette256) == .ansi(12))
        #expect(Color.palette(196).reduced(to: .ansi16) == .ansi(9))
        #expect(Color.palette(196).reduced(to: .mono) == .terminal)
    }

    @Test("The fixed colours are their own nearest")
    func fixedPoints() {
        for index in UInt8(16)...255 {
            let nearest = Palette.nearestFixed(to: Palette.rgb(index))
            #expect(Palette.rgb(nearest) == Palette.rgb(index))
        }
    }

    @Test("No fixed colour is nearer in OKLab than the one chosen")
    func nearest() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<200 {
            let rgb = RGB(
                .random(in: 0...255, using: &random), .random(in: 0...255, using: &random),
                .random(in: 0...255, using: &random))
            let chosen = OKLab(rgb).squaredDistance(to: OKLab(Palette.rgb(Palette.nearestFixed(to: rgb))))
            for index in UInt8(16)...255 {
                #expect(chosen <= OKLab(rgb).squaredDistance(to: OKLab(Palette.rgb(index))))
            }
        }
    }

    @Test("OKLab and contrast agree with published values")
    func published() {
        let red = OKLab(RGB(255, 0, 0))
        #expect(abs(red.lightness - 0.62796) < 1e-4)
        #expect(abs(red.a - 0.22486) < 1e-4)
        #expect(abs(red.b - 0.12585) < 1e-4)
        #expect(abs(RGB(0, 0, 0).contrast(with: RGB(255, 255, 255)) - 21) < 1e-9)
        #expect(abs(RGB(0x77, 0x77, 0x77).contrast(with: RGB(255, 255, 255)) - 4.478) < 1e-3)
    }
}
