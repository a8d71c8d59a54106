import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Latent grids")
struct LatentGridTests {
    @Test("Tokens, coordinates and both index conventions are the golden's")
    func golden() throws {
        for golden in try GoldenSet.current.cases(kind: "patchify") {
            let latents = try golden.input("latents")
            let grid = LatentGrid(frames: latents.shape[2], height: latents.shape[3], width: latents.shape[4])
            let tokens = grid.tokens(from: latents)
            try golden.expectClose(tokens, "tokens")
            #expect(grid.latents(from: tokens).values == latents.values)
            let coordinates = try golden.rawOutput("latent_coords")
            let batch = coordinates.shape[0]
            #expect(Array(repeating: grid.coordinates, count: batch).joined().flatMap { $0 } == coordinates.integers())
            let factors = try #require(golden.config["vae_scale"]?.ints)
            let scale = LatentScale(frames: factors[0], pixels: factors[1])
            let rate = try #require(golden.config["frame_rate"]?.double)
            for (isCausal, name) in [(true, "indices_grid_causal"), (false, "indices_grid_plain")] {
                let indices = grid.indices(frameRate: rate, isCausal: isCausal, scale: scale, batch: batch)
                try golden.expectClose(indices, name)
            }
        }
    }

    @Test(
        "Sizes are padded to what the model takes",
        arguments: [(1, 1), (2, 9), (8, 9), (9, 9), (10, 17), (97, 97), (120, 121), (121, 121)])
    func paddedFrames(count: Int, expected: Int) {
        #expect(LatentScale.published.paddedFrames(count) == expected)
        #expect(LatentScale.published.paddedFrames(count) == ((count - 2 + 8) / 8 - 1 + 1) * 8 + 1 || count == 1)
    }

    @Test("The default video has 16 latent frames of 22 by 38")
    func defaultVideo() {
        let grid = LatentGrid(pixelFrames: 121, pixelHeight: 704, pixelWidth: 1216)
        #expect(grid == LatentGrid(frames: 16, height: 22, width: 38))
        #expect(
            LatentGrid(pixelFrames: 1, pixelHeight: 33, pixelWidth: 1) == LatentGrid(frames: 1, height: 2, width: 1))
    }

    @Test("A two-pass render works at two thirds and at twice that")
    func multiScale() {
        #expect(MultiScaleSize(requested: 704).first == 448)
        #expect(MultiScaleSize(requested: 1216).second == 1600)
    }
}
