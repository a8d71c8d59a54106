import Foundation
import StudioUI
import TerminalKit
import Testing

@Suite("Drafts in the list")
struct DraftsPaneTests {
    @Test("t tags the selected draft; the tags show, and the filter finds them")
    func tags() throws {
        var state = try Sample.busy(120, 40)
        state.press(.alt("5"), .character("t"))
        state.type("night #blue night")
        let actions = state.press(.enter)
        #expect(actions.contains(.setTags(2, ["blue", "night"])))
        #expect(state.text.contains("#blue #night"))
        state.press(.character("/"))
        state.type("tag:ni")
        #expect(state.drafts.shown.map(\.id) == [2])
        state.press(.escape, .character("t"))
        state.type("more")
        let added = state.press(.enter)
        #expect(added.contains(.setTags(2, ["blue", "more", "night"])))
    }

    @Test("The filter knows the day in UTC")
    func day() throws {
        var entry = try Sample.draft(1, "fox")
        entry.made = Date(timeIntervalSince1970: 1_769_860_800)
        #expect(entry.matches("day:2026-01-31") && entry.matches("day:2026-01 fox"))
        #expect(!entry.matches("day:2026-02") && !entry.matches("tag:x"))
    }

    @Test("Cards have a thumbnail beside their text in the large layout only")
    func thumbnails() throws {
        var state = try Sample.busy(200, 60)
        let bright = PixelFrame(width: 16, height: 9, color: RGB(255, 255, 255))
        state.thumbnails[2] = bright
        let rect = try #require(state.layout.panes[.drafts])
        let canvas = StudioView.draw(state).canvas
        #expect(canvas[rect.x + 6, rect.y + 2].text == "@")
        #expect(state.text.contains("2* 0:05 8.1s"))
        for line in state.lines { #expect(TextWidth.width(of: line) == 200) }
        state.resize(width: 120, height: 40)
        #expect(!state.text.contains("@@@"))
    }

    @Test("On a screen with colours a thumbnail is half blocks in the picture's colours")
    func halfBlocks() {
        let frame = PixelFrame(width: 1, height: 2, pixels: [255, 0, 0, 0, 0, 255])
        var canvas = Canvas(width: 1, height: 1)
        CellPicture.draw(
            frame, on: &canvas, in: Rect(x: 0, y: 0, width: 1, height: 1), depth: .trueColor, isASCII: false)
        #expect(canvas[0, 0].text == "▀")
        #expect(canvas[0, 0].style == Style(foreground: .palette(196), background: .palette(21)))
    }
}
