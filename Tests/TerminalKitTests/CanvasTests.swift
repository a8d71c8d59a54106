import TerminalKit
import TestSupport
import Testing

struct CanvasTests {
    @Test("Text is written and clipped")
    func write() {
        var canvas = Canvas(width: 6, height: 2)
        #expect(canvas.write("a fox", x: 0, y: 0) == 5)
        canvas.write("crosses", x: 3, y: 1)
        canvas.write("outside", x: 0, y: 2)
        canvas.write("left", x: -2, y: 1)
        #expect(canvas.lines == ["a fox ", "ft cro"])
    }

    @Test("Wide characters are never cut in two")
    func wide() {
        var canvas = Canvas(width: 5, height: 1)
        canvas.write("漢字漢", x: 0, y: 0)
        #expect(canvas.lines == ["漢字 "])
        canvas.write("x", x: 1, y: 0)
        #expect(canvas.lines == [" x字 "])
        canvas.write("y", x: 2, y: 0)
        #expect(canvas.lines == [" xy  "])
        canvas.write("漢", x: 1, y: 0)
        #expect(canvas.lines == [" 漢  "])
        #expect(canvas[2, 0].width == 0)
    }

    @Test("Each row keeps its columns whatever is drawn")
    func invariant() {
        var random = SeededGenerator(seed: 7)
        var canvas = Canvas(width: 9, height: 3)
        let texts = ["漢", "a", "🦊b", "e\u{301}", "  ", "字漢字"]
        for _ in 0..<2000 {
            let text = texts[Int.random(in: 0..<texts.count, using: &random)]
            canvas.write(
                text, x: Int.random(in: -2...9, using: &random), y: Int.random(in: 0...3, using: &random))
            for row in 0..<3 {
                let cells = (0..<9).map { canvas[$0, row] }
                #expect(cells.reduce(0) { $0 + $1.width } == 9)
                for (index, cell) in cells.enumerated() where cell.width == 2 { #expect(cells[index + 1].width == 0) }
            }
        }
    }

    @Test("A part of the canvas has its own coordinates and clips")
    func within() {
        var canvas = Canvas(width: 8, height: 4)
        canvas.within(Rect(x: 2, y: 1, width: 4, height: 2)) { inner in
            #expect(inner.bounds == Rect(x: 0, y: 0, width: 4, height: 2))
            inner.write("abcdef", x: 0, y: 0)
            inner.within(Rect(x: 1, y: 1, width: 9, height: 9)) { $0.fill($0.bounds, with: "#") }
            inner.placeCursor(x: 3, y: 1)
        }
        #expect(canvas.lines == ["        ", "  abcd  ", "   ###  ", "        "])
        #expect(canvas.cursor == CanvasPoint(x: 5, y: 2))
        #expect(canvas.width == 8)
    }

    @Test(
        "A frame shows focus without colour",
        arguments: [
            (BorderKind.ascii, false, ["+- Prompt --- 3 w -+", "|                  |", "+------------------+"]),
            (.ascii, true, ["+= Prompt === 3 w =+", "|                  |", "+==================+"]),
            (.unicode, false, ["┌─ Prompt ─── 3 w ─┐", "│                  │", "└──────────────────┘"]),
            (.unicode, true, ["┏━ Prompt ━━━ 3 w ━┓", "┃                  ┃", "┗━━━━━━━━━━━━━━━━━━┛"]),
            (.none, true, ["  >Prompt    3 w    ", "                    ", "                    "]),
        ])
    func frame(borders: BorderKind, isFocused: Bool, lines: [String]) {
        var canvas = Canvas(width: 20, height: 3, borders: borders)
        let inside = canvas.frame(canvas.bounds, PaneFrame(title: "Prompt", detail: "3 w", isFocused: isFocused))
        #expect(inside == Rect(x: 1, y: 1, width: 18, height: 1))
        if borders == .none {
            #expect(canvas.lines[0].contains(">Prompt"))
            #expect(canvas.lines[0].count == 20)
        } else {
            #expect(canvas.lines == lines)
        }
        #expect(canvas[4, 0].style.attributes.contains(.bold) == isFocused)
    }

    @Test("Titles give way in narrow frames", arguments: 0...24)
    func narrowFrame(width: Int) {
        var canvas = Canvas(width: max(width, 1), height: 4)
        canvas.frame(Rect(x: 0, y: 0, width: width, height: 4), PaneFrame(title: "Preview 漢字", detail: "12 fps half"))
        for line in canvas.lines { #expect(TextWidth.width(of: line) == max(width, 1)) }
    }

    @Test("Rectangles are split without gap or overlap")
    func splits() {
        let rect = Rect(x: 3, y: 4, width: 11, height: 7)
        #expect(rect.splitTop(2).rest == Rect(x: 3, y: 6, width: 11, height: 5))
        #expect(rect.splitBottom(2).bottom == Rect(x: 3, y: 9, width: 11, height: 2))
        #expect(rect.splitLeft(99).rest.isEmpty)
        #expect(rect.splitRight(4).right == Rect(x: 10, y: 4, width: 4, height: 7))
        let columns = rect.columns([1, 2, 1])
        #expect(columns.map(\.width).reduce(0, +) == 11)
        #expect(columns.map(\.x) == [3, columns[0].endX, columns[1].endX])
        #expect(Rect(x: 0, y: 0, width: 3, height: 3).inset(columns: 2).isEmpty)
    }
}
