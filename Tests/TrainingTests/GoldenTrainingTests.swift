import Models
import Tensors
import TestSupport
import Testing
import Training
import WeightFiles

extension TokenGrid {
    /// Three numbers of a case's configuration: frames, rows, columns.
    init(_ json: JSONValue?) throws {
        let sizes = try #require(json?.ints)
        try #require(sizes.count == 3)
        self.init(frames: sizes[0], rows: sizes[1], columns: sizes[2])
    }
}

@Suite struct GoldenTrainingTests {
    @Test("Flow matching trains as the reference does", arguments: try GoldenSet.current.cases(kind: "train_flow"))
    func flowMatching(golden: Golden) throws {
        let checkpoint = try Checkpoint.load(.transformer, from: try #require(golden.weights.first))
        let objective = FlowMatchingObjective(try VideoTransformerConfiguration(checkpoint.config))
        let batch = try FlowMatchingBatch(golden)
        try GoldenTraining(golden, weights: try checkpoint.tensors()) { try objective($0, batch) }.check()
    }

    @Test("Distillation trains as the reference does", arguments: try GoldenSet.current.cases(kind: "train_distill"))
    func distillation(golden: Golden) throws {
        try #require(golden.weights.count == 2)
        let checkpoint = try Checkpoint.load(.transformer, from: golden.weights[0])
        let projector = try Checkpoint.load(file: SafetensorsFile(path: golden.weights[1]))
        let configuration = try VideoTransformerConfiguration(checkpoint.config)
        let block = try #require(golden.config["student_block"]?.int)
        let objective = DistillationObjective(
            configuration, studentBlock: block, studentGrid: try TokenGrid(golden.config["student_grid"]),
            teacherGrid: try TokenGrid(golden.config["teacher_grid"]),
            weight: Float(try #require(golden.config["lambda"]?.double)))
        let (batch, teacher) = (try FlowMatchingBatch(golden), try golden.input("teacher_features"))
        #expect(teacher.shape[2] == golden.config["teacher_width"]?.int)
        let training = GoldenTraining(
            golden, weights: try checkpoint.tensors().merging(projector.tensors()) { first, _ in first }
        ) { try objective($0, batch, teacher: teacher) }
        try training.check()

        let model = try VideoTransformerGraph(configuration, weights: training.initial.scope())
        let features = try #require(model.streams(after: [block], batch.input).first)
        let projected = try objective.project(features, training.initial, teacherWidth: teacher.shape[2])
        try golden.expectClose(projected, "projected_student_initial")
    }

    @Test("A video autoencoder trains as the reference does", arguments: try GoldenSet.current.cases(kind: "train_vae"))
    func videoAutoencoder(golden: Golden) throws {
        let checkpoint = try Checkpoint.load(.videoAutoencoder, from: try #require(golden.weights.first))
        let tensors = try checkpoint.tensors()
        let objective = AutoencoderObjective(
            try VideoAutoencoderConfiguration(checkpoint.config),
            fixedWeights: tensors.filter { !AutoencoderObjective.isTrainable($0.key) },
            divergenceWeight: Float(try #require(golden.config["kl_weight"]?.double)))
        let pixels = try golden.input("pixels_u8") / 127.5 - 1
        let noise = try golden.input("posterior_noise")
        let timesteps = golden.inputNames.contains("decode_timestep") ? try golden.input("decode_timestep").values : [0]
        let trainable = tensors.filter { AutoencoderObjective.isTrainable($0.key) }
        try GoldenTraining(golden, weights: trainable) {
            try objective($0, pixels: pixels, noise: noise, timesteps: timesteps)
        }.check()
    }
}
