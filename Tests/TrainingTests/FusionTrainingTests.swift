import Diffusion
import Models
import Tensors
import TestSupport
import Testing
import Training
import WeightFiles

@Suite struct FusionTrainingTests {
    @Test(
        "The high-resolution model trains as the reference does",
        arguments: try GoldenSet.current.cases(kind: "train_fusion"))
    func fusion(golden: Golden) throws {
        let checkpoints = try golden.weights.map { try Checkpoint.load(.transformer, from: $0) }
        let low = try #require(checkpoints.first { $0.fileConfig["turbo2k"] == nil })
        let high = try #require(checkpoints.first { $0.fileConfig["turbo2k"] != nil })
        let turbo2k = try Turbo2KConfiguration(try #require(high.fileConfig["turbo2k"]))
        let lowWeights = ParameterSet(try low.tensors())
        let lowModel = try VideoTransformerGraph(
            try VideoTransformerConfiguration(low.config), weights: lowWeights.scope())
        let objective = FusionObjective(
            try VideoTransformerConfiguration(high.config), turbo2k: turbo2k, lowResolution: lowModel,
            grid: try TokenGrid(golden.config["hr_grid"]))
        let batch = try FlowMatchingBatch(golden)
        let source = try guidance(golden, isCausal: lowModel.configuration.causalTemporalPositioning ?? false)
        let weights = try high.tensors().map { (FusionObjective.parameterName($0.key), $0.value) }
        let training = GoldenTraining(golden, weights: Dictionary(uniqueKeysWithValues: weights)) {
            try objective($0, batch, guidance: source)
        }
        try training.check()
        // The low-resolution model could collect gradients here; none may reach it.
        #expect(lowWeights.named(try objective(training.initial, batch, guidance: source).total.backward()).isEmpty)
    }

    private func guidance(_ golden: Golden, isCausal: Bool) throws -> GuidanceSource {
        let grid = try TokenGrid(golden.config["lr_grid"])
        let coordinates = LatentGrid(frames: grid.frames, height: grid.rows, width: grid.columns)
            .indices(frameRate: try #require(golden.config["frame_rate"]?.double), isCausal: isCausal)
        return GuidanceSource(
            clean: try golden.input("z"), noise: try golden.input("guidance_noise"), coordinates: coordinates,
            grid: grid)
    }
}
