import Tensors

/// Takes optimiser steps: loss, gradients, clipping, AdamW.
package struct Trainer: Sendable {
    package private(set) var parameters: ParameterSet
    package private(set) var optimizer: AdamW
    /// Gradients are scaled down to this norm over all parameters together; nil leaves them alone.
    package var maximumGradientNorm: Float?

    package init(parameters: ParameterSet, optimizer: AdamW, maximumGradientNorm: Float? = nil) {
        self.parameters = parameters
        self.optimizer = optimizer
        self.maximumGradientNorm = maximumGradientNorm
    }

    /// What a step saw before it moved the parameters.
    package struct Report: Sendable {
        package let loss: Float
        /// The unweighted parts of the loss, by name.
        package let parts: [String: Float]
        /// The norm of all gradients together, before clipping.
        package let gradientNorm: Float
    }

    /// Takes one step.
    ///
    /// - Parameter objective: the loss of the present parameters on a batch.
    /// - Throws: what `objective` throws, and ``TrainingError/divergedLoss(step:)``; nothing has moved then.
    /// - Returns: what the step saw.
    package mutating func step(_ objective: (ParameterSet) throws -> TrainingLoss) throws -> Report {
        let loss = try objective(parameters)
        let value = loss.total.scalarValue
        var gradients = parameters.named(loss.total.backward())
        let norm = GradientNorm.total(gradients)
        guard value.isFinite, norm.isFinite else { throw TrainingError.divergedLoss(step: optimizer.stepCount + 1) }
        if let maximumGradientNorm { gradients = GradientNorm.clipped(gradients, to: maximumGradientNorm) }
        optimizer.step(&parameters, gradients: gradients)
        return Report(loss: value, parts: loss.parts.mapValues(\.scalarValue), gradientNorm: norm)
    }
}
