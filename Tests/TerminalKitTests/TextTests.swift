import TerminalKit
import TestSupport
import Testing

struct CellWidthTests {
    @Test(
        "Columns of clusters",
        arguments: [
            ("a", 1), ("é", 1), ("e\u{301}", 1), ("漢", 2), ("한", 2), ("あ", 2), ("！", 2), ("😀", 2), ("🦊", 2), ("─", 1),
            ("█", 1), ("\u{A0}", 1), ("\u{301}", 1), ("❤\u{FE0F}", 1), ("🇩🇪", 2), ("👩‍👩‍👧", 2), ("👍🏽", 2), ("\t", 1),
            ("\n", 0),
            ("\r\n", 0), ("\u{7}", 0), ("\u{202E}", 5), ("\u{10EEEE}", 1), ("\u{1FB00}", 1), ("ก\u{E31}", 1),
        ] as [(Character, Int)])
    func width(character: Character, columns: Int) {
        #expect(CellWidth.width(of: character) == columns)
    }

    @Test("Joined emoji show the first, long clusters five code points, marks of direction a tag")
    func shown() {
        #expect(Shown("👩‍👩‍👧").pieces.map(\.text) == ["👩"])
        let stacked = Character("e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}")
        #expect(Shown(stacked).pieces.map { $0.text.unicodeScalars.count } == [5])
        #expect(Shown("\u{202E}").pieces.map(\.text).joined() == "<RLO>")
        #expect(Shown("\u{1B}").pieces.isEmpty)
        // Some terminals would take two columns for the first and one for the second, and ncurses one and two.
        #expect(Shown("❤\u{FE0F}").pieces == [Shown("❤").pieces[0]])
        #expect(Shown("⌚\u{FE0E}").pieces == [Shown("⌚").pieces[0]])
    }
}

struct TextWidthTests {
    @Test(
        "Text is cut at columns and marked",
        arguments: [
            ("fox", 3, "fox"), ("foxes", 3, "fo…"), ("漢字漢字", 8, "漢字漢字"), ("漢字漢字", 7, "漢字漢…"), ("漢字漢字", 6, "漢字…"),
            ("漢字", 1, "…"), ("fox", 0, ""), ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ])
    func cut(text: String, columns: Int, expected: String) {
        #expect(TextWidth.cut(text, to: columns) == expected)
    }

    @Test("A cut never takes more than its columns")
    func cutFits() {
        var random = SeededGenerator(seed: 3)
        let alphabet: [Character] = ["a", "漢", "e\u{301}", "🦊", " ", "\u{202E}", "\n"]
        for _ in 0..<500 {
            let text = String(
                (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                })
            for columns in 0...14 {
                #expect(TextWidth.width(of: TextWidth.cut(text, to: columns)) <= columns)
                #expect(TextWidth.width(of: TextWidth.cutStart(text, to: columns)) <= columns)
                #expect(TextWidth.width(of: TextWidth.fit(text, to: columns)) == columns)
            }
        }
    }

    @Test("The end can be kept instead")
    func cutStart() {
        #expect(TextWidth.cutStart("~/Videos/fox.mp4", to: 8) == "…fox.mp4")
        #expect(TextWidth.fit("ab", to: 5, alignment: .right) == "   ab")
        #expect(TextWidth.fit("ab", to: 5, alignment: .center) == " ab  ")
    }
}

struct TextWrapTests {
    @Test(
        "Rows break at words",
        arguments: [
            ("", 5, [""]), ("a fox", 5, ["a fox"]), ("a fox crosses", 6, ["a fox", "crosse", "s"]),
            ("a fox ran", 6, ["a fox", "ran"]), ("one\ntwo\n", 9, ["one", "two", ""]),
            ("abcdefgh", 3, ["abc", "def", "gh"]),
            ("漢字漢字", 5, ["漢字", "漢字"]), ("ab cd ef", 5, ["ab cd", "ef"]),
        ])
    func lines(text: String, columns: Int, expected: [String]) {
        #expect(TextWrap.lines(text, columns: columns) == expected)
    }

    @Test("The rows hold every character once and fit")
    func rowsCover() {
        var random = SeededGenerator(seed: 5)
        let alphabet: [Character] = ["a", "b", "漢", " ", " ", "\n", "é", "🦊"]
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let columns = Int.random(in: 2...20, using: &random)
            let rows = TextWrap.rows(of: text, columns: columns)
            #expect(rows.first?.lowerBound == 0)
            #expect(rows.last?.upperBound == text.count)
            for (row, next) in zip(rows, rows.dropFirst()) { #expect(row.upperBound == next.lowerBound) }
            for line in TextWrap.lines(String(text), columns: columns) {
                #expect(TextWidth.width(of: line) <= columns)
            }
        }
    }
}
