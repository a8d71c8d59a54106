import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Latent statistics")
struct LatentStatisticsTests {
    @Test("AdaIN and tone mapping are the golden's")
    func golden() throws {
        for golden in try GoldenSet.current.cases(kind: "adain") {
            let latents = try golden.input("latents")
            let reference = try golden.input("reference")
            for factor in try #require(golden.config["factors"]?.doubles) {
                try golden.expectClose(
                    latents.matchingStatistics(of: reference, factor: Float(factor)), "factor_\(factor)")
            }
            for ratio in try #require(golden.config["tone_map"]?.doubles) {
                try golden.expectClose(latents.toneMapped(ratio: Float(ratio)), "tone_map_\(ratio)")
            }
        }
    }

    @Test("Latents that match their own statistics stay as they are")
    func identity() {
        var random = SeededGenerator(seed: 4)
        let latents = Tensor(random.floats(2 * 3 * 8), shape: [2, 3, 2, 2, 2])
        expectClose(latents.matchingStatistics(of: latents), latents, tolerance: 1e-6)
        #expect(latents.matchingStatistics(of: latents * 2 + 1, factor: 0).values == latents.values)
    }
}
