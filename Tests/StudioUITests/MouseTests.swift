import Foundation
import StudioUI
import TerminalKit
import Testing

@Suite("Mouse")
struct MouseTests {
    private func press(_ x: Int, _ y: Int, _ button: MouseEvent.Button = .left) -> Key {
        .mouse(MouseEvent(kind: .press, button: button, x: x, y: y))
    }

    private func drag(_ x: Int, _ y: Int) -> Key { .mouse(MouseEvent(kind: .drag, button: .left, x: x, y: y)) }
    private func release(_ x: Int, _ y: Int) -> Key { .mouse(MouseEvent(kind: .release, button: .left, x: x, y: y)) }

    /// Where a text stands on the screen.
    private func place(of text: String, in state: StudioState) throws -> (x: Int, y: Int) {
        let lines = state.lines
        let y = try #require(lines.firstIndex { $0.contains(text) }, "not on the screen: \(text)\n\(state.text)")
        let range = try #require(lines[y].range(of: text))
        return (lines[y].distance(from: lines[y].startIndex, to: range.lowerBound), y)
    }

    @Test("A click on a key of the key line presses it")
    func keyLine() throws {
        var state = try Sample.state(120, 40)
        let help = try place(of: "F1 ? help", in: state)
        state.press(press(help.x + 1, help.y))
        #expect(state.text.contains("Esc back") && state.overlays.count == 1)
    }

    @Test("A double click is Enter, two slow clicks are not")
    func doubleClick() throws {
        var state = try Sample.state(200, 60)
        state.press(.alt("7"))
        let preset = try place(of: "512x288 -> 2560x1440  121f", in: state)
        state.press(press(preset.x, preset.y))
        state.now = 1
        let slow = state.press(press(preset.x, preset.y))
        state.now = 1.2
        let quick = state.press(press(preset.x, preset.y))
        #expect(slow == [] && quick == [.applyPreset("draft")])
    }

    @Test("A double click in the prompt takes the word and starts nothing")
    func word() throws {
        var state = try Sample.busy(120, 40)
        let fox = try place(of: "fox crosses", in: state)
        state.press(press(fox.x + 1, fox.y))
        let actions = state.press(press(fox.x + 1, fox.y))
        #expect(state.prompt.selectedText == "fox" && actions == [])
    }

    @Test("Dragging selects in the prompt, scrubs on the position bar")
    func dragging() throws {
        var state = try Sample.busy(120, 40)
        let fox = try place(of: "fox crosses", in: state)
        state.press(press(fox.x, fox.y), drag(fox.x + 11, fox.y), release(fox.x + 11, fox.y))
        #expect(state.prompt.selectedText == "fox crosses")
        let time = try place(of: "0:00.0/0:05.0  [", in: state)
        let bar = (x: time.x + 15, y: time.y)
        state.press(press(bar.x + 1, bar.y))
        #expect(state.preview.frameIndex == 0)
        // The pointer may leave the bar while it drags.
        state.press(drag(200, bar.y + 3))
        #expect(state.preview.frameIndex == 120)
    }

    @Test("A dragged border moves and stays for its size; Alt-Shift-arrows do the same", arguments: [false, true])
    func borders(withKeys: Bool) throws {
        var state = try Sample.state(120, 40)
        let before = try #require(state.layout.panes[.preview])
        if withKeys {
            state.press(.special(.right, [.alt, .shift]), .special(.right, [.alt, .shift]))
        } else {
            state.press(press(before.x, 5), drag(before.x + 4, 7), release(before.x + 4, 7))
        }
        #expect(state.layout.panes[.preview]?.x == before.x + 4)
        state.resize(width: 80, height: 24)
        #expect(state.layout.panes[.preview]?.x == 38)
        state.resize(width: 120, height: 40)
        #expect(state.layout.panes[.preview]?.x == before.x + 4)
        // It stops where a pane would become too narrow.
        for _ in 0..<60 { state.press(.special(.right, [.alt, .shift])) }
        #expect(state.layout.panes[.preview]?.width == 40)
        state.press(.special(.left, [.alt, .shift]))
        #expect(state.layout.panes[.preview]?.width == 42)
    }

    @Test("The border above the lower panes moves", arguments: [(80, 24), (120, 40), (200, 60)])
    func lowerBorder(width: Int, height: Int) throws {
        var state = try Sample.state(width, height)
        let before = try #require(state.layout.panes[.steps])
        state.press(press(before.x + 10, before.y), drag(before.x + 10, before.y - 2))
        #expect(state.layout.panes[.steps]?.y == before.y - 2)
        #expect(StudioView.draw(state).canvas.lines.allSatisfy { $0.count == width })
    }

    @Test("The right button shows what can be done with the row under it")
    func actions() throws {
        var state = try Sample.busy(120, 40)
        let draft = try place(of: "fox, dusk", in: state)
        state.press(press(draft.x, draft.y, .right))
        #expect(state.selectedDraft?.id == 1)
        #expect(state.text.contains("Draft 1") && state.text.contains("Lock the seed to the selection"))
        let lock = try place(of: "Lock the seed", in: state)
        state.press(press(lock.x, lock.y))
        #expect(state.overlays.isEmpty && state.form.seed == 903 && state.form.isSeedLocked)
    }

    @Test("A dialog's answers and buttons can be clicked; a click outside does nothing")
    func dialogs() throws {
        var state = try Sample.busy(120, 40)
        state.press(.control("c"), press(1, 1))
        #expect(state.overlays.count == 1)
        let back = try place(of: "Esc back", in: state)
        state.press(press(back.x + 5, back.y))
        #expect(state.overlays.isEmpty)
        state.press(.alt("t"))
        let watch = try place(of: "[ Commit and watch ]", in: state)
        let actions = state.press(press(watch.x + 4, watch.y))
        guard case .submitCommit(let choice) = actions.first else {
            Issue.record("no commit: \(actions)")
            return
        }
        #expect(choice.watches)
    }

    @Test("The wheel scrolls what is under it, also in a dialog, and the focus stays")
    func wheel() throws {
        var state = try Sample.busy(200, 60)
        let drafts = try #require(state.layout.panes[.drafts])
        state.press(.mouse(MouseEvent(kind: .wheelDown, x: drafts.x + 5, y: drafts.y + 5)))
        #expect(state.selectedDraft?.id == 1 && state.focus == .prompt)
        state.press(.control("p"), .mouse(MouseEvent(kind: .wheelDown, x: 3, y: 3)))
        guard case .palette(let palette) = state.overlays.last else {
            Issue.record("no palette")
            return
        }
        #expect(palette.selection == 1)
    }
}
