import Foundation
import Tensors
import TestSupport
import Testing
import Training
import WeightFiles

extension AdamW.Configuration {
    /// The `lr`, `betas`, `eps` and `weight_decay` of a golden case.
    init(_ config: JSONValue) throws {
        let betas = try #require(config["betas"]?.doubles)
        try #require(betas.count == 2)
        self.init(
            learningRate: try #require(config["lr"]?.double), firstDecay: betas[0], secondDecay: betas[1],
            epsilon: try #require(config["eps"]?.double), weightDecay: try #require(config["weight_decay"]?.double))
    }
}

@Suite struct AdamWTests {
    @Test("Steps agree with the reference implementation", arguments: try GoldenSet.current.cases(kind: "adamw"))
    func matchesReference(golden: Golden) throws {
        var parameters = ParameterSet(["p": try golden.input("p")])
        var optimizer = AdamW(try AdamW.Configuration(golden.config))
        let gradients = golden.inputNames.filter { $0.hasPrefix("grad_") }
        try #require(!gradients.isEmpty)
        for step in gradients.indices {
            optimizer.step(&parameters, gradients: ["p": try golden.input("grad_\(step)")])
            try golden.expectClose(try #require(parameters["p"]), "p_\(step + 1)")
        }
        let moments = try #require(optimizer.moments["p"])
        try golden.expectClose(moments.first, "exp_avg")
        try golden.expectClose(moments.second, "exp_avg_sq")
    }

    @Test("The first step moves by the learning rate, whatever the gradient's size")
    func movesByLearningRate() throws {
        var parameters = ParameterSet(["p": Tensor([1, 1, 1], shape: [3])])
        var optimizer = AdamW(AdamW.Configuration(learningRate: 0.1, weightDecay: 0))
        optimizer.step(&parameters, gradients: ["p": Tensor([1000, -0.01, 3], shape: [3])])
        expectClose(try #require(parameters["p"]).values, [0.9, 1.1, 0.9], tolerance: 1e-5)
    }

    @Test("Decay acts on every parameter with a gradient, and a parameter without one stays")
    func decays() throws {
        var parameters = ParameterSet(["a": Tensor([2], shape: [1]), "b": Tensor([2], shape: [1])])
        var optimizer = AdamW(AdamW.Configuration(learningRate: 0.1, weightDecay: 0.5))
        optimizer.step(&parameters, gradients: ["a": Tensor([0], shape: [1])])
        expectClose(try #require(parameters["a"]).values, [1.9], tolerance: 1e-6)
        #expect(try #require(parameters["b"]).values == [2])
        #expect(optimizer.moments["b"] == nil)
    }

    @Test("An optimiser that is built from its state goes on bit for bit")
    func resumes() throws {
        var random = SeededGenerator(seed: 5)
        let gradients = (0..<4).map { _ in Tensor(random.floats(7), shape: [7]) }
        let configuration = AdamW.Configuration(learningRate: 0.01)
        var (whole, halves) = (ParameterSet(["p": gradients[0]]), ParameterSet(["p": gradients[0]]))
        var straight = AdamW(configuration)
        for gradient in gradients { straight.step(&whole, gradients: ["p": gradient]) }
        var first = AdamW(configuration)
        for gradient in gradients[..<2] { first.step(&halves, gradients: ["p": gradient]) }
        var second = AdamW(configuration, stepCount: first.stepCount, moments: first.moments)
        for gradient in gradients[2...] { second.step(&halves, gradients: ["p": gradient]) }
        #expect(whole["p"]?.values == halves["p"]?.values)
        #expect(straight.stepCount == second.stepCount)
    }

    @Test("Clipping scales all gradients together, and leaves small ones alone")
    func clips() throws {
        let gradients = ["a": Tensor([3, 0], shape: [2]), "b": Tensor([4], shape: [1])]
        #expect(GradientNorm.total(gradients) == 5)
        let clipped = GradientNorm.clipped(gradients, to: 0.5)
        expectClose(try #require(clipped["a"]).values, [0.3, 0], tolerance: 1e-5)
        expectClose(try #require(clipped["b"]).values, [0.4], tolerance: 1e-5)
        #expect(GradientNorm.clipped(gradients, to: 6)["b"]?.values == [4])
    }

    @Test("Three hundred steps find the minimum of a parabola")
    func converges() throws {
        let target = Tensor([0.3, -0.2, 0.1], shape: [3])
        var trainer = Trainer(
            parameters: ParameterSet(["p": Tensor.zeros(shape: [3])]),
            optimizer: AdamW(AdamW.Configuration(learningRate: 0.03, weightDecay: 0)))
        var losses: [Float] = []
        for _ in 0..<300 {
            let report = try trainer.step { parameters in
                TrainingLoss(total: (try #require(parameters["p"]) - target).squared().sum())
            }
            losses.append(report.loss)
        }
        #expect(try #require(losses.last) < 1e-5 * (try #require(losses.first)))
    }

    @Test("A loss that is no number stops the training and moves nothing")
    func refusesDivergence() throws {
        var trainer = Trainer(
            parameters: ParameterSet(["p": Tensor([-1, 2], shape: [2])]),
            optimizer: AdamW(AdamW.Configuration(learningRate: 0.1)))
        #expect(throws: TrainingError.divergedLoss(step: 1)) {
            _ = try trainer.step { TrainingLoss(total: try #require($0["p"]).squareRoot().sum()) }
        }
        #expect(trainer.parameters["p"]?.values == [-1, 2])
        #expect(trainer.optimizer.stepCount == 0)
    }
}
