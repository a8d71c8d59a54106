import Foundation
import Generation
import StudioCore
import StudioUI
import TerminalKit
import Testing

@Suite("What of a prompt is read")
struct PromptLimitTests {
    /// A token for each word and one for the end.
    private func words(_ text: String) -> Int { text.split(separator: " ").count + 1 }

    @Test("A prompt within the limit is read whole; of a longer one as much as fits")
    func length() {
        #expect(PromptLength(of: "one two three", limit: 4, count: words).readCharacters == nil)
        let long = PromptLength(of: "one two three four", limit: 4, count: words)
        #expect(long.used == 5 && long.readCharacters == "one two three ".count)
        #expect(PromptLength(of: "one", limit: 1, count: words).readCharacters == 0)
    }

    @Test(
        "A place in the first of several prompts is found in the text with its wildcards",
        arguments: [(0, 0), (2, 2), (3, 4), (5, 6), (6, 13), (9, 16)])
    func wildcards(read: Int, source: Int) {
        // The first prompt is "a red fox".
        let choices = PromptChoices("a {red|blue} fox")
        #expect(choices.first == "a red fox")
        #expect(choices.sourceIndex(ofCharacter: read) == source)
    }

    @Test("What is not read is underlined, and the title says so", arguments: [(120, 40), (80, 24)])
    func marks(width: Int, height: Int) throws {
        var state = try Sample.state(width, height)
        state.type("one two three four")
        state.tokens = PromptLength(used: 5, limit: 4, readCharacters: 14)
        #expect(state.text.contains(width == 120 ? "5 of 4: the end is ignored" : "5 of 4: end is ignored"))
        let canvas = StudioView.draw(state).canvas
        let row = try #require(canvas.lines.firstIndex { $0.contains("one two three four") })
        let start = try #require(canvas.lines[row].range(of: "one")).lowerBound
        let x = canvas.lines[row].distance(from: canvas.lines[row].startIndex, to: start)
        let underlined = (0..<18).filter { canvas[x + $0, row].style.attributes.contains(.underline) }
        #expect(underlined == Array(14..<18))
    }

    @Test("Text, cursor and undo survive being kept; a damaged file loses the undo alone")
    func kept() throws {
        var editor = TextEditor()
        for letter in "a fox" { editor.type(letter) }
        editor.paste(" at dusk, e\u{301}")
        editor.moveCursor(to: 3)
        let data = try JSONEncoder().encode(editor)
        var again = try JSONDecoder().decode(TextEditor.self, from: data)
        #expect(again.text == editor.text && again.cursor == 3)
        again.undo()
        #expect(again.text == "a fox")
        while again.canUndo { again.undo() }
        #expect(again.text.isEmpty)
        let damaged = String(decoding: data, as: UTF8.self).replacing("at dusk", with: "at dawn")
        let first = damaged.replacing("a fox at dawn, e\u{301}\"", with: "a fox\"")
        let read = try JSONDecoder().decode(TextEditor.self, from: Data(first.utf8))
        #expect(!read.canUndo && read.text.hasPrefix("a fox"))
    }
}

@Suite("Seeds and files")
struct SeedTests {
    private func submitted(_ actions: [StudioAction]) throws -> Recipe {
        guard case .submitDraft(let recipe, _) = try #require(actions.first) else {
            throw CocoaError(.featureUnsupported)
        }
        return recipe
    }

    @Test("next takes the seeds after those of the draft before; random draws; locked stays")
    func modes() throws {
        var state = try Sample.state(120, 40)
        state.type("fox")
        _ = try state.form.set(.seed, to: "41")
        _ = try state.form.set(.seed, to: "next")
        #expect(try submitted(state.press(.enter)).seed == 41)
        #expect(try submitted(state.press(.enter)).seed == 42)
        #expect(state.text.contains("next for each draft"))
        _ = try state.form.set(.seed, to: "7")
        #expect(try submitted(state.press(.enter)).seed == 7)
        #expect(try submitted(state.press(.enter)).seed == 7)
        _ = try state.form.set(.seed, to: "random")
        let first = try submitted(state.press(.enter)).seed
        let second = try submitted(state.press(.enter)).seed
        #expect(first != second && state.form.seed == second)
    }

    @Test("Several drafts at once move the next seed past all of them")
    func nextAfterSeveral() throws {
        var state = try Sample.state(120, 40)
        state.type("fox")
        _ = try state.form.set(.seed, to: "10")
        state.form.setSeedMode(.next)
        _ = try state.form.set(.count, to: "3")
        guard case .submitBatch(let drafts, _, _) = try #require(state.press(.enter).first),
            case .submitBatch(let more, _, _) = try #require(state.press(.enter).first)
        else {
            Issue.record("no batch")
            return
        }
        #expect(drafts.map(\.recipe.seed) == [10, 11, 12] && more.map(\.recipe.seed) == [13, 14, 15])
    }

    @Test("s in the commit dialog types another seed; empty is the draft's again")
    func commitSeed() throws {
        var state = try Sample.state(120, 40)
        state.drafts.take([try Sample.draft(1, "a fox")])
        state.press(.alt("t"))
        #expect(state.text.contains("same as the draft; s types another"))
        state.press(.character("s"))
        state.type("77x")
        state.press(.enter)
        #expect(state.recipeToEstimate.seed == 77 && state.text.contains("the draft has 41877"))
        #expect(state.text.contains("-77-2k.mp4"))
        state.press(.character("s"), .enter)
        #expect(state.recipeToEstimate.seed == 41877)
    }

    @Test("Format, quality and what the file tells are in the form", arguments: [(120, 40), (80, 24)])
    func output(width: Int, height: Int) throws {
        var state = try Sample.state(width, height)
        _ = try state.form.set(.format, to: "webm")
        _ = try state.form.set(.quality, to: "24")
        _ = try state.form.set(.metadata, to: "short")
        #expect(throws: (any Error).self) { try state.form.set(.format, to: "avi") }
        #expect(state.form.values.output.format == "webm" && state.form.values.output.crf == 24)
        #expect(state.form.isChanged(.format) && state.form.metadata == .short)
        if width == 120 { #expect(state.text.contains("webm*") && state.text.contains("short")) }
    }

    @Test("A pasted path of a clip is offered, any other text is text")
    func pastedPath() throws {
        var state = try Sample.state(120, 40)
        let asked = state.press(.paste("'/clips/my fox.mp4'\n"))
        #expect(asked == [.offerClip("'/clips/my fox.mp4'\n")] && state.prompt.isEmpty)
        _ = state.clipOffered("'/clips/my fox.mp4'\n", isClip: true)
        #expect(state.text.contains("insert as text") && state.text.contains("open its recipe"))
        let opened = state.press(.character("o"))
        #expect(opened == [.openFile("/clips/my fox.mp4")])
        _ = state.clipOffered("/clips/gone.mp4", isClip: false)
        #expect(state.prompt.text == "/clips/gone.mp4")
        let text = state.press(.paste("a fox.mp4 in the grass"))
        #expect(!text.contains { if case .offerClip = $0 { true } else { false } })
    }
}
