package import Kernels
import Tensors
package import WeightFiles

/// The video decoder for inference: latent frames go in one by one, pixel frames come out as soon as they are complete.
///
/// Every convolution keeps the two frames it still needs, so a clip of any length takes the memory of a few frames, nothing
/// is computed twice, and the result is bit for bit that of decoding all frames at once. The halo of a temporal chunk is
/// exact because it is not a halo: it is the state of the stream.
package final class VideoDecoderExecutor: Sendable {
    package let configuration: VideoAutoencoderConfiguration
    package let precision: Precision
    package let statistics: (means: [Float], deviations: [Float])
    private let kernels: Kernels
    package let parallel: Parallel
    private let input: PackedConvolution
    private let stages: [Weights]
    private let output: PackedConvolution
    private let conditioning: Conditioning?

    private enum Weights: Sendable {
        case residual([ResidualWeights], embedder: Embedder?)
        case depthToSpace(PackedConvolution, AxisSteps, hasShortcut: Bool)
    }

    /// sinusoid, linear, silu, linear.
    private struct Embedder: Sendable {
        let first: PackedLinear
        let second: PackedLinear
    }

    private struct Conditioning: Sendable {
        let multiplier: Float
        let embedder: Embedder
        let table: [Float]
    }

    /// - `checkpoint`: in LTX names without the `vae.` prefix; its encoder may be missing.
    /// - `precision`: int8 means bf16 (or fp32 where the CPU does not multiply bf16).
    /// - Throws: ``WeightError`` that names every missing or misshapen tensor.
    package init(
        _ checkpoint: Checkpoint, configuration: VideoAutoencoderConfiguration, precision: Precision,
        kernels: Kernels = Kernels(), parallel: Parallel
    ) throws {
        try checkpoint.verify(
            expected: configuration.expectedStatistics.merging(configuration.expectedDecoderWeights) { $1 },
            optional: configuration.expectedEncoderWeights,
            ignored: VideoAutoencoderConfiguration.unusedStatistics.contains)
        let actual: Precision = precision == .int8 ? (kernels.level.multipliesBF16 ? .bf16 : .fp32) : precision
        let options = PackingOptions(precision: actual, kernels: kernels, parallel: parallel)
        self.configuration = configuration
        self.precision = actual
        self.kernels = kernels
        self.parallel = parallel
        statistics = (
            try checkpoint.floats("per_channel_statistics.mean-of-means"),
            try checkpoint.floats("per_channel_statistics.std-of-means")
        )
        func convolution(_ name: String, slices: Int = 1) throws -> PackedConvolution {
            try PackedConvolution(
                checkpoint, "decoder.\(name)", slices: slices, precision: actual, kernels: kernels, parallel: parallel)
        }
        func embedder(_ name: String) throws -> Embedder {
            Embedder(
                first: try options.exact(checkpoint, "decoder.\(name).timestep_embedder.linear_1"),
                second: try options.exact(checkpoint, "decoder.\(name).timestep_embedder.linear_2"))
        }
        input = try convolution("conv_in.conv")
        output = try convolution("conv_out.conv")
        conditioning =
            configuration.hasTimestepConditioning
            ? Conditioning(
                multiplier: try checkpoint.floats("decoder.timestep_scale_multiplier")[0],
                embedder: try embedder("last_time_embedder"),
                table: try checkpoint.floats("decoder.last_scale_shift_table")) : nil
        stages = try configuration.decoderStages.enumerated().map { index, stage in
            let name = "up_blocks.\(index)"
            func residual(_ name: String, _ inputs: Int, _ outputs: Int, time: Bool, noise: Bool) throws
                -> ResidualWeights
            {
                try ResidualWeights(
                    checkpoint, "decoder.\(name)", from: inputs, to: outputs, isTimeConditioned: time,
                    injectsNoise: noise,
                    options: options)
            }
            switch stage {
            case .residual(let channels, let count, let isTimeConditioned, let injectsNoise):
                return .residual(
                    try (0..<count).map {
                        try residual(
                            "\(name).res_blocks.\($0)", channels, channels, time: isTimeConditioned, noise: injectsNoise
                        )
                    }, embedder: isTimeConditioned ? try embedder("\(name).time_embedder") : nil)
            case .widening(let inputs, let outputs, let injectsNoise):
                return .residual([try residual(name, inputs, outputs, time: false, noise: injectsNoise)], embedder: nil)
            case .depthToSpace(_, _, let steps, let hasShortcut):
                return .depthToSpace(
                    try convolution("\(name).conv.conv", slices: steps.product), steps, hasShortcut: hasShortcut)
            case .strided, .spaceToDepth:
                preconditionFailure("up_blocks.\(index) is an encoder's stage")
            }
        }
    }

    /// Bytes of the packed weights.
    package var weightBytes: Int {
        stages.reduce(input.byteCount + output.byteCount) { sum, stage in
            switch stage {
            case .residual(let blocks, _): sum + blocks.reduce(0) { $0 + $1.first.byteCount + $1.second.byteCount }
            case .depthToSpace(let convolution, _, _): sum + convolution.byteCount
            }
        }
    }

    /// Starts a clip.
    ///
    /// - `rows`, `columns`: of a latent frame.
    /// - `timestep`: how noisy the latents are, in 0...1; ignored by models without timestep conditioning.
    /// - `noiseMap`: for models that inject noise: a map of `rows * columns` normal numbers, asked for in the order of the
    ///   network; nil leaves the noise out.
    package func stream(
        rows: Int, columns: Int, timestep: Float = 0, noiseMap: ((_ rows: Int, _ columns: Int) -> [Float])? = nil,
        stop: StopFlag? = nil
    ) -> VideoDecoderStream {
        let context = DecoderContext(
            kernels: kernels, parallel: parallel, precision: precision, padding: configuration.spatialPadding,
            isCausal: configuration.isDecoderCausal, stop: stop)
        let scaled = conditioning.map { timestep * $0.multiplier }
        var size = (rows: rows, columns: columns)
        var parts: [any DecoderStage] = [ConvolutionStage(input, context)]
        for stage in stages {
            switch stage {
            case .residual(let blocks, let embedder):
                let embedding = scaled.flatMap { time in embedder.map { embed(time, $0) } }
                for block in blocks {
                    var maps: (first: [Float], second: [Float])?
                    if block.noiseScales != nil, let noiseMap {
                        maps = (noiseMap(size.rows, size.columns), noiseMap(size.rows, size.columns))
                    }
                    parts.append(ResidualStage(block, embedding: embedding, noise: maps, context))
                }
            case .depthToSpace(let convolution, let steps, let hasShortcut):
                parts.append(DepthToSpaceStage(convolution, steps: steps, hasShortcut: hasShortcut, context))
                size = (size.rows * steps.rows, size.columns * steps.columns)
            }
        }
        var last: StageModulation?
        if let conditioning, let scaled {
            let rows = zip(conditioning.table, embed(scaled, conditioning.embedder)).map { $0 + $1 }
            let channels = rows.count / 2
            last = StageModulation(shift: rows[..<channels], scale: rows[channels...])
        }
        return VideoDecoderStream(
            configuration: configuration, parts: parts, lastModulation: last, output: output, context: context)
    }

    private func embed(_ scaledTime: Float, _ embedder: Embedder) -> [Float] {
        func dense(_ layer: PackedLinear, _ x: [Float], _ activation: Epilogue.Activation) -> [Float] {
            [Float](unsafeUninitializedCapacity: layer.matrix.outputChannels) { output, count in
                x.withUnsafeBufferPointer { x in
                    if let source = x.baseAddress, let target = output.baseAddress {
                        kernels.linear(
                            source, rows: 1, matrix: layer.matrix, bias: layer.bias, activation: activation,
                            into: target,
                            parallel: parallel)
                    }
                }
                count = layer.matrix.outputChannels
            }
        }
        let sinusoid = TimestepSinusoid.embedding(of: [scaledTime]).values
        return dense(embedder.second, dense(embedder.first, sinusoid, .silu), .none)
    }
}

/// A clip on its way through the decoder. Not for several tasks at a time.
package final class VideoDecoderStream {
    private let configuration: VideoAutoencoderConfiguration
    private let parts: [any DecoderStage]
    private let lastModulation: StageModulation?
    private let output: PackedConvolution
    private let context: DecoderContext
    private var lastWindow: TemporalWindow

    init(
        configuration: VideoAutoencoderConfiguration, parts: [any DecoderStage], lastModulation: StageModulation?,
        output: PackedConvolution, context: DecoderContext
    ) {
        self.configuration = configuration
        self.parts = parts
        self.lastModulation = lastModulation
        self.output = output
        self.context = context
        lastWindow = TemporalWindow(isCausal: context.isCausal)
    }

    /// Bytes of the activations kept so far: constant once the stream runs.
    package var activationBytes: Int { context.pool.byteCount }

    /// Takes the next latent frame, raw (not normalised), `[channels, rows, columns]`, and hands on what becomes complete.
    ///
    /// - Throws: `CancellationError` if the stream's flag was set, and what `emit` throws.
    package func push(_ latents: [Float], rows: Int, columns: Int, _ emit: (DecodedFrame) throws -> Void) throws {
        let channels = configuration.latentChannels
        precondition(
            latents.count == channels * rows * columns, "decode: \(latents.count) values for \(rows)x\(columns)")
        let frame = context.pool.take(rows: rows, columns: columns, channels: channels)
        for row in 0..<rows {
            for column in 0..<columns {
                let pixel = frame.pixel(row, column)
                for channel in 0..<channels {
                    let value = latents[(channel * rows + row) * columns + column]
                    if frame.isBF16 {
                        pixel.assumingMemoryBound(to: UInt16.self)[channel] = bf16Bits(value)
                    } else {
                        pixel.assumingMemoryBound(to: Float.self)[channel] = value
                    }
                }
            }
        }
        frame.fillBorder(context.padding)
        try collect(emit) { emit in send(frame, to: 0, emit) }
    }

    /// Ends the clip: hands on the frames that waited for a successor.
    package func finish(_ emit: (DecodedFrame) throws -> Void) throws {
        try collect(emit) { emit in
            for index in parts.indices { parts[index].finish { send($0, to: index + 1, emit) } }
            if let ready = lastWindow.finish() { emit(decoded(ready)) }
            lastWindow.drain().forEach(context.pool.give)
        }
    }

    private func collect(
        _ emit: (DecodedFrame) throws -> Void, _ body: ((DecodedFrame) -> Void) -> Void
    ) throws {
        try withoutActuallyEscaping(emit) { emit in
            var failure: (any Error)?
            body { frame in
                guard failure == nil, !(context.stop?.isStopped ?? false) else { return }
                do { try emit(frame) } catch { failure = error }
            }
            if let failure { throw failure }
            if context.stop?.isStopped ?? false { throw CancellationError() }
        }
    }

    private func send(_ frame: FrameBuffer, to index: Int, _ emit: (DecodedFrame) -> Void) {
        if index < parts.count {
            parts[index].push(frame) { send($0, to: index + 1, emit) }
            return
        }
        let activated = context.activated(frame, modulation: lastModulation)
        context.pool.give(frame)
        if let ready = lastWindow.push(activated) {
            emit(decoded(ready))
        }
    }

    private func decoded(_ ready: Window) -> DecodedFrame {
        let frame = ready.frames.1
        let (rows, columns, channels) = (frame.rows, frame.columns, configuration.patchChannels)
        let values = [Float](unsafeUninitializedCapacity: rows * columns * channels) { values, count in
            // SAFETY: rows are written by one worker each.
            nonisolated(unsafe) let base = values.baseAddress
            let (output, kernels) = (output, context.kernels)
            context.forEachRow(rows) { row in
                guard let base else { return }
                output.row(
                    row, slice: 0, window: ready, output: base + row * columns * channels, outputStride: channels,
                    outputIsBF16: false, accumulates: false, kernels: kernels)
            }
            count = rows * columns * channels
        }
        if let done = lastWindow.advance() { context.pool.give(done) }
        return DecodedFrame(
            values: values, rows: rows, columns: columns, patchSize: configuration.patchSize,
            pixelChannels: configuration.pixelChannels)
    }
}
