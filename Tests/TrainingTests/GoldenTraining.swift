import Foundation
import Tensors
import TestSupport
import Testing
import Training
import WeightFiles

/// A recorded training run: where it starts, what it minimises, and the reference's losses, gradients and results.
struct GoldenTraining {
    let golden: Golden
    let initial: ParameterSet
    let objective: (ParameterSet) throws -> TrainingLoss

    /// How far the movement of the parameters may differ: where a gradient is near zero, AdamW moves by the learning
    /// rate in a direction that rounding decides. The cases' notes give this number.
    private static let movementTolerance = 5e-2

    /// `weights` are the initial values by their names in `parameter_order.txt`.
    init(_ golden: Golden, weights: [String: Tensor], objective: @escaping (ParameterSet) throws -> TrainingLoss) {
        self.golden = golden
        initial = ParameterSet(weights)
        self.objective = objective
    }

    /// Compares the loss, the gradients and the steps with the reference.
    func check() throws {
        let loss = try objective(initial)
        try golden.expectClose([loss.total.scalarValue], "loss")
        for (name, part) in loss.parts where golden.outputNames.contains(name) {
            try golden.expectClose([part.scalarValue], name)
        }
        try checkGradients(initial.named(loss.total.backward()))
        try checkSteps()
    }

    private func checkGradients(_ gradients: [String: Tensor]) throws {
        let recorded = golden.outputNames.filter { $0.hasPrefix("grad.") }
        #expect(!recorded.isEmpty)
        for name in recorded {
            try golden.expectClose(try #require(gradients[String(name.dropFirst("grad.".count))], "\(name)"), name)
        }
        try golden.expectClose([GradientNorm.total(gradients)], "total_grad_norm")
        let text = try String(contentsOfFile: golden.folder + "/parameter_order.txt", encoding: .utf8)
        let order = text.split(separator: "\n").map(String.init)
        #expect(order == initial.names)
        let norms = order.map { name in gradients[name].map { GradientNorm.total([name: $0]) } ?? 0 }
        try golden.expectClose(norms, "all_grad_norms")
        // The whole list hides small entries behind large ones, so each is compared too, down to the rounding that
        // sums of the size of the whole gradient leave.
        let reference = try golden.output("all_grad_norms").values
        let (tolerance, scale) = (try golden.tolerance("all_grad_norms"), Double(GradientNorm.total(gradients)))
        for (index, name) in order.enumerated() {
            let error = abs(Double(norms[index]) - Double(reference[index]))
            #expect(error <= 2 * tolerance * Double(reference[index]) + 1e-6 * scale, "gradient norm of \(name)")
        }
    }

    private func checkSteps() throws {
        let settings = try #require(golden.config["adamw"])
        let maximum = try #require(settings["clip_grad_norm"]?.double)
        var trainer = Trainer(
            parameters: initial, optimizer: AdamW(try AdamW.Configuration(settings)),
            maximumGradientNorm: maximum > 0 ? Float(maximum) : nil)
        var losses: [Float] = []
        for _ in 0..<(try #require(settings["steps"]?.int)) {
            losses.append(try trainer.step(objective).loss)
        }
        try golden.expectClose(losses, "losses_before_each_step")
        let recorded = golden.outputNames.filter { $0.hasPrefix("after.") }
        #expect(!recorded.isEmpty)
        for name in recorded {
            let parameter = String(name.dropFirst("after.".count))
            let after = try #require(trainer.parameters[parameter], "\(name)")
            try golden.expectClose(after, name)
            let start = try #require(initial[parameter])
            expectClose(
                after.detached() - start.detached(), try golden.output(name) - start.detached(),
                tolerance: Self.movementTolerance, "\(golden.name): movement of \(parameter)")
        }
    }
}

extension FlowMatchingBatch {
    /// The `x0`, `eps`, `t`, `indices_grid`, `prompt` and `prompt_mask` of a case.
    init(_ golden: Golden) throws {
        self.init(
            clean: try golden.input("x0"), noise: try golden.input("eps"), times: try golden.input("t"),
            coordinates: try golden.input("indices_grid"), prompt: try golden.input("prompt"),
            promptMask: try golden.input("prompt_mask"))
    }
}

extension Checkpoint {
    /// All tensors by name, widened to fp32.
    func tensors() throws -> [String: Tensor] {
        try Dictionary(uniqueKeysWithValues: names.map { ($0, try tensor($0)) })
    }
}
