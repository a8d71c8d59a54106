import StudioCore
import StudioUI
import TerminalKit
import Testing

@Suite("Presets")
struct PresetsPaneTests {
    private func state() throws -> StudioState {
        var state = try Sample.state(120, 40)
        state.press(.alt("7"), .end)
        return state
    }

    @Test("What each preset makes is told whole, also beside long names")
    func facts() throws {
        var state = try Sample.state(200, 60)
        #expect(state.text.contains("512x288 -> 2560x1440  121f"))
        state.presets.replace(
            ["2k", "nano-true-to-words"].map {
                PresetEntry(name: $0, about: "", origin: "shipped", summary: "512x288 -> 2560x1440  121f")
            })
        #expect(state.text.matches(of: /512x288->2560x1440 121f/).count == 2)
    }

    @Test("n renames one of the user's own; a shipped one keeps its name")
    func rename() throws {
        var state = try state()
        #expect(state.presets.selected?.name == "fox-2k")
        state.press(.character("n"))
        state.type("owl")
        let actions = state.press(.enter)
        #expect(actions.contains(.renamePreset("fox-2k", to: "owl")))
        state.presetRenamed("fox-2k", to: "owl")
        #expect(state.form.values.name == "owl" && !state.form.isChanged)
        state.press(.home, .character("n"))
        #expect(state.overlays.isEmpty && state.message?.text.contains("keeps its name") == true)
    }

    @Test("A name that cannot be one is refused while it is typed")
    func badName() throws {
        var state = try state()
        state.press(.character("n"))
        state.type("a/b")
        let actions = state.press(.enter)
        #expect(actions.isEmpty && state.overlays.count == 1)
    }

    @Test("d shows where the form differs from the preset, or that it does not")
    func difference() throws {
        var state = try state()
        let asked = state.press(.character("d"))
        #expect(asked == [.diffPreset("fox-2k")])
        state.showDifferences(from: try Sample.preset())
        #expect(state.text.contains("The form has the values of this preset."))
        state.press(.escape)
        state.form.step(.lrSteps, by: 1)
        state.showDifferences(from: try Sample.preset(frames: 49))
        #expect(state.text.contains("Draft steps      9 here, 8 in the preset"))
        #expect(state.text.contains("Frames           121 here, 49 in the preset"))
        #expect(!state.text.contains("Seed             "))
    }

    @Test("x and i ask for a file")
    func files() throws {
        var state = try state()
        state.press(.character("x"))
        #expect(state.text.contains("~/fox-2k.toml"))
        let exported = state.press(.enter)
        #expect(exported == [.exportPreset("fox-2k", to: "~/fox-2k.toml")])
        state.press(.character("i"))
        let empty = state.press(.enter)
        #expect(empty.isEmpty && state.text.contains("Type the path of a file."))
        state.type("/tmp/owl.toml")
        let imported = state.press(.enter)
        #expect(imported == [.importPreset("/tmp/owl.toml")])
    }
}
