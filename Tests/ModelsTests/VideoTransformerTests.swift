import Models
import Tensors
import TestSupport
import Testing

@Suite("The transformer's promises")
struct VideoTransformerTests {
    private static let configuration = VideoTransformerConfiguration(
        layerCount: 3, headCount: 2, headWidth: 10, inputChannels: 4, outputChannels: 4, captionChannels: 6)
    private static let grid = TokenGrid(frames: 2, rows: 2, columns: 3)

    private func model() throws -> VideoTransformerGraph {
        try VideoTransformerGraph(
            Self.configuration, weights: WeightScope(randomWeights(Self.configuration.expectedWeights(), seed: 11)))
    }

    private func input(batch: Int) -> VideoTransformerInput {
        let count = Self.grid.tokenCount
        let words = 5
        return VideoTransformerInput(
            tokens: randomTensor([batch, count, 4], seed: 1),
            coordinates: randomTensor([batch, 3, count], seed: 2).magnitude() * 40,
            timesteps: Tensor((0..<batch).map { 0.2 + 0.3 * Float($0) }, shape: [batch, 1]),
            prompt: randomTensor([batch, words, 6], seed: 3),
            promptMask: Tensor((0..<batch * words).map { $0 % words < 3 ? 1 : 0 }, shape: [batch, words]))
    }

    /// One batch element of an input.
    private func element(_ index: Int, of input: VideoTransformerInput) -> VideoTransformerInput {
        func cut(_ tensor: Tensor) -> Tensor { tensor.sliced(axis: 0, index..<index + 1) }
        return VideoTransformerInput(
            tokens: cut(input.tokens), coordinates: cut(input.coordinates), timesteps: cut(input.timesteps),
            prompt: cut(input.prompt), promptMask: cut(input.promptMask))
    }

    @Test("batch elements do not see each other")
    func batchElements() throws {
        let model = try model()
        let input = input(batch: 3)
        let together = model(input).velocity
        for index in 0..<3 {
            let alone = model(element(index, of: input)).velocity
            expectClose(together.sliced(axis: 0, index..<index + 1), alone, tolerance: 1e-6)
        }
    }

    @Test("words behind the mask have no influence")
    func maskedWords() throws {
        let model = try model()
        var input = input(batch: 1)
        let before = model(input).velocity
        let kept = input.prompt.sliced(axis: 1, 0..<3)
        input.prompt = Tensor.concatenated([kept, randomTensor([1, 2, 6], seed: 99)], axis: 1)
        expectClose(model(input).velocity, before, tolerance: 0)
        input.prompt = Tensor.concatenated(
            [randomTensor([1, 1, 6], seed: 98), input.prompt.sliced(axis: 1, 1..<5)], axis: 1)
        #expect(model(input).velocity.values != before.values)
    }

    @Test("equal times for all tokens are one time")
    func timesPerToken() throws {
        let model = try model()
        var input = input(batch: 2)
        let scalar = model(input).velocity
        input.timesteps = input.timesteps.repeated(Self.grid.tokenCount, axis: 1)
        expectClose(model(input).velocity, scalar, tolerance: 1e-6)
    }

    @Test("a perturbation acts on its batch elements only", arguments: AttentionPerturbation.Mode.allCases)
    func perturbation(mode: AttentionPerturbation.Mode) throws {
        let model = try model()
        let input = input(batch: 2)
        let plain = model(input).velocity
        let perturbed = model(
            input, perturbation: AttentionPerturbation(mode: mode, blocks: [1], batchElements: [1])
        ).velocity
        expectClose(perturbed.sliced(axis: 0, 0..<1), plain.sliced(axis: 0, 0..<1), tolerance: 0)
        let changes = perturbed.sliced(axis: 0, 1..<2).values != plain.sliced(axis: 0, 1..<2).values
        #expect(changes == (mode != .residual))
    }

    @Test("a skipped block is as good as none")
    func skippedBlock() throws {
        let model = try model()
        let input = input(batch: 1)
        let output = model(
            input, perturbation: AttentionPerturbation(mode: .transformerBlock, blocks: [1], batchElements: [0]),
            capturing: [0, 1])
        expectClose(try #require(output.streams[1]), try #require(output.streams[0]), tolerance: 0)
    }

    @Test("a missing and a misshapen tensor are named")
    func unusableWeights() throws {
        let name = "transformer_blocks.1.attn2.to_v.bias"
        var weights = randomWeights(Self.configuration.expectedWeights(), seed: 1)
        weights[name] = Tensor.zeros(shape: [7])
        #expect(throws: ModelError.wrongWeightShape(name: name, expected: [20], found: [7])) {
            try VideoTransformerGraph(Self.configuration, weights: WeightScope(weights))
        }
        weights[name] = nil
        #expect(throws: ModelError.missingWeight(name: name)) {
            try VideoTransformerGraph(Self.configuration, weights: WeightScope(weights))
        }
    }

    @Test("gradients reach every weight that the velocity depends on")
    func gradients() throws {
        let turbo2k = Turbo2KConfiguration(guidanceBlocks: [0, 2])
        let shapes = Self.configuration.expectedWeights(turbo2k: turbo2k)
        let weights = randomWeights(shapes, seed: 5).mapValues { $0.tracked() }
        let model = try VideoTransformerGraph(Self.configuration, turbo2k: turbo2k, weights: WeightScope(weights))
        let low = TokenGrid(frames: 1, rows: 2, columns: 2)
        let features = [randomTensor([1, 4, 20], seed: 7), randomTensor([1, 4, 20], seed: 8)]
        let velocity = model(
            input(batch: 1), injections: model.injections(of: features, from: low, to: Self.grid)
        ).velocity
        let gradients = velocity.squared().mean().backward()
        for (name, weight) in weights {
            let gradient = try #require(gradients[weight], "\(name) has a gradient")
            #expect(gradient.shape == weight.shape)
            #expect(gradient.values.contains { $0 != 0 }, "\(name)")
        }
    }
}
