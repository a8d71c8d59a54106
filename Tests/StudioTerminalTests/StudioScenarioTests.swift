import Foundation
import Testing

extension StudioScenarios {
    /// Drafts, commits, settings and files.
    @Suite(.serialized) struct Work {
        @Test("2, 4: a draft counts its steps, is kept, and is a snapshot of the prompt")
        func draft() throws {
            let studio = try TmuxStudio.opened(with: .prompt("a fox at dusk"), stepMilliseconds: 300)
            try studio.key("Enter")
            try studio.seeStep(3)
            try studio.type(" and an owl")
            try studio.see("draft 1 saved")
            let job = try #require(try studio.report().jobs.first)
            #expect(job.id == 1 && job.state == "done" && job.steps.map(\.number) == Array(1...18))
            for step in job.steps { #expect(step.seconds >= 0.29) }
            try studio.see("a fox at dusk and an owl")
            let shown = try studio.turbo2k("history", "show", "1", "--json")
            #expect(shown.status == 0)
            #expect(shown.output.contains("a fox at dusk"))
            #expect(!shown.output.contains("owl"))
        }

        @Test("3: the remaining time is shown, and does not jump up")
        func remainingTime() throws {
            let studio = try TmuxStudio.opened(with: .prompt("a fox"), stepMilliseconds: 200)
            try studio.key("Enter")
            // Nothing like it has run here yet.
            try studio.see("estimating")
            try studio.see("draft 1 saved")
            try studio.key("Enter")
            var seen: [Int] = []
            try studio.wait("draft 2 does not end") {
                let screen = try studio.screen()
                if let match = screen.firstMatch(of: /eta (\d+)s/), let seconds = Int(match.1) { seen.append(seconds) }
                return screen.contains("draft 2 saved")
            }
            #expect(!seen.isEmpty)
            // Where the machine was busy with other things, steps took longer than could be known.
            let steps = try #require(try studio.report().jobs.first { $0.id == 2 }).steps
            guard steps.allSatisfy({ $0.seconds < 0.3 }) else { return }
            for (earlier, later) in zip(seen, seen.dropFirst()) { #expect(later <= earlier + 1, "\(seen)") }
            #expect((seen.last ?? 99) <= 2, "\(seen)")
        }

        @Test("5: a draft is committed to 2K, and the file tells how it was made")
        func commit() throws {
            let studio = try TmuxStudio.opened(with: .draft("a fox at dusk"))
            try studio.key("C-t")
            try studio.see("Commit draft 1")
            try studio.key("Enter")
            try studio.see("2k done")
            let folder = studio.home.appending(path: "Videos/turbo2k")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            let file = try #require(files.first { $0.hasSuffix("-2k.mp4") })
            #expect(!files.contains { $0.hasSuffix(".part") })
            let shown = try studio.turbo2k("history", "show", folder.appending(path: file).path, "--json")
            #expect(shown.status == 0)
            let recipe = try #require(try Self.object(shown.output))
            #expect(recipe["kind"] as? String == "commit" && recipe["prompt"] as? String == "a fox at dusk")
            #expect((recipe["hr"] as? [String: Any])?["size"] as? String == "2560x1440")
            let draft = try #require(try Self.object(studio.turbo2k("history", "show", "1", "--json").output))
            #expect(recipe["seed"] as? Int != nil && recipe["seed"] as? Int == draft["seed"] as? Int)
        }

        private static func object(_ json: String) throws -> [String: Any]? {
            try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        }

        @Test(
            "6, 7, 8: Esc stops nothing; Ctrl-C asks, y or a second Ctrl-C stops, and R goes on to the same latents",
            arguments: ["y", "C-c"])
        func stop(answer: String) throws {
            let studio = try TmuxStudio()
            try studio.writePreset("few", draftSteps: 6, commitSteps: 1)
            try studio.open(with: .prompt("a fox"), stepMilliseconds: 1000, options: "--preset few")
            try studio.key("Enter")
            try studio.seeStep(2)
            for _ in 0..<5 { try studio.key("Escape") }
            try studio.seeStep(3)
            try studio.key("C-c")
            try studio.see("Stop job 1?")
            try studio.key(answer)
            try studio.see("Job 1 stopped")
            func job() throws -> [String: Any] {
                try #require(try Self.object(studio.turbo2k("history", "show", "1", "--json").output))
            }
            func steps(_ job: [String: Any]) -> [Double] {
                ((job["steps"] as? [[String: Any]]) ?? []).compactMap { $0["seconds"] as? Double }
            }
            let stopped = try job()
            #expect(stopped["state"] as? String == "stopped" && steps(stopped).count >= 2)
            try studio.key("M-6", "R")
            try studio.waitForDraft(1)
            let done = try job()
            // The first new step is the next one: those before kept their times.
            #expect(steps(done).count == 6 && Array(steps(done).prefix(steps(stopped).count)) == steps(stopped))
            let seed = try #require(done["seed"] as? Int)
            let again = try studio.turbo2k(
                "draft", "a fox", "--preset", "few", "--seed", "\(seed)", "--engine", "fake", "--fake-step-ms", "1",
                "--in-process")
            #expect(again.status == 0)
            let latents = try [1, 2].map {
                try Data(contentsOf: studio.home.appending(path: "data/jobs/\($0)/draft.safetensors"))
            }
            #expect(latents[0] == latents[1])
        }

        @Test("6: an editor gets a terminal as a shell has it, and gives the prompt back", arguments: ["F4", "C-x"])
        func externalEditor(key: String) throws {
            let studio = try TmuxStudio()
            let script = studio.home.appending(path: "editor.sh")
            try """
            echo EDITING; stty -a | grep -o ' icanon'
            read answer
            echo "$answer of $(cat "$2")" > "$2"
            """.write(to: script, atomically: true, encoding: .utf8)
            try studio.start(80, 24, environment: "VISUAL='/bin/sh \(script.path) --wait'")
            try studio.see("? help")
            try studio.type("a fox")
            try studio.key(key)
            if key == "C-x" { try studio.key("C-e") }
            try studio.see("EDITING")
            try studio.see("icanon")
            try studio.type("portrait")
            try studio.key("Enter")
            try studio.see("portrait of a fox")
            try studio.see("? help")
            try studio.type(" at dusk")
            try studio.see("portrait of a fox at dusk")
        }

        @Test("6: an editor that is not there leaves the prompt as it was")
        func missingEditor() throws {
            let studio = try TmuxStudio.opened(with: .prompt("a fox"), environment: "VISUAL=no-such-editor")
            try studio.key("F4")
            try studio.see("no-such-editor was not found")
            try studio.see("a fox")
        }

        @Test("19: a theme changed on the disk is read again beside the running studio")
        func themeReload() throws {
            let studio = try TmuxStudio()
            let folder = studio.home.appending(path: "config/themes")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: "mine.toml")
            func write(borders: String) throws {
                let text = "schema = \"turbo2k.theme.v1\"\nname = \"mine\"\nkind = \"dark\"\nborders = \"\(borders)\"\n"
                try text.write(to: file, atomically: true, encoding: .utf8)
            }
            try write(borders: "unicode")
            try studio.start(80, 24, options: "--theme mine")
            try studio.see("━ Prompt")
            try write(borders: "ascii")
            try studio.see("= Prompt")
        }

        @Test("17: a paused queue holds the next draft, and J moves one that waits")
        func pausedQueue() throws {
            let studio = try TmuxStudio.opened(120, 40)

            try studio.key("M-6", "P")
            try studio.see("paused, P goes on")
            try studio.key("M-1")
            try studio.type("one")
            try studio.key("Enter")
            try studio.see("1 draft")
            try studio.type(" two")
            try studio.key("Enter")
            try studio.see("2 draft")
            try studio.key("M-6", "J")
            try studio.wait("the second does not stand first") {
                let screen = try studio.screen()
                guard let one = screen.range(of: " 1 draft"), let two = screen.range(of: " 2 draft") else {
                    return false
                }
                return two.lowerBound < one.lowerBound
            }
            // What has just entered takes its place among those that wait a moment after it is told.
            try studio.key("P")
            try studio.wait("two drafts are not made", forReport: { $0.drafts.all == 2 })
            let ends = try [2, 1].map { id in
                let clip = studio.home.appending(path: "data/jobs/\(id)/clip.mp4")
                return try #require(
                    try clip.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate)
            }
            #expect(ends[0] <= ends[1], "the second did not go first")
        }

        @Test("18: keys.toml with a key that terminals keep is refused with line and reason")
        func refusedKeys() throws {
            let studio = try TmuxStudio()
            let folder = studio.home.appending(path: "config")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: "keys.toml")
            try "[everywhere]\ndraft = \"Ctrl-S\"\n".write(to: file, atomically: true, encoding: .utf8)
            try studio.start(120, 40)
            try studio.see("keys.toml")
            try studio.see("Ctrl-S stops and starts output")
            try "[everywhere]\ndraft = \"F9\"\n".write(to: file, atomically: true, encoding: .utf8)
            try studio.close()
            try studio.start(120, 40)
            try studio.see("? help")
            try studio.type("a fox")
            try studio.key("F9")
            try studio.see("draft 1 saved")
        }

        @Test("42: a batch of six makes six drafts and a contact sheet")
        func batch() throws {
            let studio = try TmuxStudio.opened(120, 40, with: .prompt("{red|blue} balloon"), stepMilliseconds: 10)
            try studio.see("makes 2")
            try studio.key("M-2", "Down", "Down", "Down", "Down", "Down", "Down", "Down", "Down", "Enter")
            try studio.see("A range, as")
            try studio.type("1..3")
            try studio.key("Enter")
            try studio.see("makes 6")
            try studio.key("C-g")
            try studio.see("blue, seed 3")
            try studio.see("6/6 done")
            try studio.see("6 of 6")
            // The changed values stand under each, and the six are one entry of the queue.
            for color in ["red", "blue"] {
                for seed in 1...3 { try studio.see("\(color), seed \(seed)") }
            }
            #expect(try studio.screen().matches(of: /6\/6 done/).count == 1)
            try studio.key("M-3", "Left", "Enter")
            try studio.see("draft 5")
        }

        @Test("32: drafts, stars, filter, prompt and settings are there after a restart")
        func restart() throws {
            let studio = try TmuxStudio.opened(120, 40, with: .draft("a fox"))
            try studio.type(" in the snow")
            try studio.key("Enter")
            try studio.see("draft 2 saved")
            try studio.key("M-5", "f", "/")
            try studio.type("star:")
            try studio.see("1 of 2")
            try studio.key("Enter", "M-2", "q")
            try studio.see("EXIT=0")
            try studio.close()
            try studio.start(120, 40)
            try studio.see("a fox in the snow")
            try studio.see("1 of 2")
            try studio.see("/star:")
            try studio.wait("the starred draft", forReport: { $0.drafts.shown == 1 && $0.drafts.selected == 2 })
        }

        @Test("37: a model that is not there leaves the studio usable, and b takes the bundled one")
        func missingModel() throws {
            let studio = try TmuxStudio()
            let folder = studio.home.appending(path: "empty")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // The stand-in engine needs no weights, so this is the real one.
            try studio.startShell(
                120, 40, try studio.program("--model \(folder.path)") + "; echo EXIT=$?; cat")
            try studio.see("This model cannot be used")
            try studio.see("There is no model in")
            try studio.see("b use nano now")
            try studio.key("b")
            try studio.see("The model is nano now")
            try studio.type("a fox")
            try studio.see("MiB  ok")
            let headless = try studio.turbo2k("draft", "a fox", "--model", folder.path)
            #expect(headless.status == 3)
        }
    }
}
