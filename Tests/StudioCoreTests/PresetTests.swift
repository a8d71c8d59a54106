import Foundation
import Generation
import Kernels
import StudioCore
import Testing

@Suite("Presets")
struct PresetTests {
    private func library(_ files: [String: String]) throws -> (PresetLibrary, TestFolder) {
        let folder = try TestFolder()
        for (name, text) in files { try folder.write(text, to: "config/presets/\(name)") }
        let shipped = TestFolder.repository.appending(path: "presets")
        return (PresetLibrary(shipped: shipped, own: folder.paths.presets), folder)
    }

    @Test("Every shipped preset reads without a problem and makes a recipe that may start")
    func shippedPresets() throws {
        let (library, _) = try library([:])
        #expect(library.problems == [])
        #expect(library.entries.count >= 6)
        for entry in library.entries {
            let resolved = try library.resolved(entry.preset.name)
            try RecipeLimits.check(resolved.recipe(prompt: "a fox", seed: 1))
            #expect(entry.origin == .shipped)
            #expect(!entry.preset.about.isEmpty, "\(entry.preset.name)")
            #expect(entry.file.lastPathComponent == entry.preset.name + ".toml")
        }
    }

    @Test("The bundled model's defaults are what it was measured with")
    func nanoDefaults() throws {
        let (library, _) = try library([:])
        let nano = try library.resolved("nano")
        #expect(nano.lr == PassSettings(size: VideoSize(width: 512, height: 288), steps: 18, guidance: 4, shift: 2))
        var commit = PassSettings(size: VideoSize(width: 2560, height: 1440), steps: 6, guidance: 1, shift: 3)
        commit.coverage = 0.9
        commit.stepCache = 0.2
        #expect(nano.hr == commit)
        #expect(nano.frames == 25)
        #expect(nano.fps == 24)
        #expect(nano.output.format == "mp4")
    }

    @Test("A preset without a model takes what it leaves out from the model in use")
    func modelDefaults() throws {
        let (library, _) = try library([:])
        let bundled = try library.resolved("2k")
        #expect(bundled.model == "nano")
        #expect(bundled.lr.steps == 18)
        let published = try library.resolved("2k", model: "ltx-2b")
        #expect(published.model == "ltx-2b")
        #expect(published.lr.steps == 40)
        #expect(published.lr.guidance == 3)
        #expect(published.frames == 121)
    }

    @Test("based_on fills in what is missing, over several steps")
    func basedOn() throws {
        let (library, folder) = try library([
            "one.toml": "name = \"one\"\nbased_on = \"nano\"\nframes = 1\nprompt_tail = \", film grain\"\n",
            "two.toml": "name = \"two\"\nbased_on = \"one\"\n[lr]\nsteps = 5\n",
        ])
        let two = try library.resolved("two")
        #expect(two.frames == 1)
        #expect(two.lr.steps == 5)
        #expect(two.lr.guidance == 4)
        #expect(two.recipe(prompt: "a fox", seed: 3).prompt == "a fox, film grain")
        withExtendedLifetime(folder) {}
    }

    @Test("Guidance and noise levels of published models are read, written and checked")
    func furtherSettings() throws {
        let text = """
            name = "distilled"
            [lr]
            timesteps = [1.0, 0.9937, 0.725]
            stochastic = true
            stg = 1.0
            stg_blocks = [19]
            stg_mode = "attention_skip"
            rescale = 0.7
            coverage = 0.95
            step_cache = 0.1
            guidance_interval = [0.2, 0.9]
            [hr]
            guidance_interval = [0.9, 0.2]
            timesteps = [1.0, 2.0]
            stg_blocks = "all"
            stg_mode = "none"
            """
        var (library, folder) = try library([
            "a.toml": text, "b.toml": "name = \"b\"\nbased_on = \"distilled\"\n[lr]\nsteps = 9\n",
        ])
        #expect(
            library.problems.map(\.description).sorted() == [
                "presets/a.toml line 13: \"guidance_interval\" must be two noise levels, the lower one first, for"
                    + " example [0.2, 0.8].",
                "presets/a.toml line 14: \"timesteps\" must be a list of numbers from 0 to 1.",
                "presets/a.toml line 15: \"stg_blocks\" must be a list of numbers from 0 to 999.",
                "presets/a.toml line 16: \"stg_mode\" must be one of attention_values, attention_skip, residual,"
                    + " transformer_block.",
            ])
        let resolved = try library.resolved("distilled")
        #expect(resolved.lr.steps == 3 && resolved.lr.timesteps == [1, 0.9937, 0.725])
        #expect(resolved.lr.isStochastic == true && resolved.lr.stgBlocks == [19] && resolved.lr.coverage == 0.95)
        #expect(resolved.lr.stgModeName == "attention_skip" && resolved.hr.stgModeName == nil)
        #expect(resolved.lr.stepCache == 0.1 && resolved.lr.guidanceInterval == NoiseInterval("0.2,0.9"))
        #expect(resolved.hr.guidanceInterval == nil)
        let other = try library.resolved("b")
        #expect(other.lr.steps == 9 && other.lr.timesteps == nil && other.lr.stg == 1)
        var copy = try library.entry(named: "distilled").preset
        copy.name = "copy"
        try library.save(copy)
        #expect(try library.entry(named: "copy").preset == copy)
        withExtendedLifetime(folder) {}
    }

    @Test("A circle of based_on is an error, not an endless loop")
    func circle() throws {
        let (library, folder) = try library([
            "one.toml": "name = \"one\"\nbased_on = \"two\"\n",
            "two.toml": "name = \"two\"\nbased_on = \"one\"\n",
        ])
        #expect(throws: StudioError.self) { try library.resolved("one") }
        withExtendedLifetime(folder) {}
    }

    @Test("Wrong values and unknown keys are reported with file and line, the rest of the file holds")
    func problems() throws {
        let text = """
            schema = "turbo2k.preset.v1"
            name = "odd"
            frames = 24
            colour = 3

            [lr]
            size = "500x288"
            guidence = 2.0
            steps = 0
            shift = "x"

            [output]
            format = "avi"
            """
        let (library, folder) = try library(["odd.toml": text])
        let messages = library.problems.map(\.description)
        #expect(
            messages.sorted() == [
                "presets/odd.toml line 10: \"shift\" must be a number, is a string.",
                "presets/odd.toml line 13: \"format\" must be \"mp4\", \"mov\", \"mkv\", \"webm\", \"gif\" or \"png\", "
                    + "is \"avi\".",
                "presets/odd.toml line 3: \"frames\" must be a multiple of 8, plus 1: try 25.",
                "presets/odd.toml line 4: \"colour\" is not a known key and is ignored.",
                "presets/odd.toml line 7: \"size\" 500x288 cannot be used; the nearest is 512x288.",
                "presets/odd.toml line 8: \"guidence\" is not a known key in [lr] and is ignored. "
                    + "Did you mean \"guidance\"?",
                "presets/odd.toml line 9: \"steps\" must be 1 to 100, is 0.",
            ])
        #expect(try library.entry(named: "odd").preset.lr == Preset.PassValues())
        withExtendedLifetime(folder) {}
    }

    @Test("A file that is not TOML is skipped with its line; the others work")
    func brokenFile() throws {
        let (library, folder) = try library(["bad.toml": "name = \"bad\"\nframes = = 3\n", "good.toml": "frames = 9\n"])
        #expect(library.problems.count == 1)
        let message = try #require(library.problems.first?.description)
        #expect(message.hasPrefix("presets/bad.toml line 2: This is not valid TOML"))
        #expect(message.hasSuffix("This preset is skipped."))
        #expect(try library.entry(named: "good").preset.frames == 9)
        withExtendedLifetime(folder) {}
    }

    @Test("An unknown name is answered with the nearest one")
    func unknownName() throws {
        let (library, _) = try library([:])
        #expect(throws: StudioError.unknown(kind: "preset", name: "nanno", suggestion: "nano")) {
            try library.entry(named: "nanno")
        }
    }

    @Test("Saving over a shipped preset makes the user's own; deleting it brings the shipped one back")
    func saveAndDelete() throws {
        var (library, folder) = try library([:])
        var mine = try library.entry(named: "nano").preset
        mine.lr.steps = 12
        mine.promptTail = "say \"cheese\" \\ and\nsmile"
        try library.save(mine)
        #expect(try library.entry(named: "nano").origin == .yoursOverShipped)
        #expect(try library.entry(named: "nano").preset == mine)
        try library.delete("nano")
        #expect(try library.entry(named: "nano").origin == .shipped)
        #expect(throws: StudioError.self) { try library.delete("nano") }
        withExtendedLifetime(folder) {}
    }

    @Test("Saving keeps the comments and the order of the user's file")
    func commentsStay() throws {
        let text = """
            # my favourite
            name = "mine"   # the name
            frames = 25

            [lr]
            # few are enough
            steps = 8       # drafts only
            """
        var (library, folder) = try library(["mine.toml": text])
        var preset = try library.entry(named: "mine").preset
        preset.lr.steps = 9
        preset.lr.guidance = 2.5
        preset.hr.steps = 3
        let file = try library.save(preset)
        let saved = try String(contentsOf: file, encoding: .utf8)
        #expect(saved.contains("# my favourite\nname = \"mine\"   # the name\n"))
        #expect(saved.contains("# few are enough\nsteps = 9       # drafts only\nguidance = 2.5\n"))
        #expect(saved.contains("[hr]\nsteps = 3"))
        #expect(try library.entry(named: "mine").preset == preset)
        #expect(library.problems == [])
        withExtendedLifetime(folder) {}
    }

    @Test("Renaming moves the file and refuses a taken name")
    func rename() throws {
        var (library, folder) = try library(["a.toml": "name = \"a\"\nframes = 9\n"])
        try library.rename("a", to: "b c")
        #expect(try library.entry(named: "b c").preset.frames == 9)
        #expect(throws: StudioError.self) { try library.entry(named: "a") }
        #expect(throws: StudioError.self) { try library.rename("b c", to: "nano") }
        withExtendedLifetime(folder) {}
    }

    @Test("Export and import carry a preset to another library")
    func exportAndImport() throws {
        let (library, folder) = try library(["a.toml": "# hello\nname = \"carried\"\nframes = 9\n"])
        let file = try folder.write(try library.export("carried"), to: "out/carried.toml")
        var (other, otherFolder) = try self.library([:])
        #expect(try other.importFile(file) == "carried")
        #expect(try other.export("carried").hasPrefix("# hello\n"))
        #expect(throws: StudioError.self) { try other.importFile(file) }
        let wrong = try folder.write("name = \"w\"\nframes = 8\n", to: "out/w.toml")
        #expect(throws: StudioError.self) { try other.importFile(wrong) }
        withExtendedLifetime((folder, otherFolder)) {}
    }

    @Test(
        "Names that cannot be files are refused",
        arguments: ["", ".hidden", "-x", "a/b", "a\u{1B}[0m", " a", String(repeating: "x", count: 41)])
    func badNames(name: String) {
        #expect(PresetName.problem(name) != nil)
    }

    @Test("Names of 1 to 40 characters are taken", arguments: ["a", "my one", "狐", String(repeating: "x", count: 40)])
    func goodNames(name: String) {
        #expect(PresetName.problem(name) == nil)
    }
}
