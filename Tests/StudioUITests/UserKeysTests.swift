import StudioCore
import StudioUI
import TerminalKit
import Testing

@Suite("The user's own keys")
struct UserKeysTests {
    private func bindings(_ text: String, _ settings: Settings = Settings()) throws -> KeyBindings {
        let file = try KeysFile(text: text, name: "keys.toml")
        return KeyBindings(try KeyBindings.changed(KeyBindings.standard(settings), by: file))
    }

    @Test("A key in the file takes the place of the built-in ones, in help and key line too")
    func rebound() throws {
        let table = try bindings("[everywhere]\ndraft = [\"F9\", \"Ctrl-G\"]\n[drafts]\nstar = \"*\"\n")
        #expect(table.command(for: .function(9), in: [.everywhere]) == .draft)
        #expect(table.command(for: .function(5), in: [.everywhere]) == nil)
        #expect(table.command(for: .character("*"), in: [.pane(.drafts)]) == .star)
        var state = try Sample.busy(120, 40)
        state.bindings = table
        state.press(.alt("5"))
        #expect(state.text.contains("* star"))
        let starred = state.press(.character("*"))
        #expect(starred == [.star(2, false)])
    }

    @Test(
        "What cannot be bound is refused with line and reason",
        arguments: [
            ("[everywhere]\n\ndraft = \"Ctrl-M\"", 3, "same byte"),
            ("[everywhere]\ndraft = \"Ctrl-P\"", 2, "already means \"Find an action by name\""),
            ("[everywhere]\ndraft = \"Ctrl-A\"", 2, "prefix key of screen"),
            ("[prompt]\nnewline = [\"Shift-Enter\"]", 2, "plain Enter in most terminals"),
            ("[prompt]\nundo = \"F9\"\nredo = \"F9\"", 2, "already means \"Redo\""),
            ("[nowhere]\ndraft = \"F9\"", 2, "no place [nowhere]"),
            ("[everywhere]\ndrafts = \"F9\"", 2, "Did you mean \"draft\"?"),
            ("[everywhere]\ndraft = \"Hyper-X\"", 2, "is not a key"),
            ("[everywhere]\ndraft = 5", 2, "must be a key or a list of keys"),
            ("draft = \"F9\"", 1, "outside a table"),
        ])
    func refused(text: String, line: Int, reason: String) {
        do {
            _ = try bindings(text)
            Issue.record("taken: \(text)")
        } catch StudioError.badFile(let problem) {
            #expect(problem.file == "keys.toml" && problem.line == line)
            #expect(problem.description.contains(reason), "\(problem.description)")
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test("Every key of the table can be written in the file")
    func names() {
        for key in KeyBindings.standard.flatMap(\.keys) {
            if case .chord = key { continue }
            #expect(Key(name: key.name) == key || key == .alt("N"), "\(key.name)")
        }
    }

    @Test("keys.enter = newline makes Enter a line end and Alt-Enter a draft")
    func enter() throws {
        var settings = Settings()
        settings.enterKey = .newline
        var state = try Sample.state()
        state.bindings = try bindings("", settings)
        state.type("a")
        state.press(.enter)
        #expect(state.prompt.text == "a\n")
        let actions = state.press(.special(.enter, .alt))
        #expect(actions.contains { if case .submitDraft = $0 { true } else { false } })
        #expect(state.text.contains("Alt-Enter draft"))
    }

    @Test("A key that not every terminal sends may stand beside another one")
    func besideAnother() throws {
        let table = try bindings("[prompt]\nnewline = [\"F9\", \"Shift-Enter\"]")
        #expect(table.command(for: .special(.enter, .shift), in: [.prompt]) == .newline)
    }

    @Test("Titles and tour name the user's own keys")
    func titles() throws {
        var state = try Sample.state(120, 40)
        state.bindings = try bindings("[everywhere]\ncommit = \"F9\"\n[outside_text]\nfilter = \"|\"\n")
        #expect(state.text.contains("F9      makes the draft a 2K clip."))
        #expect(state.text.contains("| filter   f star") && !state.text.contains("/ filter"))
    }

    @Test("h j k l move when the settings want it")
    func viKeys() throws {
        var settings = Settings()
        settings.hasViKeys = true
        var state = try Sample.busy(120, 40)
        state.bindings = try bindings("", settings)
        state.press(.alt("5"), .character("j"))
        #expect(state.selectedDraft?.id == 1)
    }
}
