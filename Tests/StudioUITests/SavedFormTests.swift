import Foundation
import Generation
import StudioCore
import StudioUI
import TerminalKit
import Testing

@Suite("The form over a restart")
struct SavedFormTests {
    private static let wishes = SavedForm.Wishes(Settings())

    /// A form somebody has changed.
    private func changed() throws -> StudioState {
        var state = try Sample.state()
        _ = try state.form.set(.frames, to: "49")
        _ = try state.form.set(.lrSteps, to: "4,8")
        _ = try state.form.set(.seed, to: "4711")
        _ = try state.form.set(.model, to: "ltx-2b")
        return state
    }

    /// What the next start makes of what this one left, as a file.
    private func restarted(_ state: StudioState, on preset: ResolvedPreset) throws -> ParametersForm {
        let file = try JSONEncoder().encode(SavedDesk(state, Self.wishes, process: nil))
        let saved = try #require(try JSONDecoder().decode(SavedDesk.self, from: file).form)
        #expect(saved.isUsable(Self.wishes))
        var form = ParametersForm(preset, seed: 1)
        form.restore(saved, over: preset)
        return form
    }

    @Test("Every value comes back, the changed ones with their star")
    func comesBack() throws {
        let state = try changed()
        let form = try restarted(state, on: try Sample.preset())
        for field in ParametersForm.Field.allCases {
            #expect(form.text(of: field) == state.form.text(of: field))
            #expect(form.isChanged(field) == state.form.isChanged(field))
        }
        #expect(form.isChanged(.frames) && !form.isChanged(.hrSize) && form.isSeedLocked)
    }

    @Test("What nobody changed follows the preset as it is now")
    func presetChanged() throws {
        let form = try restarted(try changed(), on: try Sample.preset(frames: 25, lr: "384x224", hr: "1536x896"))
        #expect(form.text(of: .frames) == "49" && form.isChanged(.frames))
        #expect(form.text(of: .lrSize) == "384x224" && !form.isChanged(.lrSize))
    }

    @Test("Another folder in the settings reaches the form, and leaves alone what was typed there")
    func movedOutput() throws {
        var form = try Sample.state().form
        form.moveOutput(folder: "~/clips", name: "{seed}")
        #expect(form.text(of: .folder) == "~/clips" && form.text(of: .name) == "{seed}" && !form.isChanged)
        _ = try form.set(.folder, to: "~/mine")
        form.moveOutput(folder: "~/other", name: "{slug}")
        #expect(form.text(of: .folder) == "~/mine" && form.isChanged(.folder))
        #expect(form.text(of: .name) == "{slug}" && !form.isChanged(.name))
    }

    @Test("Where its preset is gone the form keeps all values, as changes to the present one")
    func presetGone() throws {
        let form = try restarted(
            try changed(), on: try Sample.preset(name: "nano", frames: 25, lr: "384x224", hr: "1536x896"))
        #expect(form.text(of: .lrSize) == "512x288" && form.isChanged(.lrSize))
        #expect(form.values.name == "nano" && form.text(of: .frames) == "49")
    }

    @Test("A preset whose sizes no longer go with one changed by hand gives way")
    func sizes() throws {
        var state = try Sample.state()
        _ = try state.form.set(.hrSize, to: "2048x1152")
        let form = try restarted(state, on: try Sample.preset(lr: "288x512", hr: "1440x2560"))
        #expect(RecipeLimits.fits(form.values.hr.size, draft: form.values.lr.size))
        #expect(form.text(of: .hrSize) == "2048x1152")
    }

    @Test("Settings that ask for something else by now come first")
    func settings() throws {
        let saved = SavedForm(try changed().form, wishes: Self.wishes)
        var settings = Settings()
        settings.metadata = .none
        #expect(!saved.isUsable(SavedForm.Wishes(settings)))
        settings = Settings()
        settings.preset = "square-2k"
        #expect(!saved.isUsable(SavedForm.Wishes(settings)))
    }

    @Test(
        "A form that cannot be used, or read, costs neither the text nor the start",
        arguments: [
            ("\"frames\":49", "\"frames\":50"), ("\"seed\":4711", "\"seed\":\"many\""),
            ("\"count\":1", "\"count\":1000000"), ("\"mp4\"", "\"exe\""),
        ])
    func damaged(change: (from: String, to: String)) throws {
        var state = try changed()
        state.prompt = TextEditor("a fox")
        let file = try JSONEncoder().encode(SavedDesk(state, Self.wishes, process: nil))
        let text = String(decoding: file, as: UTF8.self)
        #expect(text.contains(change.from))
        let damaged = Data(text.replacing(change.from, with: change.to).utf8)
        let desk = try JSONDecoder().decode(SavedDesk.self, from: damaged)
        #expect(!(desk.form?.isUsable(Self.wishes) ?? false))
        var next = try Sample.state()
        desk.restore(&next)
        #expect(next.prompt.text == "a fox")
    }

    @Test("The arrangement comes back too")
    func arrangement() throws {
        var state = try Sample.state(120, 40)
        state.press(.function(7))
        var next = try Sample.state(120, 40)
        SavedDesk(state, Self.wishes, process: nil).restore(&next)
        #expect(next.arrangement == .largePicture)
    }
}
