import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("The video autoencoder agrees with the reference implementation")
struct VideoAutoencoderGoldenTests {
    @Test("encoding", arguments: try GoldenSet.current.cases(kind: "vae_encode"))
    func encode(golden: Golden) throws {
        let model = try golden.autoencoder()
        var levels: [Double] = []
        let latents = model.encoder(try golden.pixels()) { _, activation in levels.append(rootMeanSquare(activation)) }
        try golden.expectClose(latents.mean, "mean")
        try expectLogVariance(latents, golden)
        try golden.expectClose(levels, "block_rms")
        try golden.expectClose(model.statistics.normalized(latents.mean), "normalized_mean")
        let sample = latents.sample(try golden.input("posterior_noise"))
        try golden.expectClose(model.statistics.normalized(sample), "normalized_sample")
    }

    /// The log-variance is one more channel of the convolution that makes the mean, and may nearly cancel (6e-5 next to
    /// 0.2): relative to its own norm, the reference itself is then 1e-5 away from exact arithmetic, and the result
    /// depends on the order in which the CPU at hand sums. So it is measured relative to all of the convolution's output.
    private func expectLogVariance(_ latents: LatentDistribution, _ golden: Golden) throws {
        let reference = Tensor.concatenated([try golden.output("mean"), try golden.output("logvar")], axis: 1)
        let moments = Tensor.concatenated([try golden.output("mean"), latents.logVariance], axis: 1)
        expectClose(moments, reference, tolerance: try golden.tolerance("logvar"), "\(golden.name)/logvar")
    }

    @Test("decoding", arguments: try GoldenSet.current.cases(kind: "vae_decode"))
    func decode(golden: Golden) throws {
        let model = try golden.autoencoder()
        let raw = try rawLatents(model, golden)
        try golden.expectClose(raw, "raw_latents")
        var maps = try golden.inputNames.filter { $0.hasPrefix("inject_noise_") }.sorted().map(golden.input)
        let injectsNoise = !maps.isEmpty
        let noise: NoiseMaps = { rows, columns in
            #expect(maps.first?.shape == [rows, columns])
            return maps.isEmpty ? Tensor.zeros(shape: [rows, columns]) : maps.removeFirst()
        }
        var levels: [Double] = []
        let pixels = model.decoder(
            raw, timesteps: try timesteps(golden), noise: injectsNoise ? noise : nil,
            observe: { _, activation in levels.append(rootMeanSquare(activation)) })
        #expect(maps.isEmpty, "every map of noise is asked for")
        try golden.expectClose(levels, "block_rms")
        try expectPixels(pixels, golden)
    }

    private func rawLatents(_ model: VideoAutoencoderGraph, _ golden: Golden) throws -> Tensor {
        let normalized = try golden.input("normalized_latents")
        guard golden.inputNames.contains("decode_noise") else { return model.statistics.raw(normalized) }
        return model.rawLatents(
            normalized, mixing: try golden.input("decode_noise"),
            scale: try golden.input("decode_noise_scale").scalarValue)
    }

    private func timesteps(_ golden: Golden) throws -> [Float] {
        golden.inputNames.contains("decode_timestep") ? try golden.input("decode_timestep").values : [0]
    }

    /// Large outputs are stored with every n-th row and column only.
    private func expectPixels(_ pixels: Tensor, _ golden: Golden) throws {
        let name = try #require(golden.outputNames.first { $0.hasPrefix("pixels") })
        let step = Int(name.dropFirst("pixels_stride".count)) ?? 1
        let (rows, columns) = (pixels.shape[3], pixels.shape[4])
        let kept = Array(pixels.shape[..<3]) + [rows / step, step, columns / step, step]
        let thinned = pixels.reshaped(kept).sliced(axis: 4, 0..<1).sliced(axis: 6, 0..<1)
            .reshaped(Array(kept[..<4]) + [columns / step])
        try golden.expectClose(thinned, name)
    }

    @Test("diffusers folder", arguments: try GoldenSet.current.cases(kind: "vae_diffusers"))
    func diffusersFolder(golden: Golden) throws {
        let model = try golden.autoencoder()
        let pixels = model.decode(try golden.input("raw_latents"), timesteps: try timesteps(golden))
        try golden.expectClose(pixels, "pixels")
        try golden.expectClose(model.encode(try golden.pixels()).mean, "mean")
    }

    @Test("the diffusers config means the LTX config", arguments: try GoldenSet.current.cases(kind: "vae_diffusers"))
    func sameConfiguration(golden: Golden) throws {
        let folder = try VideoAutoencoderConfiguration(golden.checkpoint(.videoAutoencoder).config)
        let file = try VideoAutoencoderConfiguration(#require(golden.config["vae"]))
        #expect(folder.encoderStages == file.encoderStages)
        #expect(folder.decoderStages == file.decoderStages)
        #expect(folder.expectedWeights == file.expectedWeights)
    }

    @Test("tiled decoding", arguments: try GoldenSet.current.cases(kind: "vae_tiled"))
    func tiled(golden: Golden) throws {
        let model = try golden.autoencoder()
        let latents = try golden.input("raw_latents")
        let timesteps = try timesteps(golden)
        let decode = { (tile: Tensor) in model.decode(tile, timesteps: timesteps) }
        try golden.expectClose(decode(latents), "untiled")
        try golden.expectClose(try tiling(golden, space: true, time: false)(latents, decode: decode), "spatial")
        try golden.expectClose(try tiling(golden, space: true, time: true)(latents, decode: decode), "spatial_temporal")
        try golden.expectClose(try tiling(golden, space: false, time: true)(latents, decode: decode), "temporal")
    }

    private func tiling(_ golden: Golden, space: Bool, time: Bool) throws -> TiledDecoding {
        let configuration = try golden.autoencoder().configuration
        func extent(_ axis: String) throws -> TiledDecoding.Extent {
            let tile = try #require(golden.config["tile"])
            return TiledDecoding.Extent(
                tile: try #require(tile["min_\(axis)"]?.int), stride: try #require(tile["stride_\(axis)"]?.int))
        }
        let whole = TiledDecoding.Extent(tile: 1 << 20, stride: 1 << 20)
        return TiledDecoding(
            rows: space ? try extent("h") : whole, columns: space ? try extent("w") : whole,
            frames: time ? try extent("t") : nil, seam: .droppingLastFrame,
            spatialFactor: configuration.spatialFactor, temporalFactor: configuration.temporalFactor)
    }
}

private func rootMeanSquare(_ tensor: Tensor) -> Double {
    let sum = tensor.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (sum / Double(tensor.count)).squareRoot()
}
