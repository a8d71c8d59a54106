import StudioUI
import TerminalKit
import Testing

@Suite("Layout")
struct LayoutTests {
    static let sizes = [
        (80, 24), (80, 29), (99, 29), (100, 30), (120, 40), (179, 49), (180, 50), (200, 60), (300, 90), (60, 16),
        (79, 23),
        (250, 24), (81, 60),
    ]

    @Test("Panes cover the body without overlap", arguments: sizes, Layout.Arrangement.allCases)
    func covers(size: (Int, Int), arrangement: Layout.Arrangement) {
        let layout = Layout(width: size.0, height: size.1, arrangement: arrangement)
        let rects = Array(layout.panes.values)
        for (index, rect) in rects.enumerated() {
            #expect(rect.x >= 0 && rect.endX <= size.0)
            #expect(rect.y >= 1 && rect.endY <= layout.messageRow?.y ?? layout.keyRow.y)
            #expect(rect.width >= 20 && rect.height >= 4, "\(rect)")
            for other in rects.dropFirst(index + 1) { #expect(!rect.intersects(other)) }
        }
        let area = rects.reduce(0) { $0 + $1.width * $1.height }
        let body = size.0 * ((layout.messageRow?.y ?? layout.keyRow.y) - 1)
        if arrangement == .all { #expect(area == body, "\(layout.sizeClass)") }
    }

    @Test("The size decides the arrangement")
    func classes() {
        #expect(Layout.sizeClass(width: 200, height: 60) == .large)
        #expect(Layout.sizeClass(width: 180, height: 49) == .medium)
        #expect(Layout.sizeClass(width: 100, height: 30) == .medium)
        #expect(Layout.sizeClass(width: 80, height: 24) == .small)
        #expect(Layout.sizeClass(width: 60, height: 16) == .single)
        #expect(Layout.sizeClass(width: 59, height: 16) == .tooSmall)
        #expect(Layout.sizeClass(width: 200, height: 15) == .tooSmall)
    }

    @Test("80x24 is laid out as designed")
    func small() {
        let panes = Layout(width: 80, height: 24).panes
        #expect(panes[.prompt] == Rect(x: 0, y: 1, width: 38, height: 8))
        #expect(panes[.params] == Rect(x: 0, y: 9, width: 38, height: 7))
        #expect(panes[.preview] == Rect(x: 38, y: 1, width: 42, height: 15))
        #expect(panes[.steps] == Rect(x: 0, y: 16, width: 80, height: 6))
    }

    @Test("Tab follows the columns, and what spans the screen comes after what stands above it")
    func order() {
        #expect(Layout(width: 80, height: 24).order == [.prompt, .params, .preview, .steps])
        #expect(Layout(width: 80, height: 24, arrangement: .largePicture).order == [.preview, .steps])
        #expect(
            Layout(width: 120, height: 40, shared: .queue).order
                == [.prompt, .params, .queue, .preview, .steps, .drafts])
        #expect(
            Layout(width: 200, height: 60).order
                == [.prompt, .params, .presets, .log, .preview, .steps, .drafts, .queue])
    }
}
