import Foundation
import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("The transformer agrees with the reference implementation")
struct VideoTransformerGoldenTests {
    @Test("forward pass, block by block", arguments: try GoldenSet.current.cases(kind: "dit_forward"))
    func forward(golden: Golden) throws {
        let model = try golden.transformer()
        let input = try golden.transformerInput()
        let blocks = Set(0..<model.configuration.layerCount)
        let output = model(input, capturing: blocks)
        try golden.expectClose(output.velocity, "output")
        #expect(golden.outputNames.filter { $0.hasPrefix("block_") }.count == blocks.count)
        for (index, stream) in output.streams {
            try golden.expectClose(stream, "block_\(index < 10 ? "0" : "")\(index)")
        }
        try expectParts(of: model, input, golden)
    }

    /// The intermediate results that a case lists besides the blocks.
    private func expectParts(of model: VideoTransformerGraph, _ input: VideoTransformerInput, _ golden: Golden) throws {
        let time = model.embedTimesteps(input.timesteps)
        let rotation = model.rotation(at: input.coordinates)
        let width = model.configuration.width
        let parts = [
            "patchify": model.embedTokens(input.tokens),
            "adaln_linear": time.modulation.reshaped([-1, 6 * width]),
            "embedded_timestep": time.embedded.reshaped([-1, width]),
            "caption": model.projectCaption(input.prompt),
            "rope_cos": rotation.cosines.sliced(axis: 0, 0..<1),
            "rope_sin": rotation.sines.sliced(axis: 0, 0..<1),
        ]
        for name in golden.outputNames where name != "output" && !name.hasPrefix("block_") {
            try golden.expectClose(#require(parts[name], "no part called \(name)"), name)
        }
    }

    @Test("streams behind chosen blocks", arguments: try GoldenSet.current.cases(kind: "dit_forward"))
    func chosenStreams(golden: Golden) throws {
        let model = try golden.transformer()
        let last = model.configuration.layerCount - 1
        let streams = model.streams(after: [last, 0], try golden.transformerInput())
        try golden.expectClose(streams[0], "block_\(last < 10 ? "0" : "")\(last)")
        try golden.expectClose(streams[1], "block_00")
    }

    @Test("fp32 arithmetic next to bf16 results", arguments: try GoldenSet.current.cases(kind: "dit_forward_bf16"))
    func nextToHalfPrecision(golden: Golden) throws {
        let velocity = try golden.transformer()(golden.transformerInput()).velocity
        try golden.expectClose(velocity, "output_fp32")
        try golden.expectClose(velocity, "output_bf16")
    }

    @Test("diffusers folder and LTX file alike", arguments: try GoldenSet.current.cases(kind: "dit_diffusers"))
    func diffusers(golden: Golden) throws {
        let input = try golden.transformerInput()
        #expect(golden.weights.count > 1)
        for index in golden.weights.indices {
            let model = try golden.transformer(weights: index)
            let velocity = model(input).velocity
            try golden.expectClose(velocity, "output_video_coords")
            try golden.expectClose(velocity, "output_ltx")
            var rebuilt = input
            rebuilt.coordinates = try golden.coordinates(golden.grid("latent_shape"), isCausal: false)
            try golden.expectClose(model(rebuilt).velocity, "output_rope_scale")
        }
    }
}

@Suite("Tables of places and times")
struct TransformerTableTests {
    @Test("rotary table of a published width", arguments: try GoldenSet.current.cases(kind: "rope_table"))
    func rotaryTable(golden: Golden) throws {
        let width = Int(try golden.number("inner_dim"))
        let coordinates = try golden.input("indices_grid")
        let table = RotaryTable(
            coordinates: coordinates.values, width: width, theta: 10000, maximumPositions: [20, 2048, 2048])
        try golden.expectClose(table.frequencies, "freqs")
        let (cosines, sines) = table.dense()
        try golden.expectClose(cosines.expanded(at: 0), "cos")
        try golden.expectClose(sines.expanded(at: 0), "sin")
        let exact = exactTable(coordinates, width: width)
        try golden.expectClose(exact.map(cos), "cos_exact")
        try golden.expectClose(exact.map(sin), "sin_exact")
    }

    /// The angles in double arithmetic, as `[tokens, width]`; 0 in the channels that rest.
    private func exactTable(_ coordinates: Tensor, width: Int) -> [Double] {
        let tokenCount = coordinates.shape[2]
        let places = coordinates.values
        let maximum = [20.0, 2048, 2048]
        let count = width / 6
        var angles = [Double](repeating: 0, count: tokenCount * width)
        for token in 0..<tokenCount {
            for index in 0..<count {
                let exponent = Double(index) / Double(count - 1)
                for axis in 0..<3 {
                    let place = Double(places[axis * tokenCount + token]) / maximum[axis]
                    let angle = Foundation.pow(10000, exponent) * .pi / 2 * (2 * place - 1)
                    let channel = token * width + width % 6 + 2 * (3 * index + axis)
                    angles[channel] = angle
                    angles[channel + 1] = angle
                }
            }
        }
        return angles
    }

    @Test("the table's parts are the whole table", arguments: [64, 66, 68, 32])
    func tableParts(width: Int) {
        var random = SeededGenerator(seed: 3)
        let places = (0..<3 * 7).map { _ in Float(Int.random(in: 0..<4, using: &random)) * 8 }
        let table = RotaryTable(coordinates: places, width: width, theta: 10000, maximumPositions: [20, 2048, 2048])
        let (cosines, sines) = table.dense()
        var pairs = [[Float]](repeating: [Float](repeating: .nan, count: 3 * width / 2), count: 2)
        pairs[0].withUnsafeMutableBufferPointer { first in
            var second = [Float](repeating: .nan, count: first.count)
            second.withUnsafeMutableBufferPointer { table.writePairs(2..<5, cosines: first, sines: $0) }
            for index in second.indices { #expect(second[index] == sines.values[2 * width + 2 * index]) }
        }
        for index in pairs[0].indices { #expect(pairs[0][index] == cosines.values[2 * width + 2 * index + 1]) }
        #expect(cosines.values.prefix(width % 6).allSatisfy { $0 == 1 })
        #expect(sines.values.prefix(width % 6).allSatisfy { $0 == 0 })
    }

    @Test("sinusoid of a time", arguments: try GoldenSet.current.cases(kind: "timestep_embedding"))
    func sinusoid(golden: Golden) throws {
        let multiplier = Float(try golden.number("multiplier"))
        let times = try golden.input("timestep").values.map { $0 * multiplier }
        let width = Int(try golden.number("dim"))
        try golden.expectClose(TimestepSinusoid.embedding(of: times, width: width), "embedding")
    }
}
