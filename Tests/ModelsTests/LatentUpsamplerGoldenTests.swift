import Diffusion
import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("The latent upsampler agrees with the reference implementation")
struct LatentUpsamplerGoldenTests {
    @Test("upsampling", arguments: try GoldenSet.current.cases(kind: "upsampler"))
    func upsample(golden: Golden) throws {
        try golden.expectClose(try golden.upsampler()(golden.input("latents")), "upsampled")
        let listed = try LatentUpsamplerConfiguration(#require(golden.config["upsampler"]))
        #expect(try listed == LatentUpsamplerConfiguration(golden.checkpoint(.latentUpsampler).config))
    }

    @Test("matching statistics and tone mapping", arguments: try GoldenSet.current.cases(kind: "adain"))
    func filters(golden: Golden) throws {
        let latents = try golden.input("latents")
        let reference = try golden.input("reference")
        for name in golden.outputNames {
            if let factor = Float(name.dropFirst("factor_".count)), name.hasPrefix("factor_") {
                try golden.expectClose(latents.matchingStatistics(of: reference, factor: factor), name)
            } else {
                let ratio = try #require(Float(name.dropFirst("tone_map_".count)))
                try golden.expectClose(latents.toneMapped(ratio: ratio), name)
            }
        }
    }

    @Test("hand-over between two passes", arguments: try GoldenSet.current.cases(kind: "multiscale"))
    func handOver(golden: Golden) throws {
        let first = try golden.input("first_pass_latents")
        let statistics = LatentStatistics(
            means: try golden.input("mean_of_means"), deviations: try golden.input("std_of_means"))
        let upsampled = statistics.normalized(try golden.upsampler()(statistics.raw(first)))
        try golden.expectClose(upsampled, "upsampled_normalized")
        let matched = upsampled.matchingStatistics(of: first)
        try golden.expectClose(matched, "after_adain")
        let time = Float(try golden.number("second_pass_first_timestep"))
        try golden.expectClose(FlowStep.noised(matched, noise: golden.input("noise"), at: time), "noised")
    }
}
