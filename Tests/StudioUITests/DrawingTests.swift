import Generation
import StudioCore
import StudioUI
import TerminalKit
import Testing

@Suite("Drawing")
struct DrawingTests {
    static let sizes = [(80, 24), (120, 40), (200, 60), (60, 16), (99, 29), (150, 45)]

    @Test("Rows are exactly as wide as the screen, with wide characters too", arguments: sizes)
    func widths(size: (Int, Int)) throws {
        var state = try Sample.busy(size.0, size.1)
        state.prompt = TextEditor(String(repeating: "漢字 e\u{301} 🦊 ", count: 40))
        let lines = state.lines
        #expect(lines.count == size.1)
        for line in lines { #expect(TextWidth.width(of: line) == size.0) }
    }

    @Test("Every frame is closed: corners stand where the layout has them", arguments: sizes, BorderKind.allCases)
    func frames(size: (Int, Int), borders: BorderKind) throws {
        guard borders != .none else { return }
        let state = try Sample.busy(size.0, size.1, borders: borders)
        let canvas = StudioView.draw(state).canvas
        for (kind, rect) in state.layout.panes {
            let corners = [
                canvas[rect.x, rect.y], canvas[rect.endX - 1, rect.y], canvas[rect.x, rect.endY - 1],
                canvas[rect.endX - 1, rect.endY - 1],
            ].map(\.text)
            let isFocused = kind == state.focus
            let expected: [String] =
                borders == .ascii
                ? ["+", "+", "+", "+"] : isFocused ? ["┏", "┓", "┗", "┛"] : ["┌", "┐", "└", "┘"]
            #expect(corners == expected, "\(kind)")
            for y in rect.y + 1..<rect.endY - 1 {
                let side = borders == .ascii ? "|" : isFocused ? "┃" : "│"
                #expect(canvas[rect.x, y].text == side && canvas[rect.endX - 1, y].text == side, "\(kind) row \(y)")
            }
        }
    }

    @Test("Every pane names itself and shows its facts", arguments: [(120, 40), (200, 60)])
    func titles(size: (Int, Int)) throws {
        let text = try Sample.busy(size.0, size.1).text
        for words in [
            "Prompt", "14 words", "preset: fox-2k", "Preview   draft 2", "step 6/8", "eta 6s (5-7s)", "Drafts",
            "2 of 2", "Queue", "15 draft", "RAM 5.0/24 GiB", "disk 212 GiB", "F1 ? help", "fox, snow ridge, slow",
            "0.70", "0.900", "guidance 1", "2560x1440", "41877",
        ] { #expect(text.contains(words), "\(words)") }
    }

    @Test("The screen of 200x60 has all eight panes")
    func large() throws {
        let state = try Sample.busy(200, 60)
        #expect(Set(state.layout.panes.keys) == Set(PaneKind.allCases))
        #expect(state.text.contains("Presets") && state.text.contains("Log"))
    }

    @Test("80x24 while a draft runs looks as drawn here")
    func smallSnapshot() throws {
        let shown = try Sample.busy(80, 24).lines.map { $0.trimmingSuffix() }
        #expect(shown == Self.busy80x24, "\n\(shown.joined(separator: "\n"))")
    }

    static let busy80x24 = [
        " turbo2k  1Prompt 2Params 3Preview 4Steps 5Drafts 6Queue 7Presets 8Log",
        "┏━ Prompt ━━━━━━━━━━━━━━━━━━━━ 14 w ━┓┌─ Preview   draft 2 ────────────────────┐",
        "┃ A fox crosses a snowy ridge at     ┃│::::::::::::::::::::::::::::::::::::::::│",
        "┃ sunset, slow dolly in, warm rim    ┃│::::::::::::::::::::::::::::::::::::::::│",
        "┃ light                              ┃│::::::::::::::::::::::::::::::::::::::::│",
        "┃                                    ┃│::::::::::::::::::::::::::::::::::::::::│",
        "┃                                    ┃│::::::::::::::::::::::::::::::::::::::::│",
        "┃ neg: (none)                  Alt-N ┃│::::::::::::::::::::::::::::::::::::::::│",
        "┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛│::::::::::::::::::::::::::::::::::::::::│",
        "┌─ Params ────────── preset: fox-2k ─┐│::::::::::::::::::::::::::::::::::::::::│",
        "│ Draft   512x288 121f 24fps 8 st    ││::::::::::::::::::::::::::::::::::::::::│",
        "│ Commit  2560x1440          4 st    ││::::::::::::::::::::::::::::::::::::::::│",
        "│ Seed    41877 new       cfg 1   1  ││::::::::::::::::::::::::::::::::::::::::│",
        "│ Model   nano     auto  count 1     ││::::::::::::::::::::::::::::::::::::::::│",
        "│ Needs   not known yet              ││ ▶   1/121  0:00.0/0:05.0  [..........] │",
        "└────────────────────────────────────┘└────────────────────────────────────────┘",
        "┌─ Steps   draft 15 ─────────────────── step 6/8   eta 6s (5-7s)   since 4.0s ─┐",
        "│ sample 4.0s   decode -   encode -                                            │",
        "│ [###########################.........................................]   40% │",
        "│  1 0.70s  2 0.70s  3 0.70s  4 0.70s  5 0.70s  6 ....   7 ....   8 ....       │",
        "│ s/step median 0.70 p90 0.70   attention 30% linear 60%   x0 change 0.10      │",
        "└──────────────────────────────────────────────────────────────────────────────┘",
        "                                                                  1 job running",
        " Enter draft  ^T commit draft 2  ^C stop  Tab pane  ^P actions  F1 ? help",
    ]

    @Test("ASCII borders leave nothing but ASCII on the screen", arguments: sizes)
    func asciiOnly(size: (Int, Int)) throws {
        var state = try Sample.busy(size.0, size.1, borders: .ascii)
        #expect(state.text.allSatisfy { $0.isASCII })
        state.press(.control("t"))
        #expect(state.text.allSatisfy { $0.isASCII })
        state.press(.escape, .function(1))
        #expect(state.text.allSatisfy { $0.isASCII })
    }

    @Test("A terminal that is too small says what it needs and how the job stands")
    func tooSmall() throws {
        let text = try Sample.busy(50, 12).text
        #expect(text.contains("Studio needs 60x16, this is 50x12. Job 15 step"))
        #expect(text.contains("6/8"))
        #expect(text.contains("eta 6s"))
    }

    @Test("The job line is on every pane of a single-pane screen")
    func single() throws {
        var state = try Sample.busy(60, 16)
        for pane in PaneKind.allCases {
            state.press(.alt(Character(String(pane.rawValue))))
            #expect(state.layout.panes.keys.first == pane)
            #expect(state.text.contains("job 15 draft 6/8 ["))
        }
    }

    @Test("Where a step has room its row shows how its time was split, with or without a table")
    func splitSteps() throws {
        #expect(try Sample.busy(120, 40).text.contains("0.70s  sigma 0.900 aaaalllllllo"))
        #expect(try Sample.busy(200, 60).text.contains("aaaaaallllllllllllo"))
        #expect(try !Sample.busy(80, 24).text.contains("aaaa"))
    }

    @Test("The picture's cells are no-break spaces, and a dialog leaves no picture rectangle")
    func picture() throws {
        var state = try Sample.busy(120, 40)
        let drawing = StudioView.draw(state)
        let rect = try #require(drawing.picture)
        for y in rect.y..<rect.endY {
            for x in rect.x..<rect.endX { #expect(drawing.canvas[x, y].text == "\u{A0}") }
        }
        state.press(.control("p"))
        #expect(StudioView.draw(state).picture == nil)
    }

    @Test("The cursor stands in the prompt, and in a dialog while one is open")
    func cursor() throws {
        var state = try Sample.state(80, 24)
        state.type("漢字e\u{301}")
        #expect(StudioView.draw(state).canvas.cursor == CanvasPoint(x: 2 + 5, y: 2))
        state.press(.control("p"))
        let cursor = try #require(StudioView.draw(state).canvas.cursor)
        #expect(cursor.y > 2)
        state.press(.escape, .escape)
        #expect(state.focus == .params)
    }

    @Test("Memory that does not suffice is said in the form and in the dialog")
    func tooLarge() throws {
        var state = try Sample.busy(120, 40)
        state.commitEstimate = FormEstimate(neededBytes: 31 << 30, availableBytes: 22 << 30, diskBytes: 61 << 20)
        #expect(state.text.contains("31 GiB  too large"))
        state.press(.control("t"))
        #expect(state.text.contains("Commit draft 2"))
        let outcome1 = state.press(.enter)
        #expect(outcome1.isEmpty)
        #expect(state.text.contains("Not started: 2560x1440, 121 frames needs about 31 GiB"))
        #expect(state.text.contains("No size fits."))
        let size = VideoSize(width: 2048, height: 1152)
        state.commitEstimate?.fittingSize = .init(size: size, neededBytes: 20 << 30)
        state.commitEstimate?.fittingWeights = .init(size: state.form.values.hr.size, neededBytes: 21 << 30)
        #expect(state.text.contains("Would fit: s 2048x1152 (20 GiB)   p int8 weights (21 GiB)"))
        var smaller = state
        let asked = smaller.press(.character("s"))
        #expect(asked == [.estimate] && smaller.recipeToEstimate.hr.size == size)
        #expect(!smaller.text.contains("Not started"))
        let actions = state.press(.character("!"))
        guard case .submitCommit(let choice) = try #require(actions.first) else {
            Issue.record("not a commit: \(actions)")
            return
        }
        #expect(choice.draft == 2)
    }

    @Test("The short estimate of a small screen is never cut", arguments: [9.0, 2.4, 98, 4000])
    func shortEstimate(seconds: Double) throws {
        var state = try Sample.busy(80, 24)
        state.commitEstimate = FormEstimate(
            time: .init(seconds: seconds, low: seconds, high: seconds, runs: 5, basis: ""),
            neededBytes: 31 << 30, availableBytes: 22 << 30)
        #expect(state.text.contains("31/22 GiB") && state.text.contains("too large"))
    }

    @Test("An estimate from few runs says about, none says not known yet")
    func estimates() throws {
        var state = try Sample.state(120, 40)
        #expect(state.text.contains("not known yet"))
        state.draftEstimate = FormEstimate(
            time: .init(seconds: 8, low: 7, high: 9, runs: 1, basis: ""), neededBytes: 2 << 30, availableBytes: 24 << 30
        )
        #expect(state.text.contains("about 8s (7-9s)"))
        state.draftEstimate?.time?.runs = 3
        #expect(!state.text.contains("about 8"))
    }
}

extension String {
    /// Without blanks at the end.
    fileprivate func trimmingSuffix() -> String {
        var text = self[...]
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
