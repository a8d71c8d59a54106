import Diffusion
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Guided transformers agree with the reference pipeline")
struct GuidanceGoldenTests {
    @Test("spatio-temporal guidance in every mode", arguments: try GoldenSet.current.cases(kind: "guidance"))
    func perturbations(golden: Golden) throws {
        let model = try golden.transformer()
        let target = try perturbationTarget(golden)
        let input = try input(golden)
        var velocities: [Tensor] = []
        for mode in AttentionPerturbation.Mode.allCases {
            let perturbation = AttentionPerturbation(
                mode: mode, blocks: target.blocks, batchElements: target.batchElements)
            velocities = model(input, perturbation: perturbation).velocity.split(axis: 0, parts: 3)
            try golden.expectClose(velocities[2], "\(mode.rawValue).perturbed")
            for (output, guidance) in try guidances(golden) {
                let guided = guidance.combined(
                    positive: velocities[1], negative: velocities[0], perturbed: velocities[2])
                try golden.expectClose(guided, "\(mode.rawValue).\(output)")
            }
        }
        try golden.expectClose(velocities[0], "uncond")
        try golden.expectClose(velocities[1], "text")
        let scale = Float(try golden.number("guidance_scale"))
        for (output, isStar) in [("cfg_only", false), ("cfg_star_only", true)] {
            let guided = Guidance(scale: scale, projectsNegative: isStar)
                .combined(positive: velocities[1], negative: velocities[0])
            try golden.expectClose(guided, output)
        }
    }

    /// The batch of negative, positive and perturbed positive.
    private func input(_ golden: Golden) throws -> VideoTransformerInput {
        let positive = try golden.prompt("prompt", "prompt_mask")
        let negative = try golden.prompt("negative_prompt", "negative_mask")
        return VideoTransformerInput(
            tokens: try golden.input("latents").repeated(3, axis: 0), coordinates: try golden.input("indices_grid"),
            timesteps: try golden.input("timestep").reshaped([1, 1]).repeated(3, axis: 0),
            prompt: Tensor.concatenated([negative.states, positive.states, positive.states], axis: 0),
            promptMask: Tensor.concatenated([negative.mask, positive.mask, positive.mask], axis: 0))
    }

    /// What the reference's mask `[layers, batch]` marks with 0; the config says the same.
    private func perturbationTarget(_ golden: Golden) throws -> (blocks: Set<Int>, batchElements: Set<Int>) {
        let mask = try golden.output("skip_layer_mask")
        let elements = mask.shape[1]
        let marked = mask.values.indices.filter { mask.values[$0] == 0 }
        let blocks = Set(marked.map { $0 / elements })
        let listed = try #require(golden.config["skip_block_list"]?.ints)
        #expect(blocks == Set(listed))
        return (blocks, Set(marked.map { $0 % elements }))
    }

    /// The combinations whose results a case lists for every mode.
    private func guidances(_ golden: Golden) throws -> [(String, Guidance)] {
        let scale = Float(try golden.number("guidance_scale"))
        let perturbation = Float(try golden.number("stg_scale"))
        let rescaling = Float(try golden.number("rescaling_scale"))
        return [
            ("cfg_stg", Guidance(scale: scale, perturbationScale: perturbation)),
            ("cfg_stg_rescaled", Guidance(scale: scale, perturbationScale: perturbation, rescaling: rescaling)),
            ("stg_only_rescaled", Guidance(perturbationScale: perturbation, rescaling: rescaling)),
        ]
    }

    @Test("from a seed to latents", arguments: try GoldenSet.current.cases(kind: "ltx_pipeline"))
    func pipeline(golden: Golden) throws {
        let model = try golden.transformer()
        let shape = try golden.grid("latent_shape")
        let grid = LatentGrid(
            pixelFrames: Int(try golden.number("num_frames")), pixelHeight: Int(try golden.number("height")),
            pixelWidth: Int(try golden.number("width")))
        #expect(grid == LatentGrid(frames: shape.frames, height: shape.rows, width: shape.columns))
        var random = RandomSource(seed: UInt64(try golden.number("seed")))
        let noise = random.normal(shape: [1, grid.tokenCount, model.configuration.inputChannels])
        try golden.expectClose(noise, "initial_noise_tokens")
        let scheduler = try JSONDecoder().decode(
            ScheduleConfiguration.self, from: Data(try #require(golden.config["scheduler"]).description.utf8))
        let schedule = try scheduler.schedule(
            stepCount: Int(try golden.number("steps")), tokenCount: grid.tokenCount)
        try golden.expectClose(schedule.timesteps, "timesteps")
        let guided = try GuidedModel(
            model, golden: golden,
            coordinates: golden.coordinates(shape, isCausal: model.configuration.causalTemporalPositioning == true))
        let tokens = try FlowSampler(schedule).sample(from: noise, random: &random) { latents, step in
            guided.velocity(latents, times: step.tokenTimes)
        }
        try golden.expectClose(grid.latents(from: tokens), "final_latents")
    }
}

/// A transformer under the guidance that a pipeline case asks for.
private struct GuidedModel {
    private let model: VideoTransformerGraph
    private let guidance: Guidance
    private let mode: AttentionPerturbation.Mode
    private let skippedBlocks: Set<Int>
    private let coordinates: Tensor
    /// States and mask of the negative prompt (if needed), the prompt, and the prompt again for the perturbed velocity.
    private let prompts: [(states: Tensor, mask: Tensor)]

    init(_ model: VideoTransformerGraph, golden: Golden, coordinates: Tensor) throws {
        self.model = model
        self.coordinates = coordinates
        guidance = Guidance(
            scale: Float(try golden.number("guidance_scale")), perturbationScale: Float(try golden.number("stg_scale")),
            rescaling: Float(try golden.number("rescaling_scale")))
        mode = try #require(golden.config["stg_mode"]?.string.flatMap(AttentionPerturbation.Mode.init))
        skippedBlocks = Set(try #require(golden.config["skip_block_list"]?.ints))
        let positive = try golden.prompt("prompt", "prompt_mask")
        let negative = try golden.prompt("negative_prompt", "negative_mask")
        prompts =
            (guidance.needsNegative ? [negative] : []) + [positive] + (guidance.needsPerturbed ? [positive] : [])
    }

    func velocity(_ latents: Tensor, times: Tensor) -> Tensor {
        let count = prompts.count
        let input = VideoTransformerInput(
            tokens: latents.repeated(count, axis: 0), coordinates: coordinates,
            timesteps: times.repeated(count, axis: 0),
            prompt: Tensor.concatenated(prompts.map(\.states), axis: 0),
            promptMask: Tensor.concatenated(prompts.map(\.mask), axis: 0))
        let perturbation = AttentionPerturbation(mode: mode, blocks: skippedBlocks, batchElements: [count - 1])
        let output = model(input, perturbation: guidance.needsPerturbed ? perturbation : nil)
        let velocities = output.velocity.split(axis: 0, parts: count)
        let positive = guidance.needsNegative ? 1 : 0
        return guidance.combined(
            positive: velocities[positive], negative: guidance.needsNegative ? velocities[0] : nil,
            perturbed: guidance.needsPerturbed ? velocities[count - 1] : nil)
    }
}
