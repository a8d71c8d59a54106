import StudioCore
import Testing

@Suite("Text from outside")
struct TextCleaningTests {
    @Test("Escape sequences lose their control characters and stay as harmless text")
    func escapes() {
        #expect(TextCleaning.cleaned("a\u{1B}[31mb\u{07}c") == "a[31mbc")
        #expect(TextCleaning.cleaned("x\u{9B}2Jy\u{7F}\u{00}") == "x2Jy")
    }

    @Test("Line ends become line feeds, tabs become spaces")
    func lineEnds() {
        #expect(TextCleaning.cleaned("a\r\nb\rc\td") == "a\nb\nc d")
        #expect(TextCleaning.oneLine("a\r\nb") == "a b")
    }

    @Test("Marks that turn text around become visible")
    func directionMarks() {
        #expect(TextCleaning.cleaned("good\u{202E}dab") == "good<RLO>dab")
    }

    @Test("Wide, combining and joined characters stay as they are")
    func harmlessText() {
        let text = "漢字 e\u{301} 👨‍👩‍👧 ❤️ naïve"
        #expect(TextCleaning.cleaned(text) == text)
    }

    @Test("A cut is marked", arguments: [(10, "0123456789"), (5, "0123…"), (1, "…")])
    func shortened(limit: Int, expected: String) {
        #expect(TextCleaning.shortened("0123456789", to: limit) == expected)
    }

    @Test("The nearest name is a slip of the fingers away, or none")
    func nearestName() {
        #expect(NearestName.of("guidence", in: ["guidance", "steps", "size"]) == "guidance")
        #expect(NearestName.of("papr", in: ["paper", "ember"]) == "paper")
        #expect(NearestName.of("zebra", in: ["guidance", "steps"]) == nil)
        #expect(NearestName.of("x", in: [String]()) == nil)
    }
}
