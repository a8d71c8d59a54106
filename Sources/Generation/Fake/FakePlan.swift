/// What a job of the fake engine is said to need: bytes that grow with the tokens and the pixels, as the engine's do.
struct FakePlan {
    let recipe: Recipe
    let availableBytes: Int

    var plan: GenerationPlan {
        let lrTokens = tokens(recipe.lr.size)
        let hrTokens = tokens(recipe.hr.size)
        let weights = GenerationPlan.Term(name: "weights", bytes: 48 << 20)
        let hrPixels = recipe.hr.size.width * recipe.hr.size.height
        return GenerationPlan(
            stages: [
                .init(stage: .load, terms: [weights]),
                .init(stage: .text, terms: [weights, .init(name: "text encoder", bytes: 12 << 20)]),
                .init(stage: .lr, terms: [weights, .init(name: "activations", bytes: lrTokens * 192 << 10)]),
                .init(stage: .features, terms: [weights, .init(name: "guidance features", bytes: hrTokens * 3 << 10)]),
                .init(
                    stage: .hr,
                    terms: [
                        weights, .init(name: "activations", bytes: hrTokens * 192 << 10),
                        .init(name: "guidance features", bytes: hrTokens * 3 << 10),
                    ]),
                .init(stage: .decode, terms: [weights, .init(name: "decoder chunk", bytes: hrPixels * 250)]),
                .init(stage: .encode, terms: [.init(name: "encoder", bytes: hrPixels * 40)]),
            ],
            lrTokens: lrTokens, hrTokens: hrTokens, lrFlopsPerCall: Double(lrTokens) * 1.2e7,
            hrFlopsPerCall: Double(hrTokens) * 1.6e7, lrStepCalls: Self.calls(recipe.lr),
            hrStepCalls: Self.calls(recipe.hr), availableBytes: availableBytes)
    }

    private static func calls(_ pass: PassSettings) -> [Int] {
        Array(repeating: pass.guidance == 1 ? 1 : 2, count: pass.steps)
    }

    /// Latent cells of 32 x 32 pixels by 8 frames, the first frame alone.
    func tokens(_ size: VideoSize) -> Int {
        (size.width / 32) * (size.height / 32) * ((recipe.frames - 1) / 8 + 1)
    }
}
