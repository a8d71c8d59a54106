import Kernels
import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

/// A golden model over a few tokens.
private struct SmallRun {
    let model: VideoTransformerExecutor
    let tokens: [Float]
    let evaluation: VideoTransformerExecutor.Evaluation
    static let tokenCount = 70

    init(_ arithmetic: Arithmetic, packed: PackedWeights? = nil, threads: Int = 2) throws {
        let golden = try #require(try GoldenSet.current.cases(kind: "dit_forward").first)
        let checkpoint = try Checkpoint.load(.transformer, from: golden.weights[0])
        model = try VideoTransformerExecutor(
            checkpoint, configuration: VideoTransformerConfiguration(checkpoint.config),
            precision: arithmetic.precision, kernels: Kernels(arithmetic.level),
            parallel: Parallel(threadCount: threads), packed: packed)
        var random = SeededGenerator(seed: 11)
        tokens = (0..<Self.tokenCount * model.configuration.inputChannels).map { _ in
            Float.random(in: -1...1, using: &random)
        }
        let places = (0..<3 * Self.tokenCount).map { Float($0 % Self.tokenCount) * 8 }
        let prompt = try golden.input("encoder_hidden_states").sliced(axis: 0, 0..<1)
        evaluation = VideoTransformerExecutor.Evaluation(
            rotary: RotaryRows(coordinates: places, configuration: model.configuration),
            prompt: model.prompt(states: prompt.values, mask: Array(repeating: 1, count: prompt.shape[1])),
            timesteps: [0.6])
    }

    func velocity(
        _ tokens: [Float]? = nil, _ reuse: VideoTransformerExecutor.BlockReuse? = nil
    ) throws -> [Float] {
        var evaluation = evaluation
        evaluation.reuse = reuse
        return try model.velocity(
            tokens ?? self.tokens, evaluation, workspace: model.workspace(tokenCount: Self.tokenCount))
    }

    func cache() -> BlockCache { BlockCache(configuration: model.configuration, tokenCount: Self.tokenCount) }
}

@Suite("Blocks taken from an earlier evaluation")
struct BlockReuseTests {
    private let fp32 = Arithmetic(level: .best, precision: .fp32)

    @Test("noting changes no bit, and the same input gives the same again", arguments: Precision.allCases)
    func sameInput(precision: Precision) throws {
        let run = try SmallRun(Arithmetic(level: .best, precision: precision))
        let plain = try run.velocity()
        let cache = run.cache()
        #expect(try run.velocity(nil, .init(cache: cache, choice: .whole)) == plain)
        expectClose(
            try run.velocity(nil, .init(cache: cache, choice: .reused)), plain, tolerance: 1e-5, "reused")
    }

    @Test("the threshold decides, and a refusal notes anew")
    func threshold() throws {
        let run = try SmallRun(fp32)
        let cache = run.cache()
        _ = try run.velocity(nil, .init(cache: cache, choice: .whole))
        let changed = run.tokens.map { $0 * 1.3 + 0.1 }
        func isWhole(_ tokens: [Float], below threshold: Float) throws -> (Bool, [Float]) {
            // SAFETY: called on this thread, within the evaluation.
            nonisolated(unsafe) var told: [Bool] = []
            let velocity = try run.velocity(
                tokens, .init(cache: cache, choice: .below(threshold)) { told.append($0) })
            #expect(told.count == 1)
            return (told.first ?? true, velocity)
        }
        #expect(try isWhole(run.tokens, below: 1e-6).0 == false)
        let (reused, near) = try isWhole(changed, below: 1)
        let plain = try run.velocity(changed)
        #expect(!reused && near != plain)
        let (whole, exact) = try isWhole(changed, below: 1e-6)
        #expect(whole && exact == plain)
        // The refusal made this the reference.
        #expect(try isWhole(changed, below: 1e-6).0 == false)
    }

    @Test("the distance does not depend on the number of threads")
    func threads() throws {
        var velocities: [[Float]] = []
        for threads in [1, 3] {
            let run = try SmallRun(fp32, threads: threads)
            let cache = run.cache()
            _ = try run.velocity(nil, .init(cache: cache, choice: .whole))
            velocities.append(
                try run.velocity(run.tokens.map { $0 * 1.05 }, .init(cache: cache, choice: .below(0.5))))
        }
        #expect(velocities[0] == velocities[1])
    }
}

@Suite("Weights that are laid out already")
struct PackedWeightsTests {
    private func written(_ arithmetic: Arithmetic, _ folder: TemporaryDirectory) throws -> (path: String, key: String) {
        let model = try SmallRun(arithmetic).model
        let path = folder.path + "/weights.packed"
        let key = PackedWeights.key(
            weights: "these", precision: arithmetic.precision, kernels: Kernels(arithmetic.level))
        try PackedWeights.write(model.layers, key: key, to: path)
        return (path, key)
    }

    @Test("mapped weights give the same bits as those laid out in memory", arguments: Arithmetic.all)
    func mapped(arithmetic: Arithmetic) throws {
        let folder = try TemporaryDirectory()
        let (path, key) = try written(arithmetic, folder)
        let packed = try #require(PackedWeights(path: path, key: key))
        let run = try SmallRun(arithmetic, packed: packed)
        #expect(try run.velocity() == SmallRun(arithmetic).velocity())
        #expect(try run.model.weightBytes >= SmallRun(arithmetic).model.weightBytes)
    }

    @Test("files of other weights, layouts and lengths count as none")
    func refused() throws {
        let folder = try TemporaryDirectory()
        let (path, key) = try written(Arithmetic(level: .best, precision: .int8), folder)
        let other = PackedWeights.key(weights: "others", precision: .int8, kernels: Kernels())
        #expect(other != key)
        #expect(PackedWeights(path: path, key: other) == nil)
        #expect(PackedWeights(path: path + ".missing", key: key) == nil)
        let file = try SafetensorsFile(path: path)
        let names = file.names.dropFirst()
        try SafetensorsWriter.write(
            try names.map { .init($0, try file.raw($0)) }, metadata: file.metadata, to: path + ".less")
        #expect(PackedWeights(path: path + ".less", key: key) == nil)
    }

    @Test("a layer that the file lacks, or has in another shape, is laid out in memory")
    func partial() throws {
        let folder = try TemporaryDirectory()
        let arithmetic = Arithmetic(level: .best, precision: .int8)
        let (path, key) = try written(arithmetic, folder)
        let file = try SafetensorsFile(path: path)
        let name = try #require(file.names.first { $0.contains("ff.net.0") })
        let entries = try file.names.map { one -> SafetensorsWriter.Entry in
            guard one == name else { return .init(one, try file.raw(one)) }
            return .init("elsewhere", try file.raw(one))
        }
        try SafetensorsWriter.write(entries, metadata: file.metadata, to: path)
        let packed = try #require(PackedWeights(path: path, key: key))
        #expect(try SmallRun(arithmetic, packed: packed).velocity() == SmallRun(arithmetic).velocity())
    }
}
