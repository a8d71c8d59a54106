import Foundation
import Kernels
import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

extension Golden {
    func decoderExecutor(_ arithmetic: Arithmetic, weights index: Int = 0) throws -> VideoDecoderExecutor {
        let checkpoint = try Checkpoint.load(.videoAutoencoder, from: weights[index])
        return try VideoDecoderExecutor(
            checkpoint, configuration: VideoAutoencoderConfiguration(checkpoint.config),
            precision: arithmetic.precision, kernels: Kernels(arithmetic.level), parallel: Parallel(threadCount: 2))
    }
}

extension VideoDecoderExecutor {
    /// All frames of raw latents `[1, channels, frames, rows, columns]`, pushed one by one: `[1, 3, frames, height, width]`.
    func decode(_ latents: Tensor, timestep: Float, noiseMap: ((Int, Int) -> [Float])? = nil) throws -> Tensor {
        let (rows, columns) = (latents.shape[3], latents.shape[4])
        let stream = stream(rows: rows, columns: columns, timestep: timestep, noiseMap: noiseMap)
        var frames: [DecodedFrame] = []
        for frame in 0..<latents.shape[2] {
            let values = latents.sliced(axis: 2, frame..<frame + 1).values
            try stream.push(values, rows: rows, columns: columns) { frames.append($0) }
        }
        try stream.finish { frames.append($0) }
        return Tensor(
            frames.flatMap { $0.planes() }, shape: [1, frames.count, 3, frames[0].height, frames[0].width]
        ).permuted([0, 2, 1, 3, 4])
    }
}

@Suite("The video decoder's executor agrees with the reference implementation")
struct VideoDecoderExecutorTests {
    static let arithmetics = Arithmetic.all.filter { $0.precision != .int8 }

    /// The bundled model's, whichever set of golden cases is in use.
    private static func bundledCheckpoint() throws -> Checkpoint {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try Checkpoint.load(
            .videoAutoencoder,
            from: root.appending(path: "Sources/Generation/Resources/models/nano/ltx-nano.safetensors").path)
    }

    @Test("decoding", arguments: try GoldenSet.current.cases(kind: "vae_decode"), arithmetics)
    func decode(golden: Golden, arithmetic: Arithmetic) throws {
        let model = try golden.decoderExecutor(arithmetic)
        var maps = try golden.inputNames.filter { $0.hasPrefix("inject_noise_") }.sorted().map(golden.input)
        let injectsNoise = !maps.isEmpty
        let timestep =
            golden.inputNames.contains("decode_timestep") ? try golden.input("decode_timestep").values[0] : 0
        let pixels = try model.decode(
            golden.output("raw_latents"), timestep: timestep,
            noiseMap: injectsNoise ? { _, _ in maps.removeFirst().values } : nil)
        let name = try #require(golden.outputNames.first { $0.hasPrefix("pixels") })
        let step = Int(name.dropFirst("pixels_stride".count)) ?? 1
        let (rows, columns) = (pixels.shape[3], pixels.shape[4])
        let kept = Array(pixels.shape[..<3]) + [rows / step, step, columns / step, step]
        let thinned = pixels.reshaped(kept).sliced(axis: 4, 0..<1).sliced(axis: 6, 0..<1)
        try golden.expectNear(thinned.values, name, arithmetic)
    }

    @Test("diffusers folder", arguments: try GoldenSet.current.cases(kind: "vae_diffusers"))
    func diffusersFolder(golden: Golden) throws {
        let model = try golden.decoderExecutor(Arithmetic(level: .best, precision: .fp32))
        let timestep =
            golden.inputNames.contains("decode_timestep") ? try golden.input("decode_timestep").values[0] : 0
        try golden.expectClose(model.decode(golden.input("raw_latents"), timestep: timestep), "pixels")
    }

    /// The bundled model's decoder on a clip longer than it was trained on: frame by frame against the plain graph.
    @Test("a streamed clip is the clip decoded whole")
    func streaming() throws {
        let checkpoint = try Self.bundledCheckpoint()
        let configuration = try VideoAutoencoderConfiguration(checkpoint.config)
        let graph = try VideoAutoencoderGraph(configuration, weights: WeightScope(checkpoint))
        var random = SeededGenerator(seed: 11)
        let shape = [1, configuration.latentChannels, 6, 3, 4]
        let latents = Tensor(
            (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }, shape: shape)
        let model = try VideoDecoderExecutor(
            checkpoint, configuration: configuration, precision: .fp32, parallel: Parallel(threadCount: 2))
        expectClose(
            try model.decode(latents, timestep: 0.05), graph.decode(latents, timesteps: [0.05]), tolerance: 1e-5,
            "streamed against whole")
    }

    @Test("memory does not grow with the clip")
    func memory() throws {
        let checkpoint = try Self.bundledCheckpoint()
        let model = try VideoDecoderExecutor(
            checkpoint, configuration: VideoAutoencoderConfiguration(checkpoint.config), precision: .fp32,
            parallel: Parallel(threadCount: 2))
        let stream = model.stream(rows: 3, columns: 4)
        let frame = [Float](repeating: 0.1, count: model.configuration.latentChannels * 12)
        var bytes: [Int] = []
        for _ in 0..<40 {
            try stream.push(frame, rows: 3, columns: 4) { _ in }
            bytes.append(stream.activationBytes)
        }
        // Every convolution waits for one frame more, so the last ones start after some twenty.
        #expect(bytes[39] == bytes[24], "\(bytes[24]) bytes after 25 latent frames, \(bytes[39]) after 40")
    }
}
