import Foundation
import Generation
import StudioCore
import StudioUI
import TerminalKit
import Testing

/// What somebody sees who has never read the manual.
struct FirstSightTests {
    static let sizes = [(80, 24), (120, 40), (200, 60)]

    @Test("The first screen is readable to its last word", arguments: sizes)
    func firstScreen(size: (Int, Int)) throws {
        let state = try Sample.state(size.0, size.1)
        // The template of names is longer than its place.
        let text = state.lines.filter { !$0.contains("{date}") }.joined(separator: " ")
        #expect(!text.contains("…"))
        for words in ["Enter   makes a draft, played here.", "Ctrl-T  makes the draft a 2K clip.", "makes a draft."] {
            #expect(text.contains(words), "\(words)")
        }
        let placeholder = text.filter { $0.isLetter || $0 == ";" }
        #expect(placeholder.contains("Describetheclip;Entermakesa"))
    }

    @Test("Help shows first what the keys of the focused pane do", arguments: PaneKind.allCases)
    func help(pane: PaneKind) throws {
        var state = try Sample.busy(120, 40)
        state.focus(on: pane)
        let overlay = HelpOverlay(state)
        #expect(
            overlay.lines.first == .heading(pane == .prompt ? "In the prompt" : "In \(pane.title)") || pane == .steps)
        let first = overlay.lines.dropFirst().prefix { if case .key = $0 { true } else { false } }
        let titles = first.map { if case .key(_, let title) = $0 { title } else { "" } }
        let wanted: [PaneKind: Command] = [
            .prompt: .draft, .params: .increase, .preview: .playPause, .drafts: .loadRecipe, .queue: .removeJob,
            .presets: .activate, .log: .copyCommand,
        ]
        if let command = wanted[pane] { #expect(titles.contains(command.title), "\(titles)") }
    }

    @Test("No line of the help is cut")
    func helpIsWhole() throws {
        var state = try Sample.busy(120, 40)
        state.press(.function(1))
        for _ in 0..<12 {
            let cut = StudioView.draw(state).canvas.lines.filter { line in
                line.split(separator: "┃").contains { $0.hasPrefix("   ") && $0.contains("…") }
            }
            #expect(cut.isEmpty, "\(cut)")
            state.press(.pageDown)
        }
    }

    @Test("The form names the value that the keys change, and shows it whole", arguments: sizes)
    func formNames(size: (Int, Int)) throws {
        var state = try Sample.state(size.0, size.1)
        state.focus(on: .params)
        for _ in ParametersForm.Field.allCases where state.paramsPane.field != .lrGuidance { state.press(.down) }
        state.press(.right)
        #expect(state.text.contains("Params   Draft guidance"))
        #expect(state.form.text(of: .lrGuidance) == "1.5")
        let row = try #require(state.lines.first { $0.contains(size.0 == 80 ? "cfg" : "guidance 1.5") })
        #expect(row.contains("1.5") && !row.contains("1.…"))
    }

    @Test("A random seed says so at every size", arguments: sizes)
    func randomSeed(size: (Int, Int)) throws {
        #expect(try Sample.state(size.0, size.1).text.contains("41877 new") || size.0 > 80)
        #expect(try Sample.state(size.0, size.1).text.contains("new"))
    }

    @Test("Every pane has its tab at every width", arguments: [60, 64, 72, 80, 99, 100, 120, 200])
    func tabs(width: Int) throws {
        let title = try #require(try Sample.state(width, width < 80 ? 16 : 24).lines.first)
        for pane in PaneKind.allCases {
            let name = (width < 100 ? "" : " ") + pane.title
            #expect(title.contains("\(pane.rawValue)\(name.prefix(5))"), "\(title)")
        }
        #expect(title.hasPrefix(" turbo2k") == (width >= 72))
    }

    @Test("A model that cannot be used is told once, with what helps", arguments: sizes)
    func model(size: (Int, Int)) throws {
        var state = try Sample.state(size.0, size.1)
        state.form.models = ["nano", "ltx-2b"]
        let reason = "There is no model in /models/none."
        state.modelRefused("/models/none", reason: reason)
        state.modelRefused("/models/none", reason: reason)
        #expect(state.overlays.count == 1)
        #expect(state.text.contains(reason) && state.text.contains("b use nano now"))
        #expect(state.press(.character("l")) == [.listModel("/models/none")])
        state.modelListed("/models/none", files: ["readme.txt 1 KiB"])
        #expect(state.text.contains("readme.txt"))
        state.press(.escape)
        state.modelRefused("/models/other", reason: reason)
        #expect(state.press(.character("b")).contains(.estimate))
        #expect(state.form.text(of: .model) == "nano" && state.overlays.isEmpty)
    }

    @Test("The key line tells what a filter understands", arguments: sizes)
    func filterHints(size: (Int, Int)) throws {
        var state = try Sample.busy(size.0, size.1)
        state.focus(on: .drafts)
        state.press(.character("/"))
        let keys = try #require(state.lines.last)
        #expect(keys.contains("Enter keep  Esc clear"))
        for word in ["seed:", "size:", "model:", "tag:", "day:", "star:", "has:commit"] { #expect(keys.contains(word)) }
    }

    @Test("A draft with a finished commit says where the clip is")
    func clipPath() throws {
        var state = try Sample.busy(120, 40)
        state.drafts.select(2)
        state.drafts.change(2) { $0.commit = .done(9, file: URL(filePath: "/videos/fox-2k.mp4")) }
        state.focus(on: .drafts)
        #expect(try #require(state.lines.last).contains("Enter play 2K clip"))
        state.press(.character("m"))
        #expect(state.text.contains("2K clip    /videos/fox-2k.mp4"))
    }

    @Test("A long path is shown as far as the field allows, with its end in view")
    func longPath() throws {
        var state = try Sample.busy(80, 24)
        let path = "/videos/" + String(repeating: "long-name-", count: 9) + "end-2k.mp4"
        state.drafts.change(2) { $0.commit = .done(9, file: URL(filePath: path)) }
        state.focus(on: .drafts)
        state.press(.character("o"), .up)
        #expect(state.text.contains("long-name-long-name-long-name-long-name-long-name-end-2k.mp4"))
    }

    @Test("A field of one line refuses a paste that is no line")
    func longPaste() throws {
        var state = try Sample.busy(80, 24)
        state.focus(on: .drafts)
        state.press(.character("o"), .paste(String(repeating: "x", count: 70_000)))
        #expect(state.text.contains("That is too much text for one line."))
        state.press(.character("a"))
        #expect(!state.text.contains("too much"))
    }

    @Test("The steps of a job that is over are opened from the queue, and left with Esc")
    func openedSteps() throws {
        var state = try Sample.busy(120, 40)
        state.queue.jobs.append(
            JobEntry(
                id: 7, kind: .draft, size: state.form.values.lr.size, draft: nil, state: .done(seconds: 8, bytes: nil)))
        state.focus(on: .queue)
        state.queue.select(7)
        #expect(state.press(.enter) == [.showSteps(7)])
        var read = RunState(id: 7, kind: .draft, recipe: try Sample.draft(7, "owl").recipe, now: 0)
        read.steps = [Sample.step(1, seconds: 0.33)]
        read.phase = .done
        state.stepsRead(read)
        #expect(state.text.contains("Steps   draft 7 done") && state.text.contains("0.33s"))
        state.press(.escape)
        #expect(state.text.contains("Steps   draft 15"))
        state.focus(on: .queue)
        state.queue.select(15)
        #expect(state.press(.enter).isEmpty)
        #expect(state.focus == .steps)
    }

    @Test("Stages fit their row, and one that the job did without is not there", arguments: [60, 80, 100])
    func stages(width: Int) throws {
        var state = try Sample.busy(width, 24)
        state.focus(on: .steps)
        let recipe = state.form.recipe(prompt: "fox", negative: "")
        state.jobStarted(16, kind: .commit, recipe: recipe, draft: nil)
        state.jobTold(16, .stageCached(.load))
        for stage in [Stage.load, .features] { state.jobTold(16, .stageFinished(stage, seconds: 0.3)) }
        state.jobTold(16, .stageFinished(.hr, seconds: 106.1))
        state.jobTold(16, .stageStarted(.decode, parts: 25))
        state.jobTold(16, .partsFinished(.decode, parts: 20, count: 25))
        let row = try #require(state.lines.first { $0.contains("sample 106.1s") })
        #expect(row.contains("decode 0.0s") && row.contains("encode -") && !row.contains("text"), "\(row)")
    }
}

/// What must not happen to the wrong thing.
struct SelectionTests {
    @Test("The chosen job stays chosen while others end before it")
    func chosenJob() throws {
        var state = try Sample.busy(120, 40)
        let recipe = state.form.recipe(prompt: "fox", negative: "")
        for id in 16...17 { state.jobEntered(id, kind: .draft, recipe: recipe, draft: nil, expected: nil) }
        state.focus(on: .queue)
        state.press(.down)
        #expect(state.queue.selected?.id == 16)
        _ = state.draftFinished(try Sample.draft(15, "fox"), bytes: nil)
        #expect(state.queue.selected?.id == 16)
        #expect(state.press(.character("x")) == [.removeJob(16)])
        state.press(.character("J"))
        #expect(state.queue.selected?.id == 16 && state.queue.waitingIDs == [17, 16])
    }

    @Test("Several drafts come back from the trash, the last one first; an empty trash is said")
    func trash() throws {
        var state = try Sample.busy(120, 40)
        state.drafts.select(2)
        state.focus(on: .drafts)
        state.press(.character("D"), .character("D"))
        #expect(state.drafts.all.isEmpty)
        let first = state.press(.character("u"))
        #expect(first == [.restore(1)])
        #expect(state.press(.character("u")) == [.restore(2)])
        #expect(state.press(.character("u")).isEmpty)
        #expect(state.message?.text == "Nothing was moved to the trash since the start.")
        state.press(.character("e"))
        #expect(state.message?.text.hasPrefix("No draft is selected") == true)
    }
}
