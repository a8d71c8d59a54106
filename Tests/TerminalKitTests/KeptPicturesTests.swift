import TerminalKit
import Testing

/// Frames that were worked out before.
struct KeptPicturesTests {
    private let rect = Rect(x: 1, y: 1, width: 4, height: 2)

    private func picture(bytes count: Int) -> PreparedPicture { .bytes(Array(repeating: 7, count: count), nil) }

    @Test("A frame is found again for the same cells only")
    func found() throws {
        var kept = KeptPictures()
        let place = ClipPlace(clip: 1, index: 3)
        kept.keep(picture(bytes: 10), at: place, in: rect)
        #expect(kept.picture(at: place, in: rect) != nil)
        #expect(kept.picture(at: ClipPlace(clip: 1, index: 4), in: rect) == nil)
        #expect(kept.picture(at: ClipPlace(clip: 2, index: 3), in: rect) == nil)
        let other = Rect(x: 1, y: 1, width: 5, height: 2)
        #expect(kept.picture(at: place, in: other) == nil)
        kept.keep(picture(bytes: 10), at: place, in: other)
        #expect(kept.byteCount == 10 && kept.picture(at: place, in: rect) == nil)
    }

    @Test("What is kept stays below its limit, and older clips make room")
    func bounded() {
        var kept = KeptPictures(mostBytes: 100)
        for index in 0..<20 { kept.keep(picture(bytes: 30), at: ClipPlace(clip: 1, index: index), in: rect) }
        #expect(kept.byteCount == 90)
        kept.keep(picture(bytes: 5), at: ClipPlace(clip: 2, index: 0), in: rect)
        #expect(kept.byteCount == 95)
        kept.keep(picture(bytes: 30), at: ClipPlace(clip: 3, index: 0), in: rect)
        #expect(kept.byteCount == 35)
        #expect(kept.picture(at: ClipPlace(clip: 1, index: 0), in: rect) == nil)
        #expect(kept.picture(at: ClipPlace(clip: 2, index: 0), in: rect) != nil)
    }

    @Test("A kept frame is drawn as the frame itself", arguments: [GraphicsMode.half, .sixel, .quadrant])
    func sameBytes(mode: GraphicsMode) throws {
        var answers = TerminalAnswers()
        answers.note(.cellSize(width: 8, height: 16))
        var wishes = TerminalCapabilities.Wishes()
        wishes.graphics = mode
        let capabilities = TerminalCapabilities(
            answers: answers, environment: TerminalEnvironment(["TERM": "xterm", "COLORTERM": "truecolor"]),
            description: TerminalDescription(
                colorCount: 256, hasDirectColor: false,
                modes: ModeStrings(enterScreen: "", leaveScreen: "", showCursor: "", keypadOff: "")),
            size: .fallback, isUTF8: true, wishes: wishes)
        let encoder = try #require(PictureEncoders.encoder(for: capabilities, imageIDs: ImageIDs(processID: 1)))
        let rect = Rect(x: 2, y: 2, width: 20, height: 6)
        var shown: ShownPicture?
        for time in 0..<3 {
            let frame = testFrame(width: 64, height: 36, time: time)
            let prepared = try #require(encoder.prepare(frame, in: rect, over: shown))
            let direct = encoder.encode(frame, in: rect, over: shown)
            let again = encoder.encode(prepared, in: rect, over: shown)
            #expect(direct.bytes == again.bytes && !again.bytes.isEmpty)
            shown = again.shown
        }
    }
}
