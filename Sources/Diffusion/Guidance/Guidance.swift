package import Tensors

/// The strengths of guidance at one noise level, and how velocities are combined under them.
///
/// Source: engine reference, section 6. Velocities are `[batch, …]` of equal shape; statistics are per batch element.
package struct Guidance: Sendable, Hashable {
    /// g of classifier-free guidance; active above 1.
    package var scale: Float
    /// s of spatio-temporal guidance; active above 0.
    package var perturbationScale: Float
    /// r: how far the result's spread is brought back to that of the positive velocity; 1 in ltx_video's sense is off.
    package var rescaling: Float
    /// CFG-star: the negative velocity is first projected onto the positive one.
    package var projectsNegative: Bool

    package init(
        scale: Float = 1, perturbationScale: Float = 0, rescaling: Float = 1, projectsNegative: Bool = false
    ) {
        self.scale = scale
        self.perturbationScale = perturbationScale
        self.rescaling = rescaling
        self.projectsNegative = projectsNegative
    }

    /// Whether a velocity for the negative prompt is needed.
    package var needsNegative: Bool { scale > 1 }

    /// Whether a velocity with perturbed blocks is needed.
    package var needsPerturbed: Bool { perturbationScale > 0 }

    /// Combines the velocities as ltx_video does; those that are not needed may be nil.
    package func combined(positive: Tensor, negative: Tensor? = nil, perturbed: Tensor? = nil) -> Tensor {
        var result = positive
        if needsNegative {
            guard let negative else { preconditionFailure("Guidance: scale \(scale) needs a negative velocity") }
            let base = projectsNegative ? Self.projected(negative, onto: positive) : negative
            result = base + scale * (positive - base)
        }
        guard needsPerturbed else { return result }
        guard let perturbed else { preconditionFailure("Guidance: \(perturbationScale) needs a perturbed velocity") }
        result = result + perturbationScale * (positive - perturbed)
        return rescaling == 1 ? result : Self.rescaled(result, like: positive, amount: rescaling)
    }

    /// Classifier-free guidance with rescaling as the diffusers library does it; an amount of 0 is off.
    package static func diffusers(
        positive: Tensor, negative: Tensor, scale: Float, rescaling: Float
    ) -> Tensor {
        let guided = negative + scale * (positive - negative)
        return rescaling > 0 ? rescaled(guided, like: positive, amount: rescaling) : guided
    }

    /// alpha · negative with alpha = <positive, negative> / (||negative||² + 1e-8) per batch element.
    private static func projected(_ negative: Tensor, onto positive: Tensor) -> Tensor {
        let products = zip(batchElements(positive), batchElements(negative)).map { positive, negative in
            let product = zip(positive, negative).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            let square = negative.reduce(0) { $0 + Double($1) * Double($1) }
            return Float(product / (square + 1e-8))
        }
        return negative * column(products, like: negative)
    }

    /// v · (r · std(reference) / std(v) + 1 - r), standard deviations unbiased over a batch element.
    private static func rescaled(_ v: Tensor, like reference: Tensor, amount r: Float) -> Tensor {
        let factors = zip(batchElements(reference), batchElements(v)).map { reference, v in
            let ratio = Spread(reference).standardDeviation / Spread(v).standardDeviation
            return r * Float(ratio) + (1 - r)
        }
        return v * column(factors, like: v)
    }

    /// The elements of each batch element.
    private static func batchElements(_ tensor: Tensor) -> [ArraySlice<Float>] {
        let values = tensor.values
        let batch = tensor.shape.first ?? 1
        let size = values.count / max(batch, 1)
        return (0..<batch).map { values[$0 * size..<($0 + 1) * size] }
    }

    /// One value per batch element in a shape that broadcasts over `tensor`.
    private static func column(_ values: [Float], like tensor: Tensor) -> Tensor {
        Tensor(values, shape: [values.count] + Array(repeating: 1, count: tensor.rank - 1))
    }
}
