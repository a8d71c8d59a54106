import Foundation
import Generation
import StudioUI
import TerminalKit
import Testing

@Suite("Drafts in the list")
struct DraftsPaneTests {
    @Test("Ten thousand drafts are listed, filtered and bounded; what is known stays as it is")
    func many() throws {
        var list = DraftList()
        list.take(try [7, 5].map { try Sample.draft($0, "known \($0)") })
        list.take(try (1...DraftList.limit).reversed().map { try Sample.draft($0, "fox \($0)") })
        #expect(list.all.count == DraftList.limit && list.all.first?.id == DraftList.limit && list.selectedID == 7)
        #expect(list.draft(5)?.recipe.prompt == "known 5" && list.draft(0) == nil)
        list.setFilter(TextEditor("FOX 99"), isFocused: true)
        #expect(list.shown.count == 280 && list.selectedID == 9999 && list.selectedIndex == 0)
        list.change(9999) { $0.isStarred = true }
        #expect(list.shown.first?.isStarred == true)
        list.remove(9999)
        #expect(list.shown.count == 279 && list.selectedID == 9998)
        list.add(try Sample.draft(10_001, "a fox in 99 days"))
        #expect(list.shown.first?.id == 10_001 && list.all.count == DraftList.limit)
        let gone = list.add(try Sample.draft(10_002, "an owl"))
        #expect(gone == 1 && list.shown.count == 280)
    }

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
        #expect(DraftFilter("day:2026-01-31").matches(entry) && DraftFilter("day:2026-01 fox").matches(entry))
        #expect(!DraftFilter("day:2026-02").matches(entry) && !DraftFilter("tag:x").matches(entry))
    }

    @Test("Cards have a thumbnail beside their text in the large layout only")
    func thumbnails() throws {
        var state = try Sample.busy(200, 60)
        let bright = PixelFrame(width: 16, height: 9, color: RGB(255, 255, 255))
        state.keepThumbnail(bright, of: 2)
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
