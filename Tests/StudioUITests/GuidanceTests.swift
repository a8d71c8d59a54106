import Foundation
import Generation
import StudioCore
import StudioUI
import TerminalKit
import Testing

/// What the screen tells to do next.
struct GuidanceTests {
    private func keyLine(_ state: StudioState) throws -> String { try #require(state.lines.last) }

    @Test("Under a dialog the key line names the dialog's keys, not those of the pane below")
    func dialogs() throws {
        var state = try Sample.busy(80, 24)
        state.focus(on: .preview)
        #expect(try keyLine(state).contains("[ ] draft"))
        state.press(.control("t"))
        #expect(try keyLine(state).contains("↑ ↓ choose  ← → change  Enter commit  s type a seed  Esc back"))
        #expect(try !keyLine(state).contains("Space"))
        state.press(.up)
        #expect(try keyLine(state).contains("Enter type a seed"))
        state.press(.enter)
        #expect(try keyLine(state).contains("Enter take it  Esc back"))
        state.press(.escape, .escape, .control("c"))
        #expect(try keyLine(state).contains("y stop it  e at the end of the step"))
        state.press(.escape, .control("p"))
        #expect(try keyLine(state).contains("letters find"))
    }

    @Test("Arrows are words where the screen has only ASCII")
    func ascii() throws {
        var state = try Sample.state(80, 24, borders: .ascii)
        state.focus(on: .params)
        #expect(try keyLine(state).contains("Left Right change"))
        #expect(state.text.allSatisfy { $0.isASCII || $0 == "…" })
    }

    @Test("A cursor stands in every dialog, for magnifiers and readers")
    func cursors() throws {
        for keys: [Key] in [[.control("t")], [.control("p")], [.control("c")], [.function(1), .character("/")]] {
            var state = try Sample.busy(80, 24)
            state.focus(on: .drafts)
            keys.forEach { state.press($0) }
            #expect(StudioView.draw(state).canvas.cursor != nil, "\(keys)")
        }
    }

    @Test("Comparing says what is seen and what comes next")
    func comparing() throws {
        var state = try Sample.busy(80, 24)
        state.focus(on: .preview)
        state.press(.character("a"))
        #expect(state.message?.text.contains("[ or ]") == true)
        state.press(.character("b"))
        #expect(state.message?.text.contains("A itself") == true && !state.preview.isComparing)
        state.preview.show(Sample.clip(.draft(1)), now: 0)
        state.press(.character("b"))
        #expect(state.message?.text.contains("take turns") == true)
        #expect(try keyLine(state).contains("b difference  Esc B alone"))
        state.press(.character("b"))
        #expect(state.preview.showsDifference && state.message?.text.contains("Grey is equal") == true)
    }

    @Test("The ends of the list of drafts are said")
    func endsOfDrafts() throws {
        var state = try Sample.busy(80, 24)
        state.focus(on: .preview)
        let newest = state.press(.character("]"))
        #expect(newest.isEmpty && state.message?.text == "Draft 2 is the newest.")
        state.press(.character("["), .character("["))
        #expect(state.message?.text == "Draft 1 is the oldest.")
    }

    @Test("The parts of a commit's time are never torn", arguments: [(120, 40), (200, 60)])
    func parts(size: (Int, Int)) throws {
        var state = try Sample.state(size.0, size.1)
        let stages: [Stage: Double] = [.load: 0, .features: 0.2, .hr: 76, .decode: 5.8, .encode: 9.9]
        state.commitEstimate = FormEstimate(
            time: TimeEstimate(seconds: 92, low: 80, high: 100, runs: 1, basis: ""), stages: stages,
            neededBytes: 1 << 30, availableBytes: 22 << 30, diskBytes: 12 << 20)
        for part in ["sample 1m16s", "encode 9.9s", "decode 5.8s"] { #expect(state.text.contains(part), "\(part)") }
        #expect(size.0 < 200 || state.text.contains("needs 12 MiB on disk"))
    }

    @Test("A finished clip says where it is", arguments: [(80, 24), (120, 40)])
    func clipPlace(size: (Int, Int)) throws {
        var state = try Sample.busy(size.0, size.1)
        state.home = "/home/ada"
        let file = URL(filePath: "/home/ada/Videos/turbo2k/2026-11-23-a-fox-crosses-a-snowy-ridge-41877-2k.mp4")
        state.commitFinished(15, draft: 2, file: file, seconds: 98, bytes: 61 << 20)
        #expect(state.text.contains("2k done in 1m38s, 61 MiB, in ~/Videos/turbo2k  m in Drafts"))
        #expect(state.log.shown.contains { $0.text.contains(file.path(percentEncoded: false)) })
    }

    @Test("The queue's rows and its end time are whole at 100 columns")
    func queue() throws {
        var state = try Sample.busy(100, 30)
        state.jobRemaining(15, TimeEstimate(seconds: 98, low: 90, high: 110, runs: 0, basis: "model"))
        let recipe = state.form.recipe(prompt: "fox", negative: "")
        for number in 16...17 {
            state.jobEntered(number, kind: .commit, recipe: recipe, draft: 2, expected: 40_000)
        }
        let rows = state.lines.filter { $0.contains("15 draft") || $0.contains("done about") }
        #expect(rows.count == 2 && !rows.contains { $0.prefix(42).contains("…") }, "\(rows)")
        #expect(
            rows[0].contains("over 1m38s") && rows[1].firstMatch(of: /done about \w+day \d\d:\d\d/) != nil, "\(rows)")
    }

    @Test("What is not known yet is said so, in the form too", arguments: [(80, 24), (100, 30), (120, 40)])
    func unknownTime(size: (Int, Int)) throws {
        var state = try Sample.state(size.0, size.1)
        let estimate = FormEstimate(neededBytes: 5 << 30, availableBytes: 22 << 30)
        (state.draftEstimate, state.commitEstimate) = (estimate, estimate)
        #expect(
            state.text.contains("not known yet  5.0 GiB  ok") || size.0 > 80 && state.text.contains("not known yet"))
        state.commitEstimate?.time = TimeEstimate(seconds: 98, low: 90, high: 110, runs: 2, basis: "")
        #expect(state.text.contains("about 1m38s"))
    }

    @Test("Another number of steps puts a recipe's own noise levels away")
    func noiseLevels() throws {
        var recipe = try Sample.draft(1, "fox").recipe
        recipe.lr.timesteps = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]
        recipe.hr.timesteps = [1, 0.8, 0.6, 0.4]
        var form = ParametersForm(try Sample.preset(), seed: 1)
        form.load(recipe, draft: 1)
        #expect(form.values.lr.timesteps?.count == 8)
        form.step(.lrSteps, by: 1)
        form.step(.hrSteps, by: 1)
        #expect(form.values.lr.timesteps == nil && form.values.hr.timesteps == nil)
        form.load(recipe, draft: 1)
        _ = try form.set(.lrSteps, to: "4,8")
        let drafts = form.drafts(prompt: "fox", negative: "")
        #expect(drafts.allSatisfy { $0.recipe.lr.timesteps.map(\.count) ?? $0.recipe.lr.steps == $0.recipe.lr.steps })
    }

    @Test("A long text is read to its end, and a long prompt hides no settings")
    func longTexts() throws {
        var state = try Sample.busy(80, 24)
        let words = (1...900).map { "word\($0)" }.joined(separator: " ")
        state.drafts.add(try Sample.draft(3, words))
        state.drafts.select(3)
        state.focus(on: .drafts)
        state.press(.character("m"))
        #expect(!state.text.contains("Folder") && state.text.contains("lines"))
        for _ in 0..<20 { state.press(.pageDown) }
        #expect(state.text.contains("Folder"))
        state.press(.up)
        #expect(state.text.contains("Tags") && !state.text.contains("Folder"))
        state.press(.escape)
        state.recipeRead(
            RecipeDocument(recipe: try Sample.draft(1, words).recipe, kind: .commit), from: "owl.mp4", missing: [])
        #expect(state.text.contains("Seed       41877") && state.text.contains("word1 "))
    }
}
