internal import Foundation
package import Tensors

/// Adam with decoupled weight decay, which acts on every parameter.
///
/// Source: Loshchilov and Hutter 2017, arXiv:1711.05101; the arithmetic of `torch.optim.AdamW`.
package struct AdamW: Sendable {
    package struct Configuration: Sendable, Equatable {
        package var learningRate: Double
        /// How much of the first moment is kept from step to step.
        package var firstDecay: Double
        /// How much of the second moment is kept from step to step.
        package var secondDecay: Double
        package var epsilon: Double
        package var weightDecay: Double

        package init(
            learningRate: Double, firstDecay: Double = 0.9, secondDecay: Double = 0.999, epsilon: Double = 1e-8,
            weightDecay: Double = 0.01
        ) {
            self.learningRate = learningRate
            self.firstDecay = firstDecay
            self.secondDecay = secondDecay
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    /// Running means of a parameter's gradient and of its square, in its shape.
    package struct Moments: Sendable {
        package var first: Tensor
        package var second: Tensor

        package init(first: Tensor, second: Tensor) {
            precondition(first.shape == second.shape, "moments \(first.shape), \(second.shape)")
            self.first = first
            self.second = second
        }
    }

    /// May be changed between steps, for a schedule of learning rates.
    package var configuration: Configuration
    /// Steps taken so far.
    package private(set) var stepCount: Int
    /// By the parameter's name; there are none before its first step.
    package private(set) var moments: [String: Moments]

    /// - Parameters:
    ///   - configuration: rates and decays.
    ///   - stepCount: steps taken before, to go on with a stopped training.
    ///   - moments: what those steps left.
    package init(_ configuration: Configuration, stepCount: Int = 0, moments: [String: Moments] = [:]) {
        self.configuration = configuration
        self.stepCount = stepCount
        self.moments = moments
    }

    /// Moves the parameters against their gradients.
    ///
    /// `p *= 1 - lr wd; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g²; p -= lr (m / (1 - b1^k)) / (√(v / (1 - b2^k)) +
    /// epsilon)` in the k-th step. A parameter without a gradient stays as it is.
    package mutating func step(_ parameters: inout ParameterSet, gradients: [String: Tensor]) {
        stepCount += 1
        for (name, gradient) in gradients {
            guard let parameter = parameters[name] else {
                preconditionFailure("AdamW: a gradient for \(name), which is no parameter")
            }
            let (value, updated) = moved(parameter, gradient, moments[name])
            parameters.update(name, to: value)
            moments[name] = updated
        }
    }

    private func moved(_ parameter: Tensor, _ gradient: Tensor, _ old: Moments?) -> (Tensor, Moments) {
        precondition(gradient.shape == parameter.shape, "AdamW: gradient \(gradient.shape) for \(parameter.shape)")
        // The factors are doubles until they meet a tensor: in single precision 1 - 0.999 is off by 5e-5.
        let (b1, b2) = (configuration.firstDecay, configuration.secondDecay)
        let zero = Tensor.zeros(shape: gradient.shape)
        let g = gradient.detached()
        let m = (old?.first ?? zero) * Float(b1) + g * Float(1 - b1)
        let v = (old?.second ?? zero) * Float(b2) + g.squared() * Float(1 - b2)
        let firstCorrection = 1 - pow(b1, Double(stepCount))
        let secondCorrection = 1 - pow(b2, Double(stepCount))
        let denominator = v.squareRoot() / Float(secondCorrection.squareRoot()) + Float(configuration.epsilon)
        let decayed = parameter.detached() * Float(1 - configuration.learningRate * configuration.weightDecay)
        let rate = Float(configuration.learningRate / firstCorrection)
        return (decayed - m / denominator * rate, Moments(first: m, second: v))
    }
}
