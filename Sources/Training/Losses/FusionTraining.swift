package import Models
package import Tensors

/// What the frozen low-resolution model sees when it yields guidance features for a batch.
package struct GuidanceSource: Sendable {
    /// Clean normalised low-resolution latents, `[batch, tokens, channels]`.
    package let clean: Tensor
    /// Standard normal, the shape of `clean`.
    package let noise: Tensor
    /// Seconds, pixel rows and pixel columns on the low-resolution grid, `[batch or 1, 3, tokens]`.
    package let coordinates: Tensor
    package let grid: TokenGrid

    package init(clean: Tensor, noise: Tensor, coordinates: Tensor, grid: TokenGrid) {
        precondition(
            clean.rank == 3 && noise.shape == clean.shape && clean.shape[1] == grid.tokenCount,
            "guidance: \(clean.shape) with noise \(noise.shape) on \(grid)")
        (self.clean, self.noise, self.coordinates, self.grid) = (clean, noise, coordinates, grid)
    }
}

/// Trains the high-resolution model, fusion blocks and transformer, by flow matching under guidance of a frozen
/// low-resolution model.
///
/// Source: the Turbo2K paper, section 3.2; engine reference, sections "Turbo2K two-stage synthesis" and "Training".
package struct FusionObjective {
    private let configuration: VideoTransformerConfiguration
    private let turbo2k: Turbo2KConfiguration
    private let lowResolution: VideoTransformerGraph
    private let grid: TokenGrid

    /// What the transformer's own parameters' names start with; those of the fusion blocks have no prefix.
    package static let basePrefix = "base."

    /// - Parameters:
    ///   - configuration: of the high-resolution transformer.
    ///   - turbo2k: where its fusion blocks stand.
    ///   - lowResolution: yields the guidance; no gradient flows into it.
    ///   - grid: of the high-resolution tokens.
    package init(
        _ configuration: VideoTransformerConfiguration, turbo2k: Turbo2KConfiguration,
        lowResolution: VideoTransformerGraph, grid: TokenGrid
    ) {
        self.configuration = configuration
        self.turbo2k = turbo2k
        self.lowResolution = lowResolution
        self.grid = grid
    }

    /// The name under which a tensor of the high-resolution checkpoint is trained.
    package static func parameterName(_ name: String) -> String {
        name.hasPrefix("fusion_blocks.") ? name : basePrefix + name
    }

    /// - Parameters:
    ///   - parameters: named by ``parameterName(_:)``.
    ///   - batch: what to learn from, on the high-resolution grid.
    ///   - source: the same clips in low resolution.
    /// - Throws: ``ModelError`` where a parameter is missing or has another shape.
    /// - Returns: the loss to differentiate.
    package func callAsFunction(
        _ parameters: ParameterSet, _ batch: FlowMatchingBatch, guidance source: GuidanceSource
    ) throws -> TrainingLoss {
        precondition(batch.clean.shape[1] == grid.tokenCount, "fusion: \(batch.clean.shape) on \(grid)")
        let weights = parameters.scope(prefix: Self.basePrefix) { name in
            guard let tensor = parameters[name] else { throw ModelError.missingWeight(name: name) }
            return tensor
        }
        let model = try VideoTransformerGraph(configuration, turbo2k: turbo2k, weights: weights)
        let injections = model.injections(of: features(source, batch), from: source.grid, to: grid)
        let loss = batch.loss(model(batch.input, injections: injections).velocity)
        return TrainingLoss(total: loss, parts: ["flow": loss])
    }

    /// The streams of the low-resolution model at the guidance time, without history.
    private func features(_ source: GuidanceSource, _ batch: FlowMatchingBatch) -> [Tensor] {
        let count = source.clean.shape[0]
        let time = Tensor.filled(with: turbo2k.guidanceTimestep, shape: [count])
        let noisy = FlowMatchingBatch(
            clean: source.clean, noise: source.noise, times: time, coordinates: source.coordinates,
            prompt: batch.prompt, promptMask: batch.promptMask)
        return lowResolution.streams(after: turbo2k.guidanceBlocks, noisy.input).map { $0.detached() }
    }
}
