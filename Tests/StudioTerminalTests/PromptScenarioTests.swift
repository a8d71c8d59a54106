import Foundation
import Testing

/// Scenarios around the prompt, the drafts and what is done with them, by their numbers in the design where they have one.
@Suite(
    "Prompts and drafts in tmux", .serialized,
    .enabled(if: TmuxStudio.obstacle == nil, "\(TmuxStudio.obstacle ?? "")"))
struct PromptScenarioTests {
    /// A studio with drafts 1 to `count`, made one after another with these prompts.
    private func studio(_ columns: Int, _ rows: Int, drafts prompts: [String]) throws -> TmuxStudio {
        let studio = try TmuxStudio()
        try studio.start(columns, rows, stepMilliseconds: 10)
        try studio.see("? help")
        for (index, prompt) in prompts.enumerated() {
            try studio.key("C-u")
            try studio.type(prompt)
            try studio.key("Enter")
            try studio.see("draft \(index + 1) saved")
        }
        return studio
    }

    @Test("5: a first start knows time and memory before anything is typed")
    func firstStart() throws {
        let studio = try TmuxStudio()
        try studio.start(120, 40)
        try studio.see("Describe the clip")
        try studio.see("MiB  ok")
        let screen = try studio.settle()
        #expect(!screen.contains("The prompt is empty"))
    }

    @Test("5: the part of a prompt that the model does not read is said and underlined")
    func promptLimit() throws {
        let studio = try TmuxStudio()
        try studio.start(120, 40)
        try studio.see("? help")
        try studio.paste(String(repeating: "word ", count: 140) + "END")
        try studio.see("142 of 128: end is ignored")
        let styled = try studio.settle(withStyles: true)
        let row = try #require(styled.split(separator: "\n").first { $0.contains("END") })
        // SGR 4, alone or among others.
        #expect(row.contains(/\u{1B}\[(?:\d+;)*4(?:;\d+)*m/))
    }

    @Test("30: the filter's count is right after each key, and Esc clears it")
    func filter() throws {
        let studio = try TmuxStudio()
        let made = try studio.turbo2k(
            "draft", "a fox", "--count", "200", "--seed", "1", "--lr-size", "64x64", "--frames", "1", "--steps", "1",
            "--engine", "fake", "--fake-step-ms", "0", "--fake-decode-ms", "0", "--quiet")
        #expect(made.status == 0)
        try studio.start(120, 40)
        try studio.see("200 of 200")
        try studio.leavePrompt()
        try studio.key("5", "/")
        try studio.type("seed:")
        for (digit, count) in [("1", 111), ("2", 11), ("5", 1)] {
            try studio.type(digit)
            try studio.see(" \(count) of 200")
        }
        try studio.key("Escape")
        try studio.see("200 of 200")
    }

    @Test("31: + saves the form; a broken file is named with its line, and the other presets work")
    func presets() throws {
        let studio = try TmuxStudio()
        try studio.start(200, 60)
        try studio.see("? help")
        try studio.leavePrompt()
        try studio.key("Right", "7", "+")
        try studio.see("Save the form as a preset")
        try studio.type("my one")
        try studio.key("Enter")
        try studio.see("Preset my one saved")
        let folder = studio.home.appending(path: "config/presets")
        let file = folder.appending(path: "my one.toml")
        let text = "# mine\n" + (try String(contentsOf: file, encoding: .utf8))
        #expect(text.contains("turbo2k.preset.v1"))
        try text.write(to: file, atomically: true, encoding: .utf8)
        // Saved once more, the comment stays.
        try studio.key("M-7", "+")
        try studio.see("Save the form as a preset")
        try studio.type("my one")
        try studio.key("Enter")
        try studio.wait("the comment has gone") {
            try String(contentsOf: file, encoding: .utf8).hasPrefix("# mine\n")
        }
        let broken = "schema = \"turbo2k.preset.v1\"\nname = \"bad\"\n[lr]\nsteps = 0\n"
        try broken.write(to: folder.appending(path: "bad.toml"), atomically: true, encoding: .utf8)
        try studio.see("bad.toml line 4")
        try studio.key("M-7", "Home", "Enter")
        try studio.see("applied")
    }

    @Test("33: the path of a clip dropped on the prompt offers its recipe, which is shown before it is loaded")
    func droppedPath() throws {
        let studio = try studio(120, 40, drafts: ["an owl in the rain"])
        let clip = studio.home.appending(path: "owl.mp4").path
        let made = try studio.turbo2k(
            "render", "an owl in the rain", "--seed", "5", "--lr-size", "256x160", "--size", "512x320", "--frames", "9",
            "--engine", "fake", "--fake-step-ms", "0", "--fake-decode-ms", "0", "--quiet", "-o", clip)
        #expect(made.status == 0)
        try studio.key("C-u")
        try studio.paste(clip)
        try studio.see("insert as text")
        try studio.key("o")
        try studio.see("Commit in owl.mp4")
        try studio.see("load with a new seed")
        try studio.key("Enter")
        try studio.see("In the form: prompt and settings of owl.mp4")
        try studio.see("256x160")
        // As text it is text.
        try studio.key("C-u")
        try studio.paste(clip)
        try studio.see("insert as text")
        try studio.key("Enter")
        try studio.see("owl.mp4")
    }

    @Test("42: stopping a batch stops all of it")
    func batchStopped() throws {
        let studio = try TmuxStudio()
        try studio.start(120, 40, stepMilliseconds: 400)
        try studio.see("? help")
        try studio.type("{red|green|blue} balloon")
        try studio.see("makes 3")
        try studio.key("Enter")
        try studio.see("2 wait")
        try studio.key("C-c")
        try studio.see("stop the whole batch")
        try studio.key("a")
        try studio.see("stopped")
        try studio.gone("wait ")
        try studio.wait(
            "a draft of the batch goes on",
            forReport: { $0.jobs.allSatisfy { !["running", "stopping", "waiting"].contains($0.state) } })
        let kept = try studio.turbo2k("history", "list", "--json").output
        #expect(!kept.contains(#""state":"running""#) && !kept.contains(#""state":"waiting""#))
    }

    @Test("43: two drafts stand side by side where there is room, and take turns where there is not")
    func compare() throws {
        let studio = try studio(120, 40, drafts: ["a red fox", "a blue fox"])
        try studio.leavePrompt()
        try studio.key("5", "a")
        try studio.see("is A")
        try studio.key("[", "b")
        try studio.see("[A] draft 2  [B] draft 1")
        for _ in 0..<3 {
            let preview = try studio.report().preview
            #expect(preview.frame != nil && preview.frame == preview.referenceFrame)
        }
        try studio.key("b")
        try studio.see("draft 1 minus draft 2")
        try studio.key("b")
        try studio.gone("minus")
        try studio.resize(80, 24)
        try studio.key("b")
        try studio.see("draft 1  [B]")
        try studio.see("draft 2  [A]")
        // Standing still they go on taking turns, and both say the same number.
        try studio.key("3", "Space", ",")
        try studio.wait("it plays on", forReport: { !$0.preview.isPlaying })
        var counters: [String: String] = [:]
        try studio.wait("they do not take turns") {
            let screen = try studio.screen()
            let side = screen.firstMatch(of: /draft \d  \[([AB])\]/).map { String($0.1) }
            let counter = screen.firstMatch(of: /⏸ +(\d+\/\d+)/).map { String($0.1) }
            if let side, let counter { counters[side] = counter }
            return counters.count == 2
        }
        #expect(counters["A"] == counters["B"])
    }

    @Test("5: V shows the guidance features block by block, then the contact sheet, then the picture")
    func views() throws {
        let studio = try studio(120, 40, drafts: ["a red fox"])
        try studio.leavePrompt()
        try studio.key("3")
        try studio.type("V")
        try studio.see("features of draft 1, block 0 of 0 7 14 21")
        try studio.key("Down")
        try studio.see("block 7 of")
        try studio.type("V")
        try studio.see("contact sheet")
        try studio.type("V")
        try studio.see("Preview   draft 1")
    }

    @Test("15: v shows the decoder's picture of a step; a commit tells how near it is to its draft")
    func looks() throws {
        let studio = try TmuxStudio()
        try studio.writePreset("few", draftSteps: 2, commitSteps: 6)
        try studio.start(120, 40, stepMilliseconds: 1500, options: "--preset few")
        try studio.see("? help")
        try studio.type("a red fox")
        try studio.key("Enter")
        try studio.see("draft 1 saved")
        try studio.leavePrompt()
        try studio.key("3", "C-t")
        try studio.see("Commit draft 1")
        try studio.key("Right", "Enter")
        try studio.see("match to draft")
        try studio.key("v")
        try studio.see("decoded")
    }

    @Test("7: a double click applies a preset, the right button shows what can be done, a border is dragged")
    func mouse() throws {
        let studio = try TmuxStudio()
        try studio.start(200, 60)
        try studio.see("draft-fast")
        let lines = try studio.settle().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let row = try #require(lines.firstIndex { $0.contains("draft-fast") })
        let column = try #require(lines[row].range(of: "draft-fast")).lowerBound
        let x = lines[row].distance(from: lines[row].startIndex, to: column) + 1
        let click = "\u{1B}[<0;\(x);\(row + 1)M\u{1B}[<0;\(x);\(row + 1)m"
        try studio.type(click + click)
        try studio.see("Preset draft-fast applied")
        try studio.type("\u{1B}[<2;\(x);\(row + 1)M\u{1B}[<2;\(x);\(row + 1)m")
        try studio.see("Rename one of your presets")
        try studio.key("Escape")
        try studio.gone("Rename one of your presets")
        let before = try #require(lines[1].firstIndex(of: "┏")).utf16Offset(in: lines[1])
        #expect(before == 0)
        let border = try #require(lines[1].range(of: "Preview")).lowerBound
        let from = lines[1].distance(from: lines[1].startIndex, to: border) - 2
        try studio.type("\u{1B}[<0;\(from);5M\u{1B}[<32;\(from + 6);5M\u{1B}[<0;\(from + 6);5m")
        try studio.wait("the border has not moved") {
            let row = try studio.lines[1]
            guard let place = row.range(of: "Preview")?.lowerBound else { return false }
            return row.distance(from: row.startIndex, to: place) == from + 2 + 6
        }
    }

    @Test("5: what was typed can be undone after a restart")
    func undoSurvives() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24)
        try studio.see("? help")
        try studio.type("a fox")
        try studio.paste(" in the snow")
        try studio.see("a fox in the snow")
        try studio.leavePrompt()
        try studio.key("q")
        try studio.see("EXIT=0")
        try studio.close()
        try studio.start(80, 24)
        try studio.see("a fox in the snow")
        try studio.key("C-_")
        try studio.gone("in the snow")
        try studio.see("a fox")
    }

    @Test("5: the form comes back as it was left, after quitting and after a kill")
    func formSurvives() throws {
        let studio = try TmuxStudio.opened()
        try studio.leavePrompt()
        try studio.key("Down", "Right")
        try studio.see("33*f")
        try studio.key("q")
        try studio.see("EXIT=0")
        try studio.close()
        try studio.open()
        try studio.see("33*f")
        try studio.leavePrompt()
        try studio.key("s")
        try studio.type("4711")
        try studio.key("Enter")
        try studio.see("4711 lock")
        let desk = studio.home.appending(path: "state/desk.json")
        try studio.wait("the seed is not kept") { try String(contentsOf: desk, encoding: .utf8).contains("4711") }
        let process = try studio.report().process.id
        kill(process, SIGKILL)
        try studio.waitOutside("the end of the studio") { kill(process, 0) != 0 }
        try studio.close()
        try studio.open()
        try studio.see("4711 lock")
        try studio.see("33*f")
    }

    @Test("19: config edit opens the settings in the user's editor and names what is wrong")
    func configEdit() throws {
        let studio = try TmuxStudio()
        let binary = try #require(TmuxStudio.binary)
        let editor = studio.home.appending(path: "editor.sh")
        try "#!/bin/sh\necho 'motion = \"wild\"' >> \"$1\"\n".write(to: editor, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: editor.path)
        try studio.startShell(
            80, 24,
            "env LANG=C.UTF-8 TURBO2K_HOME=\(studio.home.path) VISUAL=\(editor.path) \(binary.path) config edit;"
                + " echo EXIT=$?; cat")
        try studio.see("config.toml line 2")
        try studio.see("EXIT=11")
    }

    @Test("22: reduced motion shows four stills and plays only when asked")
    func reducedMotion() throws {
        let studio = try TmuxStudio()
        try studio.start(120, 40, stepMilliseconds: 10, environment: "TURBO2K_REDUCE_MOTION=1")
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key("Enter")
        try studio.see("draft 1 saved")
        let still = try studio.settle(withStyles: true)
        #expect(still == (try studio.settle(withStyles: true)))
        #expect(still.contains("⏸"))
        try studio.leavePrompt()
        try studio.key("Space")
        try studio.see("▶")
    }
}
