import Generation
import StudioCore
import Testing

@Suite("Settings that other programs wrote")
struct ForeignSettingsTests {
    @Test("The lines of parameters are understood, with a prompt of several lines")
    func parameters() throws {
        let text = """
            a fox in the snow,
            film grain
            Negative prompt: blurry
            Steps: 20, Sampler: Euler, CFG scale: 6.5, Seed: 77, Size: 500x290, Model: other
            """
        let settings = try #require(ForeignSettings(text))
        #expect(settings.prompt == "a fox in the snow,\nfilm grain" && settings.negative == "blurry")
        #expect(settings.steps == 20 && settings.guidance == 6.5 && settings.seed == 77)
        #expect(settings.size == VideoSize(width: 512, height: 288))
        let recipe = settings.applied(to: Samples.recipe())
        #expect(recipe.prompt == settings.prompt && recipe.seed == 77 && recipe.lr.steps == 20)
        #expect(recipe.lr.size == VideoSize(width: 512, height: 288))
        #expect(RecipeLimits.fits(recipe.hr.size, draft: recipe.lr.size))
    }

    @Test("An object with a prompt is understood; fields of other types and numbers out of bounds are left out")
    func object() throws {
        let settings = try #require(
            ForeignSettings(#"{"prompt":"a\u001b[31m fox","negative_prompt":"rain","seed":5,"steps":5000,"size":3}"#))
        #expect(settings.prompt == "a[31m fox" && settings.negative == "rain")
        #expect(settings.seed == 5 && settings.steps == nil && settings.size == nil)
        let nested = ForeignSettings(#"{"parameters":"an owl\nSteps: 4, Seed: 9"}"#)
        #expect(nested?.prompt == "an owl" && nested?.seed == 9)
    }

    @Test(
        "A remark, a graph of nodes and nothing are not settings",
        arguments: ["", "made on a rainy day", #"{"prompt":{"3":{"inputs":{}}}}"#, "[1,2]", "Steps: 4"])
    func notSettings(text: String) {
        #expect(ForeignSettings(text) == nil)
    }
}
