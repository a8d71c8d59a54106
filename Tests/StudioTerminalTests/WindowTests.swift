import Foundation
import Testing

extension StudioScenarios {
    /// The studio in a window, judged by its pixels: `make test-windows`.
    @Suite(.enabled(if: isAsked("TURBO2K_TEST_WINDOWS"), "make test-windows runs these"))
    struct Windows {
        @Test("44: a sixel picture moves in its rectangle and nowhere else, and leaves nothing behind")
        func sixel() throws {
            let window = try XtermStudio()
            let (studio, columns, rows) = (window.studio, window.columns, window.rows)
            try window.type("a fox")
            try window.key("Return")
            try studio.waitOutside("the draft", forReport: { $0.drafts.all == 1 && $0.preview.area != nil })
            try studio.waitOutside("no message", forReport: { $0.message == nil && $0.preview.graphics == "sixel" })
            let facts = try studio.report()
            let area = try #require(facts.preview.area)
            let pane = try #require(facts.panes["preview"])

            // Playing: the picture changes, and beside it the pane's title and the row of the position alone, and the
            // cursor, which is not there while a picture is drawn.
            let first = try window.shot()
            #expect(first.colorCount(in: area, columns: columns, rows: rows) > 60, "there is no picture")
            var next = first
            for _ in 0..<20 where next.pixels == first.pixels {
                Thread.sleep(forTimeInterval: 0.3)
                next = try window.shot()
            }
            #expect(Self.changed(first, next, window).contains { Self.contains(area, $0) }, "the picture stands still")
            let outside = Self.changed(first, next, window).filter { point in
                !Self.contains(area, point) && point != facts.cursor
                    && !(Self.contains(pane, point) && [pane.y, pane.y + pane.height - 2].contains(point.y))
            }
            #expect(outside.isEmpty, "\(outside)")

            // Borders stand on all sides, also where the picture is beside them.
            for point in Self.border(of: pane) where point.y != pane.y {
                let cell = next.bytes(of: point, columns: columns, rows: rows)
                #expect(cell.contains { $0 > 60 }, "the border has a hole at \(point)")
            }

            // Under help, and with the pane hidden, a repaint of everything changes no pixel: nothing was left.
            try window.key("F1")
            try studio.waitOutside("help", forReport: { $0.dialogs == ["help"] })
            try expectNothingLeft(window, "under help")
            try window.key("Escape")
            try studio.waitOutside("no help", forReport: { $0.dialogs.isEmpty })
            try studio.waitOutside("the picture again") {
                try window.shot().colorCount(in: area, columns: columns, rows: rows) > 60
            }
            for _ in 0..<3 where try studio.report().panes["preview"] != nil {
                let before = try studio.report().panes.count
                try window.key("F7")
                try studio.waitOutside(
                    "another arrangement", forReport: { $0.panes.count != before || $0.panes["preview"] == nil })
            }
            #expect(try studio.report().panes["preview"] == nil, "no arrangement hides the picture")
            try studio.waitOutside("no message", forReport: { $0.message == nil })
            try expectNothingLeft(window, "hidden")
        }

        private func expectNothingLeft(_ window: XtermStudio, _ place: String) throws {
            let before = try window.settledShot()
            try window.key("ctrl+l")
            Thread.sleep(forTimeInterval: 0.5)
            let after = try window.settledShot()
            // A letter drawn again may lose the edge that its neighbour had over it; a rest of a picture fills its cell.
            let left = Self.changed(before, after, window).filter { point in
                let pairs = zip(
                    before.bytes(of: point, columns: window.columns, rows: window.rows),
                    after.bytes(of: point, columns: window.columns, rows: window.rows))
                let bytes = pairs.reduce(into: (different: 0, all: 0)) { count, pair in
                    count.all += 1
                    if pair.0 != pair.1 { count.different += 1 }
                }
                return bytes.different * 4 > bytes.all
            }
            #expect(left.isEmpty, "\(place): \(left)")
        }

        private static func changed(
            _ one: XtermStudio.Shot, _ other: XtermStudio.Shot, _ window: XtermStudio
        ) -> [ScreenFacts.Point] {
            var points: [ScreenFacts.Point] = []
            for y in 0..<window.rows {
                for x in 0..<window.columns {
                    let point = ScreenFacts.Point(x: x, y: y)
                    if !one.hasSame(point, as: other, columns: window.columns, rows: window.rows) {
                        points.append(point)
                    }
                }
            }
            return points
        }

        private static func contains(_ area: ScreenFacts.Area, _ point: ScreenFacts.Point) -> Bool {
            (area.x..<area.x + area.width).contains(point.x) && (area.y..<area.y + area.height).contains(point.y)
        }

        private static func border(of area: ScreenFacts.Area) -> [ScreenFacts.Point] {
            let right = area.x + area.width - 1
            let bottom = area.y + area.height - 1
            return (area.y...bottom).flatMap { [.init(x: area.x, y: $0), .init(x: right, y: $0)] }
                + (area.x...right).map { .init(x: $0, y: bottom) }
        }
    }
}
