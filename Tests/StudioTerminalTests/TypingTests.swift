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

        /// Keys as bytes, and where they take the cursor in `one two`, from its end at column 7.
        private static let cursorKeys: [(bytes: String, column: Int)] = [
            ("\u{1B}OD", 6), ("\u{1B}[D", 6), ("\u{1B}[1;5D", 4), ("\u{1B}[1~", 0), ("\u{1B}[H", 0), ("\u{1B}OH", 0),
            ("\u{1B}b", 4), ("\u{1}", 0),
        ]

        @Test("18: each form of a cursor key acts once, Esc alone leaves the text, late answers are not typed")
        func keysOfTerminals() throws {
            let studio = try PlayedStudio(answers: PlayedStudio.plain)
            let start = try #require(try studio.report().cursor?.x)
            studio.type("one two")
            for (bytes, column) in Self.cursorKeys {
                studio.type("\u{5}")
                try studio.wait("the end", forReport: { $0.cursor?.x == start + 7 })
                studio.type(bytes)
                try studio.wait("\(bytes.debugDescription) once", forReport: { $0.cursor?.x == start + column })
            }
            studio.type(
                "\u{1B}[?62;4c\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\\u{1B}[6;18;9t\u{1B}P1+r524742=38\u{1B}\\\u{1B}[0n")
            studio.type("\u{5}!")
            try studio.wait("the answers swallowed", forReport: { $0.prompt == "one two!" })
            studio.type("\u{1B}")
            try studio.wait("Esc alone", forReport: { $0.focus == "params" })
        }

        @Test("28: a click focuses, the wheel scrolls without moving the focus, far columns count")
        func mouse() throws {
            let studio = try TmuxStudio.opened(240, 60, with: .draft("a fox"))
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
            try send(64, (drafts.x + drafts.width - 3, drafts.y + 2))
            #expect(try studio.report().focus == "params")
            try send(0, (drafts.x + drafts.width - 3, drafts.y + 2))
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
