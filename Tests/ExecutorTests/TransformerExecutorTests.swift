import Kernels
import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

/// A level of the CPU with a precision that runs on it.
struct Arithmetic: Sendable, CustomTestStringConvertible {
    let level: KernelLevel
    let precision: Precision

    var testDescription: String { "\(precision.rawValue) on \(level)" }
    static let fp32 = KernelLevel.supported.map { Arithmetic(level: $0, precision: .fp32) }
    static let all = KernelLevel.supported.flatMap { level in
        Precision.allCases.map { Arithmetic(level: level, precision: $0) }
    }

    /// What rounding of this precision adds to a case's own tolerance, for whole models of a few layers.
    var looseness: Double {
        switch precision {
        case .fp32: 0
        case .bf16: 2e-2
        case .int8: 6e-2
        }
    }
}

extension Golden {
    func executor(_ arithmetic: Arithmetic, weights index: Int = 0) throws -> VideoTransformerExecutor {
        let checkpoint = try Checkpoint.load(.transformer, from: weights[index])
        return try VideoTransformerExecutor(
            checkpoint, configuration: VideoTransformerConfiguration(checkpoint.config),
            turbo2k: checkpoint.fileConfig["turbo2k"].map { try Turbo2KConfiguration($0) },
            precision: arithmetic.precision, kernels: Kernels(arithmetic.level), parallel: Parallel(threadCount: 2))
    }

    func expectNear(_ actual: [Float], _ name: String, _ arithmetic: Arithmetic) throws {
        let reference = try output(name)
        TestSupport.expectClose(
            actual, reference.values, tolerance: max(try tolerance(name), arithmetic.looseness), "\(self.name)/\(name)")
    }
}

extension VideoTransformerExecutor {
    /// Every batch element on its own, one after the other.
    func run(
        tokens: Tensor, coordinates: Tensor, timesteps: Tensor, prompt: Tensor, mask: Tensor,
        injections: [InjectedFeatures] = [], perturbation: (Int) -> AttentionPerturbation? = { _ in nil }
    ) throws -> [Float] {
        let workspace = workspace(tokenCount: tokens.shape[1])
        return try (0..<tokens.shape[0]).flatMap { element in
            func part(_ tensor: Tensor) -> [Float] {
                tensor.sliced(axis: 0, min(element, tensor.shape[0] - 1)..<min(element, tensor.shape[0] - 1) + 1).values
            }
            var evaluation = Evaluation(
                rotary: RotaryRows(coordinates: part(coordinates), configuration: configuration),
                prompt: self.prompt(states: part(prompt), mask: part(mask)), timesteps: part(timesteps))
            evaluation.injections = injections
            evaluation.perturbation = perturbation(element)
            return try velocity(part(tokens), evaluation, workspace: workspace)
        }
    }
}

@Suite("The transformer's executor agrees with the reference implementation")
struct TransformerExecutorTests {
    @Test(
        "velocity", arguments: try GoldenSet.current.cases(kind: "dit_forward", "dit_diffusers", "dit_forward_bf16"),
        Arithmetic.all)
    func forward(golden: Golden, arithmetic: Arithmetic) throws {
        for index in golden.weights.indices {
            let model = try golden.executor(arithmetic, weights: index)
            let velocity = try model.run(
                tokens: golden.input("hidden_states"), coordinates: golden.input("indices_grid"),
                timesteps: golden.input("timestep"), prompt: golden.input("encoder_hidden_states"),
                mask: golden.input("encoder_attention_mask"))
            switch golden.kind {
            case "dit_diffusers": try golden.expectNear(velocity, "output_video_coords", arithmetic)
            case "dit_forward_bf16":
                try golden.expectNear(velocity, "output_fp32", arithmetic)
                try golden.expectNear(velocity, "output_bf16", arithmetic)
            default: try golden.expectNear(velocity, "output", arithmetic)
            }
        }
    }

    @Test("guidance features", arguments: try GoldenSet.current.cases(kind: "ts_guidance"), Arithmetic.all)
    func guidance(golden: Golden, arithmetic: Arithmetic) throws {
        let model = try golden.executor(arithmetic)
        let turbo2k = try Turbo2KConfiguration(#require(golden.config["turbo2k"]))
        let tokens = try golden.output("z_t")
        let evaluation = VideoTransformerExecutor.Evaluation(
            rotary: RotaryRows(
                coordinates: try golden.causalCoordinates("lr_grid"), configuration: model.configuration),
            prompt: model.prompt(
                states: try golden.input("prompt").values, mask: try golden.input("prompt_mask").values),
            timesteps: [turbo2k.guidanceTimestep])
        let features = try model.streams(
            after: turbo2k.guidanceBlocks, tokens.values, evaluation,
            workspace: model.workspace(tokenCount: tokens.shape[1]))
        for (index, feature) in features.enumerated() { try golden.expectNear(feature, "g_\(index)", arithmetic) }
    }

    @Test("high-resolution pass", arguments: try GoldenSet.current.cases(kind: "ts_hr_forward"), Arithmetic.all)
    func highResolution(golden: Golden, arithmetic: Arithmetic) throws {
        let model = try golden.executor(arithmetic)
        let turbo2k = try #require(model.turbo2k)
        let features = try turbo2k.guidanceBlocks.indices.map { try golden.input("g_\($0)").values }
        let injections = try model.injections(
            of: features, from: golden.tokenGrid("lr_grid"), to: golden.tokenGrid("hr_grid"))
        let coordinates = try golden.causalCoordinates("hr_grid")
        let velocity = try model.run(
            tokens: golden.input("hidden_states"),
            coordinates: Tensor(coordinates, shape: [1, 3, coordinates.count / 3]), timesteps: golden.input("timestep"),
            prompt: golden.input("prompt"), mask: golden.input("prompt_mask"), injections: injections)
        try golden.expectNear(velocity, "output", arithmetic)
    }

    @Test("the thread count changes no bit", arguments: try GoldenSet.current.cases(kind: "dit_forward"))
    func threads(golden: Golden) throws {
        let checkpoint = try Checkpoint.load(.transformer, from: golden.weights[0])
        let results = try [1, 2, 3].map { count in
            try VideoTransformerExecutor(
                checkpoint, configuration: VideoTransformerConfiguration(checkpoint.config), precision: .fp32,
                parallel: Parallel(threadCount: count)
            ).run(
                tokens: golden.input("hidden_states"), coordinates: golden.input("indices_grid"),
                timesteps: golden.input("timestep"), prompt: golden.input("encoder_hidden_states"),
                mask: golden.input("encoder_attention_mask"))
        }
        #expect(results[0] == results[1] && results[1] == results[2])
    }

    @Test("a stopped evaluation ends with a cancellation")
    func stop() throws {
        let golden = try #require(try GoldenSet.current.cases(kind: "dit_forward").first)
        let model = try golden.executor(Arithmetic(level: .best, precision: .fp32))
        let tokens = try golden.input("hidden_states")
        func first(_ name: String) throws -> [Float] { try golden.input(name).sliced(axis: 0, 0..<1).values }
        var evaluation = VideoTransformerExecutor.Evaluation(
            rotary: RotaryRows(coordinates: try first("indices_grid"), configuration: model.configuration),
            prompt: model.prompt(states: try first("encoder_hidden_states"), mask: try first("encoder_attention_mask")),
            timesteps: [0.5])
        let stop = StopFlag()
        evaluation.stop = stop
        evaluation.onBlock = { _ in stop.stop() }
        #expect(throws: CancellationError.self) {
            _ = try model.velocity(
                try first("hidden_states"), evaluation, workspace: model.workspace(tokenCount: tokens.shape[1]))
        }
    }
}

extension Golden {
    func tokenGrid(_ key: String) throws -> TokenGrid {
        let sizes = try #require(config[key]?.ints)
        return TokenGrid(frames: sizes[0], rows: sizes[1], columns: sizes[2])
    }

    /// Frames 0, 1, 9, 17 … in seconds and 32 pixels a step, `[3, tokens]`.
    func causalCoordinates(_ key: String) throws -> [Float] {
        let grid = try tokenGrid(key)
        let rate = Float(try #require(config["frame_rate"]?.double))
        var axes: [[Float]] = [[], [], []]
        for frame in 0..<grid.frames {
            for row in 0..<grid.rows {
                for column in 0..<grid.columns {
                    axes[0].append(Float(max(0, 8 * frame - 7)) * (1 / rate))
                    axes[1].append(Float(32 * row))
                    axes[2].append(Float(32 * column))
                }
            }
        }
        return axes.flatMap { $0 }
    }
}
