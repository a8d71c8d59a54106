import TerminalKit
import Testing

struct PictureBudgetTests {
    private let rate = FrameRate(first: 10, most: 10)

    /// The sizes that frames of a full-size picture of so many bytes lead to; bytes go with the area.
    private func scale(_ mode: GraphicsMode, bytes: Int, isRemote: Bool = false, rate: FrameRate? = nil) -> Double {
        var budget = PictureBudget(mode, limit: rate ?? self.rate, isRemote: isRemote)
        for _ in 0..<200 { _ = budget.noteFrame(bytes: Int(Double(bytes) * budget.scale * budget.scale)) }
        return budget.scale
    }

    @Test("Pictures within their bytes keep their size, larger ones shrink until they fit")
    func bytes() {
        #expect(scale(.half, bytes: 59 << 10) == 1)
        #expect(scale(.sixel, bytes: 170 << 10) == 1)
        let small = scale(.sixel, bytes: 260 << 10)
        #expect(small < 1 && Double(260 << 10) * small * small <= Double(180 << 10))
        #expect(scale(.half, bytes: 1 << 20) == 0.5)
    }

    @Test("Over ssh a second carries a quarter of a mebibyte")
    func remote() {
        let rate = FrameRate(first: 2, most: 6)
        #expect(scale(.sixel, bytes: 120 << 10, isRemote: true, rate: rate) == 1)
        #expect(scale(.sixel, bytes: 170 << 10, isRemote: true, rate: rate) < 1)
    }

    /// Plays to a terminal that takes `base` seconds and so many for each part of a full-size picture.
    private func played(base: Double, perPicture: Double) -> Double {
        var budget = PictureBudget(.sixel, limit: rate, isRemote: false)
        for _ in 0..<200 {
            let seconds = base + perPicture * budget.scale * budget.scale
            _ = budget.noteAnswer(seconds: seconds, rate: min(10, 0.7 / seconds))
        }
        return budget.scale
    }

    @Test("A slow terminal gets a smaller picture, a quick one the whole")
    func slow() {
        #expect(played(base: 0.001, perPicture: 0.02) == 1)
        #expect(played(base: 0.001, perPicture: 0.14) < 0.9)
        // The last little step gains too little to be worth another picture.
        #expect(played(base: 0.001, perPicture: 2) < 0.52)
    }

    @Test("A terminal far away would be no quicker with a smaller one")
    func far() {
        #expect(played(base: 0.4, perPicture: 0.01) == 1)
    }
}
