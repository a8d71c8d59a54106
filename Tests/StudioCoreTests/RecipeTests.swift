import Foundation
import Generation
import Kernels
import StudioCore
import Testing

@Suite("Recipes")
struct RecipeTests {
    @Test("A recipe survives the way through JSON")
    func roundTrip() throws {
        var recipe = Samples.recipe("a \"fox\" \\ 漢字\nat dusk")
        recipe.precision = .bf16
        recipe.lr.guidance = 4.2
        recipe.hr.shift = nil
        let document = RecipeDocument(
            recipe: recipe, kind: .commit, preset: "fox-2k", weightsSHA256: "ab12", draftLatentSHA256: "cd34",
            made: HistoryDate.date("2026-01-31T14:30:25Z"), seconds: 98.2, lrStepSeconds: [0.71, 0.7],
            hrStepSeconds: [17.7])
        #expect(try RecipeDocument(json: document.json()) == document)
        #expect(document.json().contains("\"guidance\":4.2"))
        #expect(document.json().contains("\"schema\":\"turbo2k.recipe.v1\""))
        #expect(document.json().contains("\"made\":\"2026-01-31T14:30:25Z\""))
    }

    @Test("Settings of the published models survive too, within bounds")
    func furtherSettings() throws {
        var recipe = Samples.recipe()
        recipe.lr.stg = 1.5
        recipe.lr.stgBlocks = [19, 14]
        recipe.lr.rescale = 0.7
        recipe.hr.timesteps = [1, 0.99, 0.725, 0.03]
        recipe.hr.isStochastic = true
        recipe.hr.stepCache = 0.2
        recipe.lr.guidanceInterval = NoiseInterval(lowest: 0.25, highest: 0.75)
        let document = RecipeDocument(recipe: recipe, kind: .draft)
        #expect(try RecipeDocument(json: document.json()) == document)
        recipe.lr.rescale = 7
        recipe.lr.stgBlocks = [-4]
        recipe.hr.timesteps = [40]
        recipe.hr.stepCache = 2
        let read = try RecipeDocument(json: RecipeDocument(recipe: recipe, kind: .draft).json()).recipe
        #expect(read.lr.rescale == 1 && read.lr.stgBlocks == [0] && read.hr.timesteps == [1])
        #expect(read.hr.stepCache == 1 && read.lr.guidanceInterval == recipe.lr.guidanceInterval)
        let reversed = document.json().replacingOccurrences(of: "[0.25,0.75]", with: "[0.75,0.25]")
        #expect(reversed != document.json())
        #expect(throws: StudioError.self) { try RecipeDocument(json: reversed) }
    }

    @Test("The example of the file format reads")
    func example() throws {
        let json = """
            {"schema":"turbo2k.recipe.v1","program":"turbo2k 1.0.0","kind":"commit",
             "prompt":"A fox crosses a snowy ridge","negative":"","seed":41877,
             "frames":121,"fps":24,"lr":{"size":"512x288","steps":8,"guidance":1.0,"shift":null},
             "hr":{"size":"2560x1440","steps":4,"guidance":1.0},
             "model":"nano","weights_sha256":"ab","precision":"bf16","draft_latent_sha256":"cd",
             "preset":"fox-2k","made":"2026-01-31T14:30:25Z","seconds":98.2,"a later field":1,
             "step_seconds":{"lr":[0.71,0.70],"hr":[17.7]}}
            """
        let document = try RecipeDocument(json: json)
        #expect(document.recipe.seed == 41877)
        #expect(document.recipe.hr.size == VideoSize(width: 2560, height: 1440))
        #expect(document.recipe.lr.shift == nil)
        #expect(document.recipe.precision == .bf16)
        #expect(document.hrStepSeconds == [17.7])
    }

    @Test("Numbers are clamped, sizes and frames rounded, control characters removed")
    func hostile() throws {
        var document = RecipeDocument(recipe: Samples.recipe("x\u{1B}]0;evil\u{07}y"), kind: .draft)
        document.recipe.frames = 40
        document.recipe.lr.steps = 5000
        document.recipe.lr.size = VideoSize(width: 999_999, height: -3)
        document.recipe.lr.guidance = 1e9
        document.weightsSHA256 = "../../etc"
        let read = try RecipeDocument(json: document.json())
        #expect(read.recipe.prompt == "x]0;evily")
        #expect(read.recipe.frames == 41)
        #expect(read.recipe.lr.steps == 100)
        #expect(read.recipe.lr.size == VideoSize(width: 8192, height: 64))
        #expect(read.recipe.lr.guidance == 30)
        #expect(read.weightsSHA256 == nil)
    }

    @Test(
        "What is no recipe is refused with a reason",
        arguments: [
            ("hello", "it is not JSON"), ("[]", "wrong type"), ("{}", "\"schema\" is missing"),
            ("{\"schema\":\"turbo2k.recipe.v9\",\"kind\":\"draft\"}", "is missing"),
        ])
    func refused(text: String, reason: String) {
        let error = #expect(throws: StudioError.self) { try RecipeDocument(json: text) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "no error")")
        #expect(error?.exitCode == 10)
    }

    @Test("A recipe of another version or above 1 MiB is refused")
    func refusedVersions() {
        let other = RecipeDocument(recipe: Samples.recipe(), kind: .draft).json()
            .replacing("turbo2k.recipe.v1", with: "turbo2k.recipe.v2")
        #expect(throws: StudioError.self) { try RecipeDocument(json: other) }
        let huge = String(repeating: " ", count: 1 << 20) + "{}"
        #expect(throws: StudioError.self) { try RecipeDocument(json: huge) }
    }

    @Test("Privacy: short leaves the prompt out, none leaves everything out")
    func privacy() throws {
        let document = RecipeDocument(recipe: Samples.recipe("secret"), kind: .draft)
        #expect(document.shared(.full) == document)
        #expect(document.shared(.short)?.json().contains("secret") == false)
        #expect(document.shared(.short)?.recipe.seed == 7)
        #expect(document.shared(.none) == nil)
    }

    @Test(
        "Sizes and frames round to what the model takes", arguments: [(1080, 1088), (720, 736), (512, 512), (10, 64)])
    func nearest(pixels: Int, expected: Int) {
        #expect(RecipeLimits.nearest(VideoSize(width: pixels, height: 512)).width == expected)
    }

    @Test("Frames round to 8k + 1", arguments: [(1, 1), (2, 1), (24, 25), (25, 25), (29, 33), (0, 1), (120, 121)])
    func nearestFrames(count: Int, expected: Int) {
        #expect(RecipeLimits.nearestFrames(count) == expected)
    }

    @Test("The form's commit sizes have the draft's shape")
    func fittingSizes() {
        let sizes = RecipeLimits.fittingSizes(forDraft: VideoSize(width: 512, height: 288)).map(\.description)
        #expect(
            !sizes.contains("512x288") && sizes.contains("1024x576") && sizes.contains("1536x864")
                && sizes.contains("2560x1440"))
        #expect(!RecipeLimits.fits(VideoSize(width: 1440, height: 1440), draft: VideoSize(width: 512, height: 288)))
        #expect(RecipeLimits.fits(VideoSize(width: 1920, height: 1088), draft: VideoSize(width: 512, height: 288)))
    }

    @Test("What cannot start is refused with what could")
    func check() {
        func message(_ change: (inout Recipe) -> Void) -> String {
            var recipe = Samples.recipe()
            change(&recipe)
            let error = #expect(throws: GenerationError.self) { try RecipeLimits.check(recipe) }
            #expect(error?.exitCode == 2)
            return error?.description ?? ""
        }
        #expect(message { $0.prompt = " \u{1B}\n" }.hasPrefix("The prompt is empty"))
        #expect(message { $0.prompt = String(repeating: "x", count: 10_001) }.contains("10000 characters"))
        #expect(message { $0.frames = 24 }.contains("nearest count is 25"))
        #expect(message { $0.lr.size.width = 500 }.contains("nearest is 512x288"))
        #expect(message { $0.hr.size = VideoSize(width: 1024, height: 1024) }.contains("1280x736"))
        #expect(message { $0.lr.steps = 0 }.contains("1 to 100"))
        #expect(message { $0.hr.guidance = -1 }.contains("0 to 30"))
        #expect(message { $0.lr.shift = 0 }.contains("shift"))
    }

    @Test("A prompt of 10,000 characters may start")
    func longPrompt() throws {
        try RecipeLimits.check(Samples.recipe(String(repeating: "word ", count: 2000)))
    }
}

@Suite("Output names")
struct OutputNameTests {
    @Test(
        "The prompt's words become a slug",
        arguments: [
            ("A fox crosses a snowy ridge at sunset", "a-fox-crosses-a-snowy"), ("--- ../../etc/passwd", "etc-passwd"),
            ("…", "clip"), ("", "clip"), ("Café Zürich", "café-zürich"), ("漢字", "漢字"),
            (String(repeating: "x", count: 100), String(repeating: "x", count: 26)),
            ("a\u{1B}[31mb", "a-31mb"),
        ])
    func slug(prompt: String, expected: String) {
        #expect(OutputName.slug(prompt) == expected)
    }

    @Test("The default name is date, slug, seed and kind")
    func name() throws {
        let date = try #require(HistoryDate.date("2026-01-31T12:00:00Z"))
        var recipe = Samples.recipe("A fox crosses a snowy ridge at sunset", seed: 41877)
        recipe.seed = 41877
        let template = ResolvedPreset.outputDefaults.name
        let name = OutputName.name(template: template, recipe: recipe, kind: .commit, job: 3, date: date)
        #expect(name.hasSuffix("-a-fox-crosses-a-snowy-41877-2k"))
        #expect(name.utf8.count <= 60)
    }

    @Test(
        "No template leads out of the folder or into an option",
        arguments: ["../../{slug}", "-{slug}", ".{slug}", "{slug}/x", "\u{1B}{slug}", ""])
    func safe(template: String) {
        let name = OutputName.name(
            template: template, recipe: Samples.recipe(), kind: .draft, job: 1, date: .now)
        #expect(!name.contains("/") && !name.hasPrefix("-") && !name.hasPrefix(".") && !name.isEmpty)
        #expect(!name.contains("\u{1B}"))
    }

    @Test("A clash adds -2, then -3")
    func clash() throws {
        let folder = try TestFolder()
        #expect(OutputName.freeFile(named: "a", extension: "mp4", in: folder.url).lastPathComponent == "a.mp4")
        try folder.write("", to: "a.mp4")
        #expect(OutputName.freeFile(named: "a", extension: "mp4", in: folder.url).lastPathComponent == "a-2.mp4")
        try folder.write("", to: "a-2.mp4")
        #expect(OutputName.freeFile(named: "a", extension: "mp4", in: folder.url).lastPathComponent == "a-3.mp4")
    }
}
