import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Guidance")
struct GuidanceTests {
    @Test("CFG, CFG-star, every perturbation and rescaling combine as in the golden")
    func combinations() throws {
        for golden in try GoldenSet.current.cases(kind: "guidance") {
            let scale = Float(try #require(golden.config["guidance_scale"]?.double))
            let perturbation = Float(try #require(golden.config["stg_scale"]?.double))
            let rescaling = Float(try #require(golden.config["rescaling_scale"]?.double))
            let positive = try golden.output("text")
            let negative = try golden.output("uncond")
            func check(_ guidance: Guidance, _ perturbed: Tensor?, _ name: String) throws {
                try golden.expectClose(
                    guidance.combined(positive: positive, negative: negative, perturbed: perturbed), name)
            }
            try check(Guidance(scale: scale), nil, "cfg_only")
            try check(Guidance(scale: scale, projectsNegative: true), nil, "cfg_star_only")
            let modes = Perturbation.allCases.filter { golden.outputNames.contains("\($0.rawValue).perturbed") }
            #expect(!modes.isEmpty)
            for mode in modes {
                let perturbed = try golden.output("\(mode.rawValue).perturbed")
                #expect((perturbed.values != positive.values) == mode.hasEffect)
                var guidance = Guidance(scale: scale, perturbationScale: perturbation)
                try check(guidance, perturbed, "\(mode.rawValue).cfg_stg")
                guidance.rescaling = rescaling
                try check(guidance, perturbed, "\(mode.rawValue).cfg_stg_rescaled")
                guidance.scale = 1
                try check(guidance, perturbed, "\(mode.rawValue).stg_only_rescaled")
            }
        }
    }

    @Test("diffusers' guidance and rescaling are the golden's")
    func diffusers() throws {
        for golden in try GoldenSet.current.cases(kind: "guidance_rescale_diffusers") {
            let scale = Float(try #require(golden.config["guidance_scale"]?.double))
            let rescaling = Float(try #require(golden.config["guidance_rescale"]?.double))
            let (positive, negative) = (try golden.input("text"), try golden.input("uncond"))
            for (amount, name) in [(0, "cfg"), (rescaling, "cfg_rescaled")] {
                let result = Guidance.diffusers(positive: positive, negative: negative, scale: scale, rescaling: amount)
                try golden.expectClose(result, name)
            }
        }
    }

    @Test("A table's line at every noise level is the golden's")
    func tables() throws {
        for golden in try GoldenSet.current.cases(kind: "guidance_mapping") {
            let table = try JSONDecoder().decode(GuidanceTable.self, from: Data(golden.config.description.utf8))
            let times = try golden.input("timesteps").values
            #expect(times.map(table.index(at:)) == (try golden.rawOutput("index").integers()))
            let entries = times.map { table.entry(at: $0).guidance }
            try golden.expectClose(entries.map(\.scale), "guidance_scale")
            try golden.expectClose(entries.map(\.perturbationScale), "stg_scale")
            try golden.expectClose(entries.map(\.rescaling), "rescaling_scale")
        }
    }

    @Test("Without guidance the positive velocity is the result, and nothing else is needed")
    func inactive() {
        let guidance = Guidance(rescaling: 0.5)
        let positive = Tensor([1, 2, 3], shape: [1, 3, 1])
        #expect(!guidance.needsNegative)
        #expect(!guidance.needsPerturbed)
        #expect(guidance.combined(positive: positive).values == [1, 2, 3])
    }

    @Test("Statistics are taken for each batch element alone")
    func batchElements() {
        let guidance = Guidance(scale: 4, perturbationScale: 1, rescaling: 0.7, projectsNegative: true)
        var random = SeededGenerator(seed: 2)
        func element() -> Tensor { Tensor(random.floats(12), shape: [1, 4, 3]) }
        let first = (element(), element(), element())
        let second = (element() * 10, element() * 3, element())
        let alone = [first, second].map { guidance.combined(positive: $0.0, negative: $0.1, perturbed: $0.2) }
        func pair(_ a: Tensor, _ b: Tensor) -> Tensor { Tensor.concatenated([a, b], axis: 0) }
        let together = guidance.combined(
            positive: pair(first.0, second.0), negative: pair(first.1, second.1), perturbed: pair(first.2, second.2))
        expectClose(together, pair(alone[0], alone[1]), tolerance: 1e-6)
    }

    @Test("Published pipelines' settings decode, with tables of skipped blocks")
    func publishedSettings() throws {
        func decode(_ text: String) throws -> GuidanceTable {
            try JSONDecoder().decode(GuidanceTable.self, from: Data(text.utf8))
        }
        let plain = try decode(#"{"guidance_scale":3,"stg_scale":1,"rescaling_scale":0.7,"skip_block_list":[19]}"#)
        #expect(
            plain.entry(at: 0.3)
                == .init(guidance: Guidance(scale: 3, perturbationScale: 1, rescaling: 0.7), skippedBlocks: [19]))
        let table = try decode(
            """
            {"guidance_scale":[1,6],"stg_scale":[0,4],"guidance_timesteps":[1.0,0.9],"rescaling_scale":[1,0.5],
             "skip_block_list":[[],[11,25]],"cfg_star_rescale":true}
            """)
        #expect(table.entry(at: 1).skippedBlocks == [])
        #expect(table.entry(at: 0.95).skippedBlocks == [11, 25])
        #expect(table.entry(at: 0.1).guidance.projectsNegative)
        let second = try decode(
            #"{"guidance_scale":[1],"stg_scale":[1],"rescaling_scale":[1],"guidance_timesteps":[1.0],"skip_block_list":[27]}"#
        )
        #expect(second.entry(at: 0.5).skippedBlocks == [27])
        #expect(
            try decode(#"{"guidance_scale":1,"stg_scale":0,"skip_block_list":null}"#).entry(at: 1).skippedBlocks == [])
        #expect(throws: (any Error).self) { try decode(#"{"guidance_scale":[1,2],"guidance_timesteps":[1.0]}"#) }
        #expect(throws: (any Error).self) { try decode(#"{"guidance_timesteps":[0.5,1.0]}"#) }
    }
}
