import Diffusion
import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("The two-stage extension agrees with its definition")
struct TwoStageGoldenTests {
    @Test("one fusion block", arguments: try GoldenSet.current.cases(kind: "ts_fusion_block"))
    func fusionBlock(golden: Golden) throws {
        let width = Int(try golden.number("dim"))
        let ratio = Int(try golden.number("fusion_mlp_ratio"))
        let checkpoint = try Checkpoint.load(file: SafetensorsFile(path: golden.weights[0]))
        try checkpoint.verify(
            expected: VideoTransformerConfiguration.expectedFusionBlockWeights(width: width, hiddenRatio: ratio))
        let block = try FusionBlockGraph(WeightScope(checkpoint), width: width, hiddenRatio: ratio)
        let (low, high) = (try golden.grid("lr_grid"), try golden.grid("hr_grid"))
        let feature = try golden.input("g")
        try golden.expectClose(FusionBlockGraph.interpolated(feature, from: low, to: high), "interpolated")
        let injection = block.injection(of: feature, from: low, to: high)
        try golden.expectClose(injection, "injected")
        let stream = try golden.input("h")
        for (time, output) in [
            ("embedded_timestep", "fused_scalar"), ("embedded_timestep_per_token", "fused_per_token"),
        ] {
            let fused = block(stream, injection: injection, embeddedTimestep: try golden.input(time))
            try golden.expectClose(fused, output)
        }
    }

    @Test("guidance features of the low-resolution model", arguments: try GoldenSet.current.cases(kind: "ts_guidance"))
    func guidance(golden: Golden) throws {
        let turbo2k = try Turbo2KConfiguration(#require(golden.config["turbo2k"]))
        let time = turbo2k.guidanceTimestep
        let noisy = try golden.input("z") * (1 - time) + golden.input("guidance_noise") * time
        try golden.expectClose(noisy, "z_t")
        let features = try golden.transformer().streams(
            after: turbo2k.guidanceBlocks,
            VideoTransformerInput(
                tokens: noisy, coordinates: try golden.coordinates(golden.grid("lr_grid"), isCausal: true),
                timesteps: Tensor([time], shape: [1, 1]), prompt: try golden.input("prompt"),
                promptMask: try golden.input("prompt_mask")))
        for (index, feature) in features.enumerated() {
            try golden.expectClose(feature, "g_\(index)")
        }
    }

    @Test("one high-resolution forward pass", arguments: try GoldenSet.current.cases(kind: "ts_hr_forward"))
    func highResolutionForward(golden: Golden) throws {
        let model = try golden.transformer()
        let turbo2k = try #require(model.turbo2k)
        #expect(try turbo2k == Turbo2KConfiguration(#require(golden.config["turbo2k"])))
        let (low, high) = (try golden.grid("lr_grid"), try golden.grid("hr_grid"))
        let features = try turbo2k.guidanceBlocks.indices.map { try golden.input("g_\($0)") }
        let injections = model.injections(of: features, from: low, to: high)
        for (index, injection) in injections.enumerated() {
            try golden.expectClose(injection, "injected_\(index)")
        }
        let input = VideoTransformerInput(
            tokens: try golden.input("hidden_states"), coordinates: try golden.coordinates(high, isCausal: true),
            timesteps: try golden.input("timestep"), prompt: try golden.input("prompt"),
            promptMask: try golden.input("prompt_mask"))
        let output = model(input, capturing: Set(turbo2k.guidanceBlocks), injections: injections)
        try golden.expectClose(output.velocity, "output")
        for block in turbo2k.guidanceBlocks {
            try golden.expectClose(#require(output.streams[block]), "block_\(block < 10 ? "0" : "")\(block)_fused")
        }
        try golden.expectClose(model.streams(after: [0], input)[0], "block_00_before_fusion")
    }

    @Test("from noise to pixels", arguments: try GoldenSet.current.cases(kind: "ts_sampling"))
    func sampling(golden: Golden) throws {
        let low = try golden.transformer(weights: 0)
        let high = try golden.transformer(weights: 1)
        let turbo2k = try #require(high.turbo2k)
        let (lowGrid, highGrid) = (try golden.grid("lr_grid"), try golden.grid("hr_grid"))
        let positive = try golden.prompt("prompt", "prompt_mask")

        let latents = try run(low, stage: "lr", grid: lowGrid, injections: [], golden)
        let time = turbo2k.guidanceTimestep
        let features = low.streams(
            after: turbo2k.guidanceBlocks,
            VideoTransformerInput(
                tokens: FlowStep.noised(latents, noise: try golden.input("guidance_noise"), at: time),
                coordinates: try golden.coordinates(lowGrid, isCausal: true), timesteps: Tensor([time], shape: [1, 1]),
                prompt: positive.states, promptMask: positive.mask))
        let injections = high.injections(of: features, from: lowGrid, to: highGrid)
        let clean = try run(high, stage: "hr", grid: highGrid, injections: injections, golden)

        let autoencoder = try golden.autoencoder(weights: 1)
        let grid = LatentGrid(frames: highGrid.frames, height: highGrid.rows, width: highGrid.columns)
        let raw = autoencoder.rawLatents(
            grid.latents(from: clean), mixing: try golden.input("decode_noise"),
            scale: Float(try golden.number("decode_noise_scale")))
        let pixels = autoencoder.decode(raw, timesteps: [Float(try golden.number("decode_timestep"))])
        try golden.expectClose(pixels, "pixels")
        let bytes = pixels.values.map { (min(max($0 / 2 + 0.5, 0), 1) * 255).rounded(.down) }
        try golden.expectClose(bytes, "pixels_u8")
        let worst = zip(bytes, try golden.output("pixels_u8").values).map { abs($0 - $1) }.max()
        #expect(try #require(worst) <= 1)
    }

    /// Samples one stage with classifier-free guidance and compares the latents after every step.
    private func run(
        _ model: VideoTransformerGraph, stage: String, grid: TokenGrid, injections: [Tensor], _ golden: Golden
    ) throws -> Tensor {
        let guidance = Guidance(scale: Float(try golden.number("guidance_scale_\(stage)")))
        let prompts = [
            try golden.prompt("negative_prompt", "negative_mask"), try golden.prompt("prompt", "prompt_mask"),
        ]
        let schedule = try NoiseSchedule(timesteps: golden.input("\(stage)_timesteps").values)
        var random = RandomSource(seed: 0)
        return try FlowSampler(schedule).sample(
            from: golden.input("\(stage)_noise"), random: &random,
            velocity: { latents, step in
                let input = VideoTransformerInput(
                    tokens: latents.repeated(2, axis: 0), coordinates: try golden.coordinates(grid, isCausal: true),
                    timesteps: step.tokenTimes.repeated(2, axis: 0),
                    prompt: Tensor.concatenated(prompts.map(\.states), axis: 0),
                    promptMask: Tensor.concatenated(prompts.map(\.mask), axis: 0))
                let velocities = model(input, injections: injections).velocity.split(axis: 0, parts: 2)
                return guidance.combined(positive: velocities[1], negative: velocities[0])
            },
            afterStep: { step, latents in try golden.expectClose(latents, "\(stage)_step_\(step.index)") })
    }
}
