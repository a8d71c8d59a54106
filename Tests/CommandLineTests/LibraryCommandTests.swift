import Foundation
import Testing

@Suite("presets, themes, history")
struct LibraryCommandTests {
    private let program: Program

    init() throws {
        program = try Program()
    }

    @Test("A preset is saved, used, shown, exported, renamed and deleted")
    func presets() throws {
        let saved = try program.run(
            ["presets", "save", "my one", "--preset", "nano-fast", "--steps", "3", "--about", "quick"])
        #expect(saved.status == 0, "\(saved.messages)")
        #expect(saved.output == program.path("config/presets/my one.toml") + "\n")
        let shown = try #require(try program.run(["presets", "show", "my one", "--json"]).objects.first)
        let lr = try #require(shown["lr"] as? [String: Any])
        #expect(lr["steps"] as? Int == 3 && lr["size"] as? String == "320x192")
        #expect(shown["origin"] as? String == "yours")
        let draft = try program.run(
            ["draft", "x", "--engine", "fake", "--fake-step-ms", "1", "--preset", "my one", "--json"])
        #expect(try draft.objects.count { $0["event"] as? String == "step" } == 3)
        let exported = try program.run(["presets", "export", "my one"]).output
        #expect(exported.contains("based_on = \"nano-fast\"") && exported.contains("steps = 3"))
        #expect(try program.run(["presets", "rename", "my one", "other"]).status == 0)
        #expect(try program.run(["presets", "diff", "other", "nano-fast"]).output.contains(/lr\.steps +3 \| 10\n/))
        let rows = try program.run(["presets", "show", "other"]).lines
        // Every value stands in one column, also that of the longest name.
        #expect(rows.allSatisfy { $0.dropFirst(21).first == " " && $0.dropFirst(22).first?.isWhitespace == false })
        #expect(try program.run(["presets", "delete", "other"]).status == 0)
        #expect(try program.run(["presets", "show", "other"]).status == 11)
    }

    @Test("A preset can be made from a job, and from a clip")
    func presetFromJob() throws {
        let file = program.path("a.mp4")
        _ = try program.run(["draft", "x", "--guidance", "7", "-o", file] + Program.fake)
        for (name, source) in [("from job", "1"), ("from clip", file)] {
            #expect(try program.run(["presets", "save", name, "--from", source]).status == 0)
            let shown = try #require(try program.run(["presets", "show", name, "--json"]).objects.first)
            #expect((shown["lr"] as? [String: Any])?["guidance"] as? Double == 7)
        }
    }

    @Test("Saving over a shipped preset makes one's own")
    func overShipped() throws {
        #expect(try program.run(["presets", "save", "nano", "--steps", "5"]).status == 0)
        let shown = try #require(try program.run(["presets", "show", "nano", "--json"]).objects.first)
        #expect(shown["origin"] as? String == "yours over shipped")
        #expect((shown["lr"] as? [String: Any])?["steps"] as? Int == 5)
        #expect((shown["lr"] as? [String: Any])?["guidance"] as? Double == 4)
        #expect(try program.run(["presets", "delete", "nano"]).status == 0)
        let again = try #require(try program.run(["presets", "show", "nano", "--json"]).objects.first)
        #expect(again["origin"] as? String == "shipped")
    }

    @Test("Import takes a good file and refuses a bad one with its line")
    func importing() throws {
        let good = try program.write("name = \"got\"\nframes = 9\n", to: "got.toml")
        #expect(try program.run(["presets", "import", good]).output == "got\n")
        let bad = try program.write("name = \"bad\"\nframes = 8\n", to: "bad.toml")
        let run = try program.run(["presets", "import", bad])
        #expect(run.status == 11 && run.messages.contains("bad.toml line 2"))
    }

    @Test("Every shipped theme passes its own check; a faint one exits with 1")
    func themes() throws {
        let names = try program.run(["themes", "list", "--json"]).objects.compactMap { $0["name"] as? String }
        #expect(names.count >= 6)
        for name in names { #expect(try program.run(["themes", "check", name]).status == 0, "\(name)") }
        let faint = try program.write(
            "name = \"faint\"\nkind = \"light\"\n[color]\nbg = \"#ffffff\"\ntext = \"#dddddd\"\n", to: "faint.toml")
        let run = try program.run(["themes", "check", faint])
        #expect(run.status == 1)
        #expect(run.output.contains("! true  text on bg"))
    }

    @Test("Jobs are listed, searched, starred, trashed and restored")
    func history() throws {
        for prompt in ["a fox on a ridge", "a red sailboat"] { _ = try program.run(["draft", prompt] + Program.fake) }
        func ids(_ arguments: [String]) throws -> [Int] {
            try program.run(["history"] + arguments + ["--json"]).objects.compactMap { $0["job"] as? Int }
        }
        #expect(try ids(["list"]) == [2, 1])
        #expect(try ids(["search", "sail"]) == [2])
        #expect(try program.run(["history", "star", "1"]).status == 0)
        #expect(try ids(["search", "star:"]) == [1])
        #expect(try program.run(["history", "trash", "1"]).status == 0)
        #expect(try ids(["list"]) == [2])
        #expect(try ids(["list", "--trash"]) == [1])
        #expect(try program.run(["history", "restore", "1"]).status == 0)
        #expect(try ids(["list"]) == [2, 1])
        let plan = try program.run(["history", "prune", "--dry-run"])
        #expect(plan.output.hasPrefix("would free "))
    }

    @Test("Programs that run at the same time share one history")
    func together() throws {
        let children = try (1...4).map { number in
            try program.start(["draft", "prompt \(number)", "--count", "3", "--quiet"] + Program.fake)
        }
        var ids: [String] = []
        for child in children {
            let run = child.wait()
            #expect(run.status == 0, "\(run.messages)")
            ids += run.lines
        }
        #expect(ids.compactMap { Int($0) }.sorted() == Array(1...12))
        let states = try program.run(["history", "list", "--json"]).objects.compactMap { $0["state"] as? String }
        #expect(states == Array(repeating: "done", count: 12))
    }

    @Test("history show tells steps and times of a job")
    func show() throws {
        _ = try program.run(["draft", "a fox", "--seed", "3"] + Program.fake)
        let job = try #require(try program.run(["history", "show", "1", "--json"]).objects.first)
        #expect((job["steps"] as? [Any])?.count == 10)
        #expect((job["recipe"] as? [String: Any])?["prompt"] as? String == "a fox")
        let toml = try program.run(["history", "show", "1", "--format", "toml"]).output
        #expect(toml.contains("steps = 10") && toml.contains("size = \"320x192\""))
    }

    @Test("A plan tells memory and refuses what does not fit")
    func plan() throws {
        let run = try program.run(["models", "plan", "--engine", "fake", "--json"])
        #expect(run.status == 0, "\(run.messages)")
        let plan = try #require(try run.objects.first)
        #expect(plan["lr_tokens"] as? Int == 576 && plan["hr_tokens"] as? Int == 14_400)
        let refused = try program.run(["models", "plan", "--engine", "fake", "--fake-memory", "10M"])
        #expect(refused.status == 4 && refused.messages.contains("close other programs"), "\(refused.messages)")
        let large = ["models", "plan", "--engine", "fake", "--fake-memory"]
        let told = try #require(try program.run(large + ["2G", "--json"]).objects.last)
        let advice = try #require(told["suggest"] as? [String])
        #expect(told["exit"] as? Int == 4 && advice.contains { $0.hasPrefix("--size ") }, "\(told)")
        for option in advice {
            #expect(try program.run(large + ["2G"] + option.split(separator: " ").map(String.init)).status == 0)
        }
    }
}
