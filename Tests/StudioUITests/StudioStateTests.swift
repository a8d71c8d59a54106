import Foundation
import Generation
import StudioCore
import StudioUI
import TerminalKit
import Testing

@Suite("Keys and what follows")
struct StudioStateTests {
    @Test("Enter in the prompt makes a draft of what is written, with the seed shown")
    func draft() throws {
        var state = try Sample.state()
        state.type("a fox at dusk")
        let actions = state.press(.enter)
        guard case .submitDraft(let recipe, let preset) = try #require(actions.first) else {
            Issue.record("not a draft: \(actions)")
            return
        }
        #expect(recipe.prompt == "a fox at dusk")
        #expect(recipe.seed == state.form.seed)
        #expect(preset == "fox-2k")
        #expect(state.prompt.text == "a fox at dusk")
    }

    @Test("An empty prompt is refused with a message that stays until a key")
    func emptyPrompt() throws {
        var state = try Sample.state()
        let outcome1 = state.press(.enter)
        #expect(outcome1.isEmpty)
        #expect(state.message?.kind == .error)
        state.now = 100
        let outcome2 = state.expireMessage()
        #expect(!outcome2)
        state.type("x")
        #expect(state.message == nil)
    }

    @Test("Seeds differ from draft to draft until one is locked")
    func seeds() throws {
        var state = try Sample.state()
        state.type("fox")
        state.press(.enter)
        let first = state.form.seed
        state.press(.enter)
        #expect(state.form.seed != first)
        state.drafts.take([try Sample.draft(3, "fox", seed: 77)])
        state.press(.alt("5"), .character("="))
        #expect(state.form.seed == 77 && state.form.isSeedLocked)
        state.press(.control("g"))
        #expect(state.form.seed == 77)
    }

    @Test("Ctrl-J and Alt-Enter make a new line, Enter does not")
    func newline() throws {
        var state = try Sample.state()
        state.type("a")
        state.press(.control("j"))
        state.type("b")
        state.press(.special(.enter, .alt))
        #expect(state.prompt.text == "a\nb\n")
    }

    @Test("F4 and Ctrl-X Ctrl-E hand the text to the editor; what comes back is one undo step")
    func externalEditor() throws {
        for keys in [[Key.function(4)], [.control("x"), .control("e")]] {
            var state = try Sample.state()
            state.type("a fox")
            let actions = keys.flatMap { state.handle($0) }
            #expect(actions == [.editText("a fox")])
            let counted = state.textEdited("an owl\nat dusk\n")
            #expect(counted == [.countTokens])
            #expect(state.prompt.text == "an owl\nat dusk" && state.focus == .prompt)
            state.press(.control("_"))
            #expect(state.prompt.text == "a fox")
            let unchanged = state.textEdited("a fox\n")
            #expect(unchanged.isEmpty)
        }
    }

    @Test("After Ctrl-X another key means what it always does")
    func controlX() throws {
        var state = try Sample.state()
        state.press(.control("x"), .character("e"))
        #expect(state.prompt.text == "e")
        state.press(.control("x"), .enter)
        #expect(state.promptHistory.texts == ["e"])
    }

    @Test("F4 in the negative prompt edits that one")
    func externalEditorNegative() throws {
        var state = try Sample.state()
        state.press(.alt("n"))
        state.type("blur")
        let asked = state.press(.function(4))
        #expect(asked == [.editText("blur")])
        _ = state.textEdited("blur, noise")
        #expect(state.negative.text == "blur, noise" && state.prompt.isEmpty)
    }

    @Test("A paste never triggers a key, and one undo takes it back")
    func paste() throws {
        var state = try Sample.state()
        let actions = state.press(.paste("one\ntwo\nthree"))
        #expect(!actions.contains { if case .submitDraft = $0 { true } else { false } })
        #expect(state.prompt.text == "one\ntwo\nthree")
        state.press(.control("_"))
        #expect(state.prompt.isEmpty)
    }

    @Test("A paste above 64 KiB asks first; n leaves the prompt, y takes it")
    func largePaste() throws {
        var state = try Sample.state()
        state.type("x")
        let text = String(repeating: "word ", count: 20_000)
        state.press(.paste(text))
        #expect(state.prompt.text == "x")
        state.press(.character("n"))
        #expect(state.prompt.text == "x" && state.overlays.isEmpty)
        state.press(.paste(text))
        state.press(.character("y"))
        #expect(state.prompt.text == "x" + text)
    }

    @Test("Up on the first row walks the history, Down comes back to what was typed")
    func history() throws {
        var state = try Sample.state()
        state.promptHistory = PromptHistory(["newest", "older"])
        state.type("typed")
        state.press(.up)
        #expect(state.prompt.text == "newest")
        state.press(.up)
        #expect(state.prompt.text == "older")
        state.press(.up)
        #expect(state.prompt.text == "older")
        state.press(.down, .down)
        #expect(state.prompt.text == "typed")
    }

    @Test("Esc never stops a job, whatever has the focus", arguments: PaneKind.allCases)
    func escape(pane: PaneKind) throws {
        var state = try Sample.busy(120, 40)
        state.focus(on: pane)
        for _ in 0..<5 {
            let outcome3 = state.press(.escape)
            #expect(!outcome3.contains(.stopJob(15)))
        }
        #expect(state.runningJob?.state == .running)
        #expect(state.overlays.isEmpty)
    }

    @Test("Ctrl-C asks; y stops, a second Ctrl-C stops, Esc stays")
    func stop() throws {
        for answer in [Key.character("y"), .control("c")] {
            var state = try Sample.busy(80, 24)
            state.press(.control("c"))
            #expect(state.text.contains("Stop job 15?"))
            let outcome4 = state.press(answer)
            #expect(outcome4 == [.stopJob(15)])
            #expect(state.run?.phase == .stopping)
            state.jobStopped(15, draft: nil)
            #expect(state.text.contains("stopped"))
        }
        var state = try Sample.busy(80, 24)
        state.press(.control("c"), .escape)
        #expect(state.overlays.isEmpty && state.runningJob != nil)
    }

    @Test("A question about a job that ends meanwhile goes away")
    func questionEnds() throws {
        var state = try Sample.busy(80, 24)
        state.press(.control("c"))
        state.jobFailed(15, draft: nil, "The disk is full.")
        #expect(state.overlays.isEmpty)
        #expect(state.text.contains("! The disk is full."))
    }

    @Test("A long failure is read whole in the steps pane")
    func longFailure() throws {
        var state = try Sample.busy(80, 24)
        let reason =
            "31 GiB are needed and 22 GiB are available. Choose a smaller size, fewer frames or another precision."
        state.jobFailed(15, draft: nil, reason)
        let shown = state.lines[16...].joined(separator: " ").split(whereSeparator: { $0 == " " || $0 == "│" })
        #expect(shown.joined(separator: " ").contains("fewer frames or another precision."))
    }

    @Test("q quits at once without a job and asks with one")
    func quit() throws {
        var idle = try Sample.state()
        idle.press(.escape)
        let outcome5 = idle.press(.character("q"))
        #expect(outcome5 == [.quit])
        var busy = try Sample.busy(80, 24)
        busy.press(.escape)
        let outcome6 = busy.press(.character("q"))
        #expect(outcome6.isEmpty)
        #expect(busy.text.contains("Quit?"))
        let outcome7 = busy.press(.character("s"))
        #expect(outcome7 == [.quit])
    }

    @Test("Ctrl-C without a job asks before it quits")
    func controlCIdle() throws {
        var state = try Sample.state()
        let first = state.press(.control("c"))
        #expect(first.isEmpty)
        #expect(state.text.contains("Quit?"))
        let second = state.press(.control("c"))
        #expect(second == [.quit])
    }

    @Test("The picture on the whole screen has the preview's keys and goes back with Esc")
    func fullPicture() throws {
        var state = try Sample.busy(80, 24)
        state.press(.function(3))
        #expect(state.layout.panes.count == 1 && state.focus == .preview)
        state.press(.character(" "))
        #expect(!state.preview.isPlaying)
        state.press(.escape)
        #expect(state.focus == .prompt && state.layout.panes.count == 4)
    }

    @Test("Digits go to panes outside the prompt and are typed inside it")
    func digits() throws {
        var state = try Sample.state(120, 40)
        state.type("5")
        #expect(state.prompt.text == "5" && state.focus == .prompt)
        state.press(.escape, .character("5"))
        #expect(state.focus == .drafts)
    }

    @Test("Ctrl-T shows the dialog first and commits at once later")
    func commit() throws {
        var state = try Sample.state(120, 40)
        state.drafts.take([try Sample.draft(1, "a fox")])
        let outcome8 = state.press(.control("t"))
        #expect(outcome8 == [.estimate])
        #expect(state.text.contains("Commit draft 1"))
        state.press(.up, .up, .up, .up, .up)
        state.press(.left)
        let outcome9 = state.press(.enter)
        guard case .submitCommit(let choice) = try #require(outcome9.first) else {
            Issue.record("no commit")
            return
        }
        #expect(choice.draft == 1)
        #expect(choice.hr.size.width < 2560)
        #expect(choice.fileName.hasSuffix("-41877-2k.mp4"))
        let outcome10 = state.press(.control("t"))
        guard case .submitCommit = try #require(outcome10.first) else {
            Issue.record("the dialog came again")
            return
        }
    }

    @Test("A job keeps its recipe while the prompt changes")
    func snapshot() throws {
        var state = try Sample.busy(80, 24)
        let before = state.run?.recipe
        state.type(" and an owl")
        state.press(.tab, .right)
        #expect(state.run?.recipe == before)
    }

    @Test("e loads prompt and settings of a draft")
    func loadRecipe() throws {
        var state = try Sample.state(120, 40)
        var entry = try Sample.draft(4, "an owl at night", seed: 9)
        entry.recipe.lr.steps = 30
        state.drafts.take([entry])
        state.press(.alt("5"), .character("e"))
        #expect(state.prompt.text == "an owl at night")
        #expect(state.form.values.lr.steps == 30)
        #expect(state.form.seed == 9)
        #expect(state.form.isChanged(.lrSteps))
    }

    @Test("The filter of the drafts narrows the list and Esc clears it")
    func filter() throws {
        var state = try Sample.state(120, 40)
        state.drafts.take([
            try Sample.draft(1, "a fox", seed: 12), try Sample.draft(2, "an owl", seed: 13),
            try Sample.draft(3, "a fox and an owl", seed: 127),
        ])
        state.press(.alt("5"), .character("/"))
        state.type("seed:12")
        #expect(state.text.contains("2 of 3"))
        state.press(.enter)
        state.press(.escape)
        #expect(state.text.contains("3 of 3"))
    }

    @Test("The palette finds actions and themes by letters in order")
    func palette() throws {
        var state = try Sample.state()
        state.press(.control("p"))
        state.type("theme pap")
        let outcome11 = state.press(.enter)
        #expect(outcome11 == [.setTheme("paper")])
        #expect(state.overlays.isEmpty)
        state.press(.control("p"))
        state.type("negative")
        state.press(.enter)
        #expect(state.isNegativeOpen)
    }

    @Test("Help filters its rows")
    func help() throws {
        var state = try Sample.state(80, 24)
        state.press(.function(1), .character("/"))
        state.type("commit")
        #expect(state.text.contains("Commit the selected draft"))
        #expect(!state.text.contains("Next pane"))
        state.press(.escape, .escape)
        #expect(state.overlays.isEmpty)
    }

    @Test("The theme picker goes back with Esc")
    func themes() throws {
        var state = try Sample.state()
        state.press(.control("p"))
        state.type("choose theme")
        state.press(.enter)
        let outcome12 = state.press(.down)
        #expect(outcome12 == [.setTheme("ember")])
        let outcome13 = state.press(.escape)
        #expect(outcome13 == [.setTheme("terminal")])
    }

    @Test("Focus, scroll and text survive a small screen and come back")
    func resize() throws {
        var state = try Sample.busy(120, 40)
        state.press(.alt("6"))
        state.resize(width: 50, height: 12)
        state.resize(width: 80, height: 24)
        #expect(state.focus == .queue)
        #expect(state.layout.panes[.queue] != nil)
        state.resize(width: 120, height: 40)
        #expect(state.focus == .queue && state.runningJob != nil)
    }

    @Test("Tab goes through every pane on the screen and back", arguments: [(80, 24), (120, 40), (200, 60), (60, 16)])
    func tab(size: (Int, Int)) throws {
        var state = try Sample.state(size.0, size.1)
        let count = state.layout.order.count
        var seen: Set<PaneKind> = []
        for _ in 0..<count {
            seen.insert(state.focus)
            state.press(.tab)
        }
        #expect(state.focus == .prompt)
        #expect(seen.count == count)
        state.press(.backTab, .tab)
        #expect(state.focus == .prompt)
    }

    @Test("Values round, refuse and go back to the preset")
    func form() throws {
        var form = ParametersForm(try Sample.preset(), seed: 1)
        let frames = try form.set(.frames, to: "100")
        #expect(frames == "100 frames rounded to 97")
        let size = try form.set(.lrSize, to: "500x280")
        #expect(size == "500x280 rounded to 512x288")
        #expect(throws: StudioError.self) { _ = try form.set(.hrSize, to: "1000x1000") }
        #expect(throws: StudioError.self) { _ = try form.set(.lrSteps, to: "0") }
        form.reset(.frames)
        #expect(!form.isChanged)
        form.step(.lrSize, by: 1)
        #expect(RecipeLimits.fits(form.values.hr.size, draft: form.values.lr.size))
    }

    @Test("10,000 random keys never break the screen")
    func storm() throws {
        var state = try Sample.busy(80, 24)
        var random = UInt64.random(in: 1...UInt64.max)
        let seed = random
        func next(_ bound: Int) -> Int {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return Int(random % UInt64(bound))
        }
        let bound = KeyBindings.standard.flatMap(\.keys)
        for index in 0..<10_000 {
            let key: Key
            switch next(10) {
            case 0: key = .character(Character(UnicodeScalar(UInt8(32 + next(94)))))
            case 1: key = .mouse(.init(kind: .press, button: .left, x: next(220), y: next(70)))
            case 2: key = .mouse(.init(kind: .wheelDown, x: next(220), y: next(70)))
            case 3: key = .paste("漢字\ne\u{301}")
            case 4: key = .escape
            default: key = bound[next(bound.count)]
            }
            _ = state.handle(key)
            state.now += 0.01
            if next(50) == 0 { state.resize(width: 20 + next(200), height: 5 + next(65)) }
            if index % 20 == 0 {
                let canvas = StudioView.draw(state).canvas
                #expect(canvas.lines.count == state.height, "seed \(seed)")
            }
        }
    }
}
