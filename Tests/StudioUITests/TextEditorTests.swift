import StudioUI
import TerminalKit
import Testing

@Suite("Text editor")
struct TextEditorTests {
    @Test("A combining mark joins the letter before it and is deleted with it")
    func combiningMark() {
        var editor = TextEditor()
        for character in "漢字e\u{301}".unicodeScalars.map(Character.init) { editor.type(character) }
        #expect(editor.characters.count == 3)
        #expect(editor.text == "漢字e\u{301}")
        editor.deleteBackward()
        #expect(editor.text == "漢字")
        editor.deleteBackward()
        #expect(editor.text == "漢")
    }

    @Test("A family of emoji is one character")
    func emoji() {
        var editor = TextEditor("a👨‍👩‍👧b")
        editor.moveLeft()
        editor.deleteBackward()
        #expect(editor.text == "ab")
    }

    @Test("Undo takes back a typed word as one, redo brings it back")
    func undoWord() {
        var editor = TextEditor()
        for character in "red fox" { editor.type(character) }
        editor.undo()
        #expect(editor.text == "red ")
        editor.undo()
        editor.undo()
        #expect(editor.isEmpty)
        editor.redo()
        editor.redo()
        editor.redo()
        #expect(editor.text == "red fox")
        #expect(editor.cursor == 7)
    }

    @Test("A paste is one undo step, its CR and CRLF are line ends, its controls are gone")
    func paste() {
        var editor = TextEditor("x")
        editor.paste("one\rtwo\r\nthree\u{1B}[31m\u{7}\tz")
        #expect(editor.text == "xone\ntwo\nthree[31m z")
        editor.undo()
        #expect(editor.text == "x")
    }

    @Test("Undo after moving away does not join later typing")
    func undoAfterMove() {
        var editor = TextEditor()
        for character in "ab" { editor.type(character) }
        editor.moveLeft()
        editor.type("x")
        editor.undo()
        #expect(editor.text == "ab")
    }

    @Test("Five hundred changes are kept")
    func undoLimit() {
        var editor = TextEditor()
        for _ in 0..<600 { editor.type(" ") }
        for _ in 0..<700 { editor.undo() }
        #expect(editor.characters.count == 100)
    }

    @Test("Kill and yank work on words and lines")
    func kill() {
        var editor = TextEditor("a red fox")
        editor.killWordBackward()
        #expect(editor.text == "a red ")
        editor.moveToLineStart()
        editor.yank()
        #expect(editor.text == "foxa red ")
        editor.killToLineEnd()
        #expect(editor.text == "fox")
        editor.killToLineStart()
        #expect(editor.isEmpty)
    }

    @Test("Random edits undo to the beginning and redo to the end")
    func randomEdits() {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &random)
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        var editor = TextEditor("start\nof 漢字")
        let first = editor.text
        let alphabet: [Character] = ["a", " ", "\n", "漢", "\u{301}", "e", "🇩🇪", "\u{200D}", "👩"]
        for _ in 0..<300 {
            switch next(8) {
            case 0: editor.deleteBackward()
            case 1: editor.deleteForward()
            case 2: editor.moveCursor(to: next(editor.characters.count + 1))
            case 3: editor.killWordBackward()
            case 4: editor.yank()
            default: editor.type(alphabet[next(alphabet.count)])
            }
            #expect((0...editor.characters.count).contains(editor.cursor), "seed \(seed)")
            #expect(Array(editor.text) == editor.characters, "seed \(seed)")
        }
        let last = editor.text
        while editor.canUndo { editor.undo() }
        #expect(editor.text == first, "seed \(seed)")
        while editor.canRedo { editor.redo() }
        #expect(editor.text == last, "seed \(seed)")
    }

    @Test("One-line fields take line ends as spaces")
    func oneLine() {
        var editor = TextEditor(isMultiline: false)
        editor.paste("a\nb")
        #expect(editor.text == "a b")
    }
}

@Suite("Text layout")
struct TextLayoutTests {
    @Test("Wide characters wrap whole and leave the odd column blank", arguments: [7, 8, 9])
    func wideCharacters(width: Int) {
        let layout = TextLayout(Array(repeating: "漢", count: 60), width: width)
        for row in layout.rows.indices.dropLast() {
            #expect(TextWidth.width(of: layout.text(ofRow: row)) == width / 2 * 2)
        }
        #expect(layout.rows.reduce(0) { $0 + $1.count } == 60)
    }

    @Test("Every cursor place is in one row, below the width, and comes back from its cell")
    func positions() {
        let characters = Array("A fox crosses a snowy ridge at sunset,\nslow dolly in 漢字漢字漢字 averyveryverylongword x")
        let layout = TextLayout(characters, width: 12)
        for index in 0...characters.count {
            let place = layout.position(of: index)
            #expect(place.column < 12)
            #expect(layout.rows.indices.contains(place.row))
            let isHanging = index > 0 && index < characters.count && place.column == 11
            if !isHanging { #expect(layout.index(row: place.row, column: place.column) == index) }
        }
    }

    @Test("Up and down keep the column over short rows")
    func verticalMoves() {
        var editor = TextEditor("longer row\nx\nanother row")
        let up = (0..<3).map { _ in editor.moveVertically(by: -1, width: 40) }
        #expect(up == [true, true, false])
        #expect(editor.cursor == 10)
        let down = (0..<3).map { _ in editor.moveVertically(by: 1, width: 40) }
        #expect(down == [true, true, false])
        #expect(editor.cursor == "longer row\nx\nanother row".count)
    }

    @Test("Shift with arrows selects; typing, Backspace and Ctrl-W take what is selected")
    func selection() throws {
        func selected() throws -> StudioState {
            var state = try Sample.state()
            state.type("red fox")
            state.press(.special(.left, .shift), .special(.left, .shift), .special(.left, .shift))
            #expect(state.prompt.selectedText == "fox")
            return state
        }
        var typed = try selected()
        typed.type("owl")
        #expect(typed.prompt.text == "red owl" && typed.prompt.selection == nil)
        var deleted = try selected()
        deleted.press(.backspace)
        #expect(deleted.prompt.text == "red ")
        var cut = try selected()
        cut.press(.control("w"), .home, .control("y"))
        #expect(cut.prompt.text == "foxred ")
        var left = try selected()
        left.press(.left)
        #expect(left.prompt.cursor == 4 && left.prompt.selection == nil)
        var undone = try selected()
        undone.press(.backspace, .control("_"))
        #expect(undone.prompt.text == "red fox" && undone.prompt.selection == nil)
    }

    @Test("Alt-W copies the selection and leaves it; without one it says how to select")
    func copy() throws {
        var state = try Sample.state()
        state.type("red fox")
        let nothing = state.press(.alt("w"))
        #expect(nothing.isEmpty && state.message?.text.contains("Shift with the arrows") == true)
        state.press(.special(.home, .shift))
        let copied = state.press(.alt("w"))
        #expect(copied == [.copy("red fox")] && state.prompt.selectedText == "red fox")
    }

    @Test("Shift-Up and Shift-Down select by rows as shown")
    func selectionByRows() throws {
        var state = try Sample.state()
        state.press(.paste("one\ntwo\nthree"), .special(.up, .shift))
        #expect(state.prompt.selectedText == "\nthree")
        state.press(.special(.down, .shift))
        #expect(state.prompt.selection == nil)
    }

    @Test("The selected cells look selected, wide characters whole")
    func selectionDrawing() throws {
        var state = try Sample.state()
        state.type("a漢")
        state.press(.special(.left, .shift))
        let canvas = StudioView.draw(state).canvas
        let styles = (2...5).map { canvas[$0, 2].style }
        let selection = state.look.selection
        #expect(styles == [state.look.text, selection, selection, state.look.text])
    }
}
