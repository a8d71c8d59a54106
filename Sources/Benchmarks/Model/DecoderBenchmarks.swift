import Diffusion
import Kernels
import Models

/// Latents to 8-bit pictures, streamed frame by frame.
enum DecoderBenchmarks {
    static func cases(_ sizes: BenchmarkSizes) -> [BenchmarkCase] {
        [sizes.lowGrid, sizes.highGrid].map { grid in
            BenchmarkCase(
                name(grid), "latents to pictures of \(32 * grid.width)x\(32 * grid.height), \(frames(grid)) frames",
                precisions: .chosenOf([.fp32, .bf16])
            ) { context, precision in [try run(grid, context, precision)] }
        }
    }

    /// Published models make 8 frames of a latent frame, and 32 pixels each way.
    private static func frames(_ grid: LatentGrid) -> Int { 8 * (grid.frames - 1) + 1 }

    private static func name(_ grid: LatentGrid) -> String {
        "decode.\(32 * grid.width)x\(32 * grid.height)x\(frames(grid))"
    }

    private static func run(
        _ grid: LatentGrid, _ context: BenchmarkContext, _ precision: Precision
    ) throws -> Measurement {
        let decoder = try context.model().decoder(precision, context)
        var random = RandomNumbers()
        let latents = (0..<grid.frames).map { _ in
            random.floats(decoder.configuration.latentChannels * grid.height * grid.width)
        }
        var (pictures, activations) = (0, 0)
        var result = try context.measure(
            name(grid), precision, operations: DecoderWork(decoder.configuration, grid).operations
        ) {
            let stream = decoder.stream(
                rows: grid.height, columns: grid.width, timestep: 0.05,
                noiseMap: { [Float](repeating: 0.1, count: $0 * $1) })
            pictures = 0
            for latent in latents {
                try stream.push(latent, rows: grid.height, columns: grid.width) { frame in
                    pictures += frame.bytes(parallel: context.parallel).isEmpty ? 0 : 1
                }
            }
            try stream.finish { pictures += $0.bytes(parallel: context.parallel).isEmpty ? 0 : 1 }
            activations = stream.activationBytes
        }
        result.details = [
            "frames": Double(pictures), "activation_bytes": Double(activations),
            "weight_bytes": Double(decoder.weightBytes),
        ]
        return result
    }
}

/// The multiply-adds of a decoder's convolutions.
struct DecoderWork {
    /// Multiply-adds counted as two operations; norms and timestep embeddings are left out.
    private(set) var operations = 0.0
    private var positions: (frames: Int, rows: Int, columns: Int)

    init(_ configuration: VideoAutoencoderConfiguration, _ grid: LatentGrid) {
        positions = (grid.frames, grid.height, grid.width)
        var channels = configuration.decoderInputChannels
        add(configuration.latentChannels, channels)
        for stage in configuration.decoderStages {
            switch stage {
            case .residual(let width, let count, _, _):
                for _ in 0..<2 * count { add(width, width) }
            case .widening(let inputs, let outputs, _):
                add(inputs, outputs)
                add(outputs, outputs)
                add(inputs, outputs, taps: 1)
            case .depthToSpace(let inputs, let outputs, let steps, _):
                add(inputs, outputs * steps.time * steps.rows * steps.columns)
                // A widened time axis loses its first frame.
                positions.frames = positions.frames * steps.time - (steps.time - 1)
                positions.rows *= steps.rows
                positions.columns *= steps.columns
            case .strided, .spaceToDepth: break
            }
            channels = stage.outputChannels
        }
        add(channels, configuration.patchChannels)
    }

    private mutating func add(_ inputs: Int, _ outputs: Int, taps: Int = 27) {
        let count = Double(positions.frames) * Double(positions.rows) * Double(positions.columns)
        operations += 2 * Double(taps * inputs * outputs) * count
    }
}
