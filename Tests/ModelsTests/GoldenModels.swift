import Diffusion
import Models
import Tensors
import TestSupport
import WeightFiles

/// Models built from a golden case's weights, with every tensor of the file accounted for.
extension Golden {
    func checkpoint(_ component: ModelComponent, weights index: Int = 0) throws -> Checkpoint {
        try Checkpoint.load(component, from: weights[index])
    }

    func transformer(weights index: Int = 0) throws -> VideoTransformerGraph {
        let checkpoint = try checkpoint(.transformer, weights: index)
        let configuration = try VideoTransformerConfiguration(checkpoint.config)
        let turbo2k = try checkpoint.fileConfig["turbo2k"].map { try Turbo2KConfiguration($0) }
        try checkpoint.verify(expected: configuration.expectedWeights(turbo2k: turbo2k))
        return try VideoTransformerGraph(configuration, turbo2k: turbo2k, weights: WeightScope(checkpoint))
    }

    func autoencoder(weights index: Int = 0) throws -> VideoAutoencoderGraph {
        let checkpoint = try checkpoint(.videoAutoencoder, weights: index)
        let configuration = try VideoAutoencoderConfiguration(checkpoint.config)
        try checkpoint.verify(
            expected: configuration.expectedWeights, ignored: VideoAutoencoderConfiguration.unusedStatistics.contains)
        return try VideoAutoencoderGraph(configuration, weights: WeightScope(checkpoint))
    }

    func upsampler() throws -> LatentUpsamplerGraph {
        let checkpoint = try checkpoint(.latentUpsampler)
        let configuration = try LatentUpsamplerConfiguration(checkpoint.config)
        try checkpoint.verify(expected: configuration.expectedWeights)
        return try LatentUpsamplerGraph(configuration, weights: WeightScope(checkpoint))
    }

    /// The input pixels in -1...1.
    func pixels() throws -> Tensor {
        try input("pixels_u8") / 127.5 - 1
    }

    /// The inputs of one forward pass under the names of the `dit` cases.
    func transformerInput() throws -> VideoTransformerInput {
        VideoTransformerInput(
            tokens: try input("hidden_states"), coordinates: try input("indices_grid"),
            timesteps: try input("timestep"), prompt: try input("encoder_hidden_states"),
            promptMask: try input("encoder_attention_mask"))
    }

    /// A grid in the config, `[frames, rows, columns]`.
    func grid(_ key: String) throws -> TokenGrid {
        guard let sizes = config[key]?.ints, sizes.count == 3 else {
            throw GoldenError.incomplete(name: name, reason: "no grid \(key)")
        }
        return TokenGrid(frames: sizes[0], rows: sizes[1], columns: sizes[2])
    }

    func number(_ key: String) throws -> Double {
        guard let number = config[key]?.double else {
            throw GoldenError.incomplete(name: name, reason: "no number \(key)")
        }
        return number
    }

    /// Places of all tokens of a grid at the config's frame rate, `[1, 3, tokens]`.
    func coordinates(_ grid: TokenGrid, isCausal: Bool) throws -> Tensor {
        LatentGrid(frames: grid.frames, height: grid.rows, width: grid.columns)
            .indices(frameRate: try number("frame_rate"), isCausal: isCausal)
    }

    /// A prompt's states and mask.
    func prompt(_ states: String, _ mask: String) throws -> (states: Tensor, mask: Tensor) {
        (try input(states), try input(mask))
    }
}
