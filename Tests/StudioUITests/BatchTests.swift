import Generation
import StudioCore
import StudioUI
import TerminalKit
import Testing

@Suite("Batches")
struct BatchTests {
    @Test("Wildcards are groups with a bar; other braces are text")
    func wildcards() {
        func texts(_ prompt: String) -> [String] {
            let choices = PromptChoices(prompt)
            return (0..<choices.count).map { choices.variant($0).text }
        }
        #expect(texts("{red|blue} balloon") == ["red balloon", "blue balloon"])
        #expect(texts("{a|b} {c|d}") == ["a c", "a d", "b c", "b d"])
        #expect(texts("a {very |}old fox") == ["a very old fox", "a old fox"])
        for plain in ["", "no group", "{single}", "{open", "close}", "}{", "{a} {b", "{}"] {
            #expect(texts(plain) == [plain], "\(plain)")
        }
        #expect(texts("{ {a|b}") == ["{ a", "{ b"])
        #expect(texts("{x} {a|b} }") == ["{x} a }", "{x} b }"])
        #expect(PromptChoices("{red|blue} {x|y}").variant(2).choices == ["blue", "x"])
    }

    @Test("Too many wildcards to count are refused, not expanded")
    func tooMany() throws {
        var state = try Sample.state()
        state.press(.paste(String(repeating: "{a|b|c|d|e|f|g|h|i|j}", count: 30)))
        #expect(state.form.draftCount(prompt: state.prompt.text) == .max)
        #expect(state.text.contains("makes too many"))
        let actions = state.press(.enter)
        #expect(!actions.contains { if case .submitBatch = $0 { true } else { false } })
        #expect(state.message?.text.contains("far too many drafts; 500 is the most") == true)
    }

    @Test("Wildcards and a range of seeds make a batch of six, said before it starts")
    func batch() throws {
        var state = try Sample.state(120, 40)
        _ = try state.form.set(.seed, to: "1..3")
        state.type("{red|blue} balloon")
        #expect(state.text.contains("makes 6"))
        let entered = batch(state.press(.enter))
        let drafts = try #require(entered)
        #expect(
            drafts.map(\.recipe.prompt) == Array(repeating: "red balloon", count: 3)
                + Array(repeating: "blue balloon", count: 3))
        #expect(drafts.map(\.recipe.seed) == [1, 2, 3, 1, 2, 3])
        #expect(drafts.first?.label == "red, seed 1")
        #expect(state.prompt.text == "{red|blue} balloon")
        #expect(state.batches.count == 1)
        #expect(state.text.contains("6 drafts") && state.text.contains("blue, seed 3"))
    }

    @Test("Two swept values make a grid; count makes seeds that follow on each other")
    func grid() throws {
        var state = try Sample.state(120, 40)
        state.type("fox")
        _ = try state.form.set(.lrSteps, to: "4,8,16")
        _ = try state.form.set(.lrGuidance, to: "1,3")
        #expect(state.form.text(of: .lrSteps) == "4,8,16" && state.form.text(of: .lrGuidance) == "1,3")
        let entered = batch(state.press(.enter))
        let drafts = try #require(entered)
        #expect(drafts.map(\.recipe.lr.steps) == [4, 4, 8, 8, 16, 16])
        #expect(drafts.map(\.recipe.lr.guidance) == [1, 3, 1, 3, 1, 3])
        #expect(drafts.last?.label == "16 steps, guidance 3")
        state.form.reset(.lrSteps)
        state.form.step(.lrGuidance, by: 1)
        #expect(state.form.draftCount(prompt: "fox") == 1)
        state.form.lockSeed(UInt32.max, draft: nil)
        _ = try state.form.set(.count, to: "3")
        #expect(state.form.drafts(prompt: "fox", negative: "").map(\.recipe.seed) == [UInt32.max, 0, 1])
    }

    @Test(
        "Values that cannot be swept are refused with what would do",
        arguments: [
            (ParametersForm.Field.seed, "5..1"), (.seed, "1..9999999"), (.seed, "1,x"), (.lrSteps, "4,0"),
            (.lrGuidance, "1,99"), (.count, "0"), (.lrSteps, ","),
        ])
    func refused(field: ParametersForm.Field, text: String) throws {
        var form = try Sample.state().form
        let before = form
        #expect(throws: StudioError.self) { _ = try form.set(field, to: text) }
        #expect(form == before)
    }

    @Test("More than 24 drafts ask first; Esc makes none")
    func asks() throws {
        var state = try Sample.state(120, 40)
        state.type("fox")
        _ = try state.form.set(.count, to: "25")
        let asked = batch(state.press(.enter))
        #expect(asked == nil)
        #expect(state.text.contains("Make 25 drafts?"))
        state.press(.escape)
        #expect(state.batches.isEmpty)
        state.press(.enter)
        let answered = batch(state.press(.character("y")))
        #expect(answered?.count == 25)
        _ = try state.form.set(.count, to: "24")
        let unasked = batch(state.press(.control("g")))
        #expect(unasked?.count == 24)
    }

    @Test("A batch is one entry of the queue, stopped as one")
    func queue() throws {
        var state = try running()
        #expect(state.queue.shown.count == 2)
        state.press(.alt("6"))
        #expect(state.text.contains("1/4  0%") && state.text.contains("3 wait  24s"))
        state.press(.down)
        let removed = state.press(.character("x"))
        #expect(removed == [.removeJob(21), .removeJob(22), .removeJob(23)])
        state.press(.control("c"))
        #expect(state.text.contains("stop the whole batch"))
        let stopped = state.press(.character("a"))
        #expect(stopped == [.removeJob(21), .removeJob(22), .removeJob(23), .stopJob(20)])
    }

    @Test("The sheet fills as drafts finish; arrows choose, Enter opens, V comes and goes")
    func sheet() throws {
        var state = try running()
        #expect(state.text.contains("waits"))
        for id in 20...21 {
            let actions = state.draftFinished(try Sample.draft(id, "fox", seed: UInt32(id)), bytes: nil)
            #expect(
                actions.contains { if case .loadSheet(let clips) = $0 { clips.map(\.draft) == [id] } else { false } })
            state.sheetClipLoaded(Sample.clip(.draft(id)), draft: id)
        }
        #expect(StudioView.draw(state).picture == nil)
        #expect(state.selectedDraft?.id == 21)
        state.press(.alt("3"), .left)
        #expect(state.selectedDraft?.id == 20)
        let opened = state.press(.enter)
        #expect(state.sheet == nil && opened == [.showClip(.draft(20), try Sample.draft(20, "").clip)])
        // The next view but one: between them are the draft's features.
        let again = state.press(.character("V"), .character("V"))
        #expect(state.sheet?.content == .batch(1))
        #expect(again.contains { if case .loadSheet(let clips) = $0 { clips.count == 2 } else { false } })
        state.press(.escape)
        #expect(state.sheet == nil)
    }

    @Test("Without a batch the sheet shows the drafts of the list, filtered")
    func listSheet() throws {
        var state = try Sample.busy(120, 40)
        state.press(.alt("5"), .character("/"))
        state.type("dusk")
        state.press(.enter, .character("V"), .character("V"))
        #expect(state.sheet?.content == .drafts([1]))
        #expect(state.text.contains("seed 903"))
    }

    @Test("The sheet's pictures move together at its rate, and stand while paused")
    func sheetTime() throws {
        var sheet = ContactSheet(.drafts([1]))
        let clip = Sample.clip(.draft(1), frames: 48, fps: 24)
        sheet.add(clip, draft: 1)
        _ = sheet.advance(now: 1, isPlaying: true)
        let moved = sheet.advance(now: 1.5, isPlaying: true)
        #expect(moved && sheet.frameIndex(of: clip) == 12)
        let stood = sheet.advance(now: 2, isPlaying: false)
        #expect(!stood && sheet.frameIndex(of: clip) == 12)
        _ = sheet.advance(now: 4, isPlaying: true)
        #expect(sheet.frameIndex(of: clip) == 12)
    }

    @Test("Tiles lie inside the area and apart, and pages hold the rest", arguments: [1, 2, 5, 24, 48, 500], [1, 3])
    func tiles(count: Int, rowLength: Int) {
        for (width, height) in [(38, 13), (74, 24), (102, 33), (12, 3)] {
            let layout = SheetLayout(
                count: count, width: width, height: height, rowsPerColumn: 0.28, rowLength: rowLength)
            #expect(layout.pageCount * layout.perPage >= count)
            let tiles = (0..<layout.perPage).map { layout.tile($0) }
            for (index, tile) in tiles.enumerated() {
                #expect(tile.x >= 0 && tile.y >= 0 && tile.endX <= width && tile.endY <= height && !tile.isEmpty)
                #expect(tiles.dropFirst(index + 1).allSatisfy { !$0.intersects(tile) })
            }
        }
    }

    @Test("Two values that change make a grid: what differs in the last alone stands in one row")
    func gridRows() throws {
        var state = try Sample.state(120, 40)
        state.type("fox")
        _ = try state.form.set(.seed, to: "1..5")
        _ = try state.form.set(.lrSteps, to: "4,8,16")
        let entered = batch(state.press(.enter))
        let drafts = try #require(entered)
        let grid = try #require(state.batches.first)
        #expect(drafts.count == 15 && grid.rowLength == 3 && state.sheet?.content == .batch(1))
        // Four in a row would be larger, and of two seeds.
        #expect(SheetLayout(count: 15, width: 74, height: 24, rowsPerColumn: 0.28).columns == 4)
        let layout = SheetLayout(count: 15, width: 74, height: 24, rowsPerColumn: 0.28, rowLength: 3)
        #expect(layout.columns == 3 && layout.rows == 5)
        // Seven side by side would be too narrow.
        #expect(SheetLayout(count: 14, width: 74, height: 24, rowsPerColumn: 0.28, rowLength: 7).columns == 4)
        #expect(Batch(id: 1, labels: ["seed 1", "seed 2", "seed 3"]).rowLength == nil)
        #expect(Batch(id: 1, labels: ["", "", ""]).rowLength == nil)
        #expect(Batch(id: 1, labels: ["red, fox", "red, owl", "blue, fox", "blue, owl"]).rowLength == 2)
    }

    /// A batch of four whose first draft runs.
    private func running() throws -> StudioState {
        var state = try Sample.state(120, 40)
        state.type("fox")
        _ = try state.form.set(.count, to: "4")
        let entered = batch(state.press(.enter))
        let drafts = try #require(entered)
        for (index, draft) in drafts.enumerated() {
            state.jobEntered(
                20 + index, kind: .draft, recipe: draft.recipe, draft: nil, expected: 8,
                batch: BatchPlace(batch: 1, index: index, count: 4))
        }
        state.jobStarted(20, kind: .draft, recipe: drafts[0].recipe, draft: nil)
        return state
    }

    private func batch(_ actions: [StudioAction]) -> [BatchDraft]? {
        for case .submitBatch(let drafts, _, _) in actions { return drafts }
        return nil
    }
}
