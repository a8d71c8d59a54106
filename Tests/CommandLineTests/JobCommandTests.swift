import Foundation
import Testing

@Suite("draft, commit, render, resume")
struct JobCommandTests {
    private let program: Program

    init() throws {
        program = try Program()
    }

    private func makeDraft(_ prompt: String = "a fox at dusk", _ more: [String] = []) throws -> Program.Run {
        try program.run(["draft", prompt] + Program.fake + more)
    }

    @Test("A draft prints its number and nothing else; the clip is kept")
    func draft() throws {
        let run = try makeDraft()
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.output == "1\n")
        #expect(run.messages.contains("320x192, 25 frames, seed "))
        #expect(FileManager.default.fileExists(atPath: program.path("data/jobs/1/clip.mp4")))
        #expect(try makeDraft("another", ["--quiet"]).messages == "")
    }

    @Test("--count makes drafts with seeds that follow one another")
    func count() throws {
        let run = try makeDraft("a fox", ["--count", "3", "--seed", "4294967295"])
        #expect(run.lines == ["1", "2", "3"])
        let list = try program.run(["history", "list", "--json"]).objects
        #expect(list.compactMap { $0["seed"] as? Int } == [1, 0, 4_294_967_295])
    }

    @Test("A commit prints the clip's path, and the clip carries its recipe")
    func commit() throws {
        _ = try makeDraft("a fox at dusk", ["--seed", "41877"])
        let file = program.path("out.mp4")
        let run = try program.run(["commit", "1", "-o", file] + Array(Program.fake.dropLast(2)))
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.output == file + "\n")
        let shown = try program.run(["history", "show", file])
        #expect(shown.output.contains("kind       commit\n"))
        #expect(shown.output.contains("seed       41877\n"))
        #expect(shown.output.contains("commit     1280x768, 5 steps"))
        let recipe = try #require(try program.run(["history", "show", file, "--json"]).objects.first)
        #expect(recipe["schema"] as? String == "turbo2k.recipe.v1")
        #expect(recipe["prompt"] as? String == "a fox at dusk")
        #expect((recipe["weights_sha256"] as? String)?.isEmpty == false)
        #expect((recipe["draft_latent_sha256"] as? String)?.isEmpty == false)
    }

    @Test("What a stopped commit has is written, marked as partial, and the commit goes on afterwards")
    func partial() throws {
        _ = try makeDraft()
        let file = program.path("out.mp4")
        let child = try program.start(
            ["commit", "1", "-o", file, "--json", "--hr-steps", "6"] + Program.fake.dropLast(2) + [
                "--fake-step-ms", "300",
            ])
        #expect(child.waitForOutput("\"event\":\"state\""))
        child.send(SIGINT)
        #expect(child.wait().status == 130)
        let fake = Array(Program.fake.dropLast(2))
        let run = try program.run(["resume", "2", "--partial"] + fake)
        #expect(run.status == 0 && run.output == program.path("out-partial.mp4") + "\n", "\(run.messages)")
        let shown = try program.run(["history", "show", program.path("out-partial.mp4")])
        #expect(shown.output.contains("partial    the estimate after step ") && shown.output.contains(" of 6\n"))
        let objects = try program.run(["resume", "2", "--partial", "--json", "-o", program.path("b.webm")] + fake)
            .objects
        #expect(objects.last?["state"] as? String == "partial" && objects.last?["of"] as? Int == 6)
        #expect(try program.run(["history", "list", "--json"]).objects.first?["state"] as? String == "stopped")
        #expect(try program.run(["resume", "2"] + fake).output == file + "\n")
        #expect(try program.run(["resume", "2", "--partial"] + fake).status == 2)
    }

    @Test("A state that another build has kept is used or dropped only where that is asked for")
    func otherBuild() throws {
        let engine = Array(Program.fake.dropLast(2))
        let slow = engine + ["--fake-step-ms", "300", "--fake-build", "one"]
        let child = try program.start(["draft", "a fox", "--steps", "4", "--json"] + slow)
        #expect(child.waitForOutput("\"event\":\"state\""))
        child.send(SIGINT)
        #expect(child.wait().status == 130)
        let other = engine + ["--fake-build", "two"]
        let refused = try program.run(["resume", "1"] + other)
        #expect(refused.status == 12 && refused.messages.contains("--anyway or --anew"), "\(refused.messages)")
        let object = try #require(try program.run(["resume", "1", "--json"] + other).objects.last)
        #expect(object["kind"] as? String == "state" && object["suggest"] as? [String] == ["--anyway", "--anew"])
        #expect(try program.run(["history", "list", "--json"]).objects.first?["state"] as? String == "stopped")
        #expect(try program.run(["resume", "1", "--anyway", "--anew"] + other).status == 64)
        let run = try program.run(["resume", "1", "--anew", "--json"] + other)
        let steps = try run.objects.filter { $0["event"] as? String == "step" }.compactMap { $0["n"] as? Int }
        #expect(run.status == 0 && steps == [1, 2, 3, 4])
    }

    @Test("The commit of a draft that was cleaned away makes it again and says so")
    func cleanedDraft() throws {
        _ = try makeDraft()
        let latent = program.path("data/jobs/1/draft.safetensors")
        #expect(try program.run(["config", "set", "history.keep_drafts", "0"]).status == 0)
        let report = try program.run(["history", "prune"])
        #expect(!FileManager.default.fileExists(atPath: latent), "\(report.output)\(report.messages)")
        let file = program.path("out.mp4")
        let run = try program.run(["commit", "1", "-o", file] + Program.fake.dropLast(2))
        #expect(run.status == 0 && run.output == file + "\n", "\(run.messages)")
        #expect(run.messages.contains("draft 1 was cleaned away; its latent is made again first, about "))
        #expect(run.messages.contains("step lr"))
        #expect(FileManager.default.fileExists(atPath: latent))
    }

    @Test("Without H.264 the formats that there are are named, and a draft is made nevertheless")
    func missingCodec() throws {
        let environment = ["TURBO2K_ENCODERS": "libvpx-vp9"]
        #expect(try program.run(["draft", "a fox"] + Program.fake, environment).output == "1\n")
        let engine = Array(Program.fake.dropLast(2))
        let refused = try program.run(["commit", "1", "-o", program.path("a.mp4"), "--json"] + engine, environment)
        #expect(refused.status == 7)
        let error = try #require(try refused.objects.last)
        #expect(error["suggest"] as? [String] == ["-o NAME.webm", "-o NAME.png"])
        #expect(
            (error["message"] as? String)?.hasPrefix("This FFmpeg cannot write H.264. Use a name ending in") == true)
        for name in ["a.webm", "a.mkv"] {
            let run = try program.run(["commit", "1", "-o", program.path(name)] + engine, environment)
            #expect(run.status == 0, "\(run.messages)")
        }
    }

    /// Runs the program with `arguments` as a shell's pipe through xargs hands them on.
    private func xargs(_ arguments: String, _ command: [String]) throws -> Int32 {
        let xargs = Process()
        let (input, output) = (Pipe(), Pipe())
        xargs.executableURL = URL(filePath: "/usr/bin/xargs")
        xargs.arguments =
            [
                "env", "TURBO2K_HOME=\(program.home.path)", "TURBO2K_SHARE=\(Program.repository.path)",
                Program.executable.path,
            ] + command
        xargs.standardInput = input
        xargs.standardOutput = output
        try xargs.run()
        try input.fileHandleForWriting.write(contentsOf: Data(arguments.utf8))
        try input.fileHandleForWriting.close()
        _ = try output.fileHandleForReading.readToEnd()
        xargs.waitUntilExit()
        return xargs.terminationStatus
    }

    @Test(
        "The recipe of a clip survives a copy of its streams",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg")))
    func copied() throws {
        let (file, copy) = (program.path("out.mp4"), program.path("copy.mp4"))
        #expect(try program.run(["render", "a fox", "--seed", "9", "-o", file] + Program.fake).status == 0)
        let ffmpeg = try Process.run(
            URL(filePath: "/usr/bin/ffmpeg"), arguments: ["-v", "error", "-nostdin", "-i", file, "-c", "copy", copy])
        ffmpeg.waitUntilExit()
        #expect(ffmpeg.terminationStatus == 0)
        let recipes = try [file, copy].map { try program.run(["history", "show", $0, "--format", "json"]).output }
        #expect(recipes[0] == recipes[1] && recipes[0].contains("\"seed\":9"), "\(recipes)")
    }

    @Test("The recipe of a clip, as options, plans and drafts the same job through xargs")
    func arguments() throws {
        let file = program.path("out.mp4")
        let prompt = "it's \"a fox\" - \\ at dusk; $(rm)"
        let rendered = try program.run(
            [
                "render", prompt, "--negative", "-grain", "--seed", "9", "-o", file, "--coverage", "0.8", "--stg",
                "1.5",
                "--stg-blocks", "14,19", "--stg-mode", "transformer_block", "--rescale", "0.7", "--hr-steps", "3",
                "--hr-timesteps", "1,0.7,0.25",
                "--hr-stochastic",
            ] + Program.fake)
        #expect(rendered.status == 0, "\(rendered.messages)")
        let arguments = try program.run(["history", "show", file, "--format", "args"]).output
        #expect(try xargs(arguments, ["models", "plan", "--engine", "fake"]) == 0, "\(arguments)")
        #expect(
            try xargs(arguments, ["draft", "--engine", "fake", "--fake-step-ms", "1", "--json"]) == 0, "\(arguments)")
        let jobs = try program.run(["history", "list", "--json"]).objects
        let copy = try #require(jobs.first?["recipe"] as? [String: Any])
        let original = try #require(jobs.last?["recipe"] as? [String: Any])
        #expect(jobs.first?["job"] as? Int == 3)
        for key in ["prompt", "negative", "seed", "frames", "fps", "model"] {
            #expect("\(copy[key] ?? "")" == "\(original[key] ?? "")", "\(key)")
        }
        let passes = (copy["lr"] as? [String: Any], original["lr"] as? [String: Any])
        #expect(try NSDictionary(dictionary: #require(passes.0)) == NSDictionary(dictionary: #require(passes.1)))
        let commits = (copy["hr"] as? [String: Any], original["hr"] as? [String: Any])
        #expect(try NSDictionary(dictionary: #require(commits.0)) == NSDictionary(dictionary: #require(commits.1)))
        #expect(copy["prompt"] as? String == prompt)
        #expect(copy["negative"] as? String == "-grain")
    }

    @Test("A recipe in another language than JSON is a field of the result where JSON is asked for")
    func recipeText() throws {
        let clip = program.path("fox.mp4")
        _ = try program.run(["draft", "a fox", "--seed", "9", "-o", clip] + Program.fake)
        for (format, words) in [("toml", "schema = \"turbo2k.preset.v1\""), ("args", "--seed 9 ")] {
            for what in [clip, "1"] {
                let shown = try program.run(["history", "show", what, "--format", format])
                let told = try program.run(["history", "show", what, "--format", format, "--json"]).objects
                #expect(told.count == 1 && told.first?["event"] as? String == "result")
                #expect(told.first?["text"] as? String == shown.output && shown.output.contains(words))
            }
        }
    }

    @Test("Without -o a clip is named after day, words and seed, in the preset's folder")
    func named() throws {
        let run = try program.run(["render", "A Fox, at dusk!", "--seed", "5"] + Program.fake)
        #expect(run.status == 0, "\(run.messages)")
        let path = try #require(run.lines.first)
        #expect(path.hasPrefix(program.path("Videos/turbo2k/20")))
        #expect(path.hasSuffix("-a-fox-at-dusk-5-2k.mp4"))
        let again = try program.run(["render", "A Fox, at dusk!", "--seed", "5"] + Program.fake)
        #expect(again.output.hasSuffix("-a-fox-at-dusk-5-2k-2.mp4\n"))
    }

    @Test("Every line of --json is an object with an event; the first has the schema, the last is the result")
    func json() throws {
        let run = try makeDraft("a fox", ["--json", "--seed", "7"])
        #expect(run.status == 0)
        #expect(run.messages == "")
        let objects = try run.objects
        #expect(objects.allSatisfy { $0["event"] is String })
        #expect(objects.first?["schema"] as? String == "turbo2k.events.v1")
        #expect(objects.first?["event"] as? String == "job")
        let steps = objects.filter { $0["event"] as? String == "step" }
        #expect(steps.compactMap { $0["n"] as? Int } == Array(1...10))
        #expect(steps.allSatisfy { $0["of"] as? Int == 10 && $0["pass"] as? String == "lr" && $0["seconds"] is Double })
        let result = try #require(objects.last)
        #expect(result["event"] as? String == "result")
        #expect(result["seed"] as? Int == 7 && result["exit"] as? Int == 0 && result["state"] as? String == "done")
    }

    @Test("A failure ends --json with one error object")
    func jsonError() throws {
        let run = try makeDraft("a fox", ["--json", "--frames", "0"])
        #expect(run.status == 2)
        let last = try #require(try run.objects.last)
        #expect(last["event"] as? String == "error" && last["exit"] as? Int == 2 && last["kind"] as? String == "value")
        #expect((last["message"] as? String)?.contains("nearest is 1") == true)
        let memory = try makeDraft("a fox", ["--json", "--fake-memory", "1M"])
        #expect(memory.status == 4)
        let object = try #require(try memory.objects.last)
        #expect(object["available_bytes"] as? Int == 1 << 20)
        #expect((object["needed_bytes"] as? Int ?? 0) > 1 << 20)
    }

    @Test("The prompt may come from standard input or a file")
    func promptSources() throws {
        _ = try program.run(["draft", "-"] + Program.fake, input: "from input\n")
        let file = try program.write("from a file\nwith two lines\n", to: "prompt.txt")
        _ = try makeDraft("@" + file)
        let prompts = try program.run(["history", "list", "--json"]).objects.compactMap { $0["prompt"] as? String }
        #expect(prompts == ["from a file\nwith two lines", "from input"])
        let missing = try makeDraft("@/no/such/file")
        #expect(missing.status == 10 && missing.messages.contains("cannot be opened"))
    }

    @Test("A prompt of 10,000 characters is taken, one more is refused")
    func longPrompt() throws {
        #expect(try makeDraft(String(repeating: "word ", count: 2000)).status == 0)
        let refused = try makeDraft(String(repeating: "x", count: 10_001))
        #expect(refused.status == 2 && refused.messages.contains("10000 characters"))
    }

    @Test("Sizes and frames near enough are rounded with a note")
    func rounding() throws {
        let run = try makeDraft("a fox", ["--size", "1080x640", "--frames", "24"])
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.messages.contains("--size 1080x640 rounded to 1088x640"))
        #expect(run.messages.contains("--frames 24 rounded to 25"))
    }

    @Test("A size of another shape takes the other size along")
    func shape() throws {
        let run = try makeDraft("a fox", ["--size", "768x1280"])
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.messages.contains("the draft's size is 192x320"))
    }

    @Test("A stopped draft goes on under its own number")
    func resume() throws {
        let child = try program.start(["draft", "a fox", "--json"] + Program.fake + ["--fake-step-ms", "200"])
        #expect(child.waitForOutput("\"event\":\"state\""))
        child.send(SIGINT)
        #expect(child.wait().status == 130)
        let run = try program.run(["resume"] + Array(Program.fake.dropLast(2)))
        #expect(run.status == 0 && run.output == "1\n", "\(run.messages)")
        #expect(!run.messages.contains(" 1/10"))
        let nothing = try program.run(["resume"] + Array(Program.fake.dropLast(2)))
        #expect(nothing.status == 10 && nothing.messages.contains("nothing to go on with"))
    }
}
