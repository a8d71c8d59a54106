import Foundation
import Testing

extension StudioScenarios {
    /// Text and keys as terminals send them.
    @Suite(.serialized) struct Typing {
        @Test("15, 16: a paste starts nothing, is one undo step, and its controls are gone")
        func paste() throws {
            let studio = try TmuxStudio.opened()
            try studio.paste("one\ntwo\nthree")
            try studio.wait("the rows are not there", forReport: { $0.prompt == "one\ntwo\nthree" })
            #expect(try studio.report().jobs.isEmpty)
            try studio.key("C-_")
            try studio.wait("one undo does not take it back", forReport: { $0.prompt.isEmpty })
            try studio.paste("a\u{1B}[31mb\u{7}c")
            try studio.see("a[31mbc")
            let styles = try studio.screen(withStyles: true)
            #expect(!styles.contains("\u{1B}[31m"))
        }

        @Test("15: a megabyte is asked about, n leaves the prompt as it was, y takes it")
        func largePaste() throws {
            let studio = try PlayedStudio(answers: PlayedStudio.plain)
            studio.type("before ")
            try studio.wait("the prompt", forReport: { $0.prompt == "before " })
            let text = String(repeating: "All work and no play. ", count: (1 << 20) / 22)
            for answer in ["n", "y"] {
                studio.type("\u{1B}[200~" + text + "\u{1B}[201~")
                try studio.wait("the question", forReport: { !$0.dialogs.isEmpty })
                #expect(try studio.report().prompt == "before ")
                studio.type(answer)
                try studio.wait("the answer", forReport: { $0.dialogs.isEmpty })
            }
            try studio.wait("the text", forReport: { $0.prompt.utf8.count == 7 + text.utf8.count })
            studio.type("\u{1F}")
            try studio.wait("undo", forReport: { $0.prompt == "before " })
        }

        @Test("17: wide and combining characters move the cursor by their columns")
        func wideCharacters() throws {
            let studio = try TmuxStudio.opened()
            let start = try #require(Int(try studio.ask("#{cursor_x}")))
            func cursorReaches(_ column: Int) throws {
                try studio.wait("the cursor is not at \(column)") { try studio.ask("#{cursor_x}") == String(column) }
            }
            try studio.type("漢字e\u{301}")
            try cursorReaches(start + 5)
            try studio.key("BSpace")
            try cursorReaches(start + 4)
            try studio.key("BSpace")
            try cursorReaches(start + 2)
            try studio.type(String(repeating: "字", count: 60))
            try studio.wait("60 wide characters are not shown") { try studio.screen().count { $0 == "字" } == 60 }
            // A row of wide characters ends before the border, or one column before it.
            for line in try studio.lines where line.contains("字") {
                #expect(line.hasPrefix("┃") || line.hasPrefix("="))
            }
        }

        /// Keys as bytes, and where they take the cursor in three rows of `one two`, from the end of the second: columns
        /// and rows from there.
        private static let cursorKeys: [(bytes: String, dx: Int, dy: Int)] = [
            ("\u{1B}OA", 0, -1), ("\u{1B}[A", 0, -1), ("\u{1B}OB", 0, 1), ("\u{1B}[B", 0, 1), ("\u{1B}OD", -1, 0),
            ("\u{1B}[D", -1, 0), ("\u{1B}[1;5D", -3, 0), ("\u{1B}[1~", -7, 0), ("\u{1B}[7~", -7, 0),
            ("\u{1B}[H", -7, 0),
            ("\u{1B}OH", -7, 0), ("\u{1B}b", -3, 0), ("\u{1}", -7, 0),
        ]

        /// The same from the start of the second row.
        private static let keysToTheRight: [(bytes: String, dx: Int)] = [
            ("\u{1B}[1;5C", 3), ("\u{1B}f", 3), ("\u{1B}OC", 1), ("\u{1B}[C", 1), ("\u{1B}[4~", 7), ("\u{1B}[8~", 7),
            ("\u{1B}[F", 7), ("\u{1B}OF", 7), ("\u{5}", 7),
        ]

        private static let lateAnswers = [
            "\u{1B}[?62;4c", "\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\", "\u{1B}]11;rgb:00/00/00\u{7}", "\u{1B}[6;18;9t",
            "\u{1B}P1+r524742=38\u{1B}\\", "\u{1B}[0n", "\u{1B}[?2026;2$y", "\u{1B}[?1;0;256S",
            "\u{1B}_Gi=31;OK\u{1B}\\",
            "\u{1B}P>|XTerm(379)\u{1B}\\", "\u{1B}[>84;0;0c", "\u{1B}[24;80R", "\u{1B}[99;99;99x",
        ]

        @Test("18: each form of a cursor key acts once, Esc alone leaves the text, late answers are not typed")
        func keysOfTerminals() throws {
            let studio = try PlayedStudio(answers: PlayedStudio.plain)
            let origin = try #require(try studio.report().cursor)
            studio.type("\u{1B}[200~one two\none two\none two\u{1B}[201~")
            try studio.wait("three rows", forReport: { $0.cursor?.x == origin.x + 7 && $0.cursor?.y == origin.y + 2 })
            func home(_ column: Int) throws {
                // Up or down to the second row, by keys that are tried themselves elsewhere in this list.
                let row = try #require(try studio.report().cursor).y - origin.y
                studio.type(row == 2 ? "\u{1B}[A" : row == 0 ? "\u{1B}[B" : "")
                studio.type(column == 0 ? "\u{1}" : "\u{5}")
                try studio.wait(
                    "back", forReport: { $0.cursor?.x == origin.x + column && $0.cursor?.y == origin.y + 1 })
            }
            func press(_ bytes: String, from column: Int, dx: Int, dy: Int = 0) throws {
                try home(column)
                studio.type(bytes)
                try studio.wait(
                    "\(bytes.debugDescription) once",
                    forReport: { $0.cursor?.x == origin.x + column + dx && $0.cursor?.y == origin.y + 1 + dy })
            }
            for (bytes, dx, dy) in Self.cursorKeys { try press(bytes, from: 7, dx: dx, dy: dy) }
            for (bytes, dx) in Self.keysToTheRight { try press(bytes, from: 0, dx: dx) }
            try home(7)
            for answer in Self.lateAnswers { studio.type(answer) }
            studio.type("!")
            try studio.wait("the answers swallowed", forReport: { $0.prompt == "one two\none two!\none two" })
            studio.type("\u{1B}")
            try studio.wait("Esc alone", forReport: { $0.focus == "params" })
        }

        @Test("28: a click focuses, the wheel scrolls without moving the focus, far columns count")
        func mouse() throws {
            let studio = try TmuxStudio()
            for _ in 0..<3 { try studio.makeDraft() }
            try studio.open(240, 60)
            try studio.wait("the newest draft", forReport: { $0.drafts.selected == 3 })
            let panes = try studio.report().panes
            func point(_ pane: String, dx: Int = 3, dy: Int = 2) throws -> (x: Int, y: Int) {
                let area = try #require(panes[pane])
                return (area.x + dx, area.y + dy)
            }
            func send(_ button: Int, _ at: (x: Int, y: Int), isRelease: Bool = false) throws {
                try studio.type("\u{1B}[<\(button);\(at.x + 1);\(at.y + 1)\(isRelease ? "m" : "M")")
            }
            let params = try point("params")
            try send(0, params)
            try send(0, params, isRelease: true)
            try studio.wait("the form has no focus", forReport: { $0.focus == "params" })
            let drafts = try #require(panes["drafts"])
            #expect(drafts.x + drafts.width > 224, "the list does not reach past column 223")
            let far = (x: drafts.x + drafts.width - 3, y: drafts.y + 2)
            for (button, draft) in [(65, 2), (65, 1), (64, 2), (64, 3)] {
                try send(button, far)
                try studio.wait(
                    "the list does not scroll", forReport: { $0.drafts.selected == draft && $0.focus == "params" })
            }
            try send(0, far)
            try studio.wait("the far pane has no focus", forReport: { $0.focus == "drafts" })
        }

        @Test("29: the palette runs what its letters find, help keeps the rows with the word")
        func paletteAndHelp() throws {
            let studio = try TmuxStudio.opened(100, 40)
            try studio.key("C-p")
            try studio.type("theme pap")
            try studio.key("Enter")
            try studio.wait("the theme is another", forReport: { $0.theme == "paper" })
            try studio.key("F1")
            try studio.see("Everywhere")
            try studio.type("/commit")
            try studio.gone("Next pane")
            #expect(try studio.screen().lowercased().contains("commit"))
        }
    }
}
