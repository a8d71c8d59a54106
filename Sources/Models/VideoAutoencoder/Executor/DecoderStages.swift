import Kernels
import WeightFiles

/// A part of the decoder that takes frames one at a time and hands on frames as soon as they are complete.
protocol DecoderStage: AnyObject {
    /// Takes over `frame`.
    func push(_ frame: FrameBuffer, _ emit: (FrameBuffer) -> Void)
    /// No more frames will come.
    func finish(_ emit: (FrameBuffer) -> Void)
}

/// A convolution whose input is used nowhere else.
final class ConvolutionStage: DecoderStage {
    private let convolution: PackedConvolution
    private let context: DecoderContext
    private var window: TemporalWindow

    init(_ convolution: PackedConvolution, _ context: DecoderContext) {
        self.convolution = convolution
        self.context = context
        window = TemporalWindow(isCausal: context.isCausal)
    }

    func push(_ frame: FrameBuffer, _ emit: (FrameBuffer) -> Void) {
        if let ready = window.push(frame) { run(ready, emit) }
    }

    func finish(_ emit: (FrameBuffer) -> Void) {
        if let ready = window.finish() { run(ready, emit) }
        window.drain().forEach(context.pool.give)
    }

    private func run(_ ready: Window, _ emit: (FrameBuffer) -> Void) {
        let frame = ready.frames.1
        let output = context.pool.take(rows: frame.rows, columns: frame.columns, channels: convolution.outputChannels)
        run(ready, into: output, accumulates: false)
        emit(output)
    }

    /// Adds to (or fills) `output`, then lets go of the window's oldest frame.
    fileprivate func run(_ ready: Window, into output: FrameBuffer, accumulates: Bool) {
        let (convolution, kernels) = (convolution, context.kernels)
        context.forEachRow(output.rows) { row in
            convolution.row(
                row, slice: 0, window: ready, output: output.pixel(row, 0), outputStride: output.channelStride,
                outputIsBF16: output.isBF16, accumulates: accumulates, kernels: kernels)
        }
        if let done = window.advance() { context.pool.give(done) }
    }

    /// As `push` and `finish`, but the products are added to frames that `target` supplies.
    fileprivate func push(_ frame: FrameBuffer?, addingTo target: () -> FrameBuffer, _ emit: (FrameBuffer) -> Void) {
        if let ready = frame.map({ window.push($0) }) ?? window.finish() {
            let output = target()
            run(ready, into: output, accumulates: true)
            emit(output)
        }
        if frame == nil { window.drain().forEach(context.pool.give) }
    }
}

/// Weights of a residual block.
final class ResidualWeights: Sendable {
    let first: PackedConvolution
    let second: PackedConvolution
    /// Strength of the random maps, `[channels]` each.
    let noiseScales: (first: [Float], second: [Float])?
    /// `[4, channels]`.
    let table: [Float]?
    let shortcut: Shortcut?

    /// Brings the input to another width.
    struct Shortcut: Sendable {
        let norm: StageModulation
        let matrix: PackedMatrix
        let bias: AlignedBuffer
    }

    init(
        _ checkpoint: Checkpoint, _ name: String, from inputs: Int, to outputs: Int, isTimeConditioned: Bool,
        injectsNoise: Bool, options: PackingOptions
    ) throws(WeightError) {
        func convolution(_ part: String) throws(WeightError) -> PackedConvolution {
            try PackedConvolution(
                checkpoint, "\(name).\(part).conv", precision: options.precision, kernels: options.kernels,
                parallel: options.parallel)
        }
        first = try convolution("conv1")
        second = try convolution("conv2")
        noiseScales =
            injectsNoise
            ? (
                try checkpoint.floats("\(name).per_channel_scale1"), try checkpoint.floats("\(name).per_channel_scale2")
            ) : nil
        table = isTimeConditioned ? try checkpoint.floats("\(name).scale_shift_table") : nil
        guard inputs != outputs else {
            shortcut = nil
            return
        }
        let (gain, offset) = (
            try checkpoint.floats("\(name).norm3.norm.weight"), try checkpoint.floats("\(name).norm3.norm.bias")
        )
        let weight = try checkpoint.floats("\(name).conv_shortcut.weight")
        shortcut = Shortcut(
            norm: StageModulation(shift: offset[...], scale: gain.map { $0 - 1 }[...]),
            matrix: PackedMatrix(
                outputChannels: outputs, inputChannels: inputs, precision: .fp32, kernels: options.kernels,
                parallel: options.parallel
            ) { output, _, input in weight[output * inputs + input] },
            bias: AlignedBuffer(floats: try checkpoint.floats("\(name).conv_shortcut.bias")))
    }
}

/// Two convolutions with pixel norms around a shortcut. The input waits until both convolutions have seen the frame behind it.
final class ResidualStage: DecoderStage {
    private let weights: ResidualWeights
    private let context: DecoderContext
    private let modulations: (first: StageModulation, second: StageModulation)?
    private let noise: (first: [Float], second: [Float])?
    private let first: ConvolutionStage
    private let second: ConvolutionStage
    private var waiting: [FrameBuffer] = []

    /// - `embedding`: the stage's time embedding, `[4 · channels]`, where it is told the time.
    /// - `noise`: a map `[rows · columns]` for each convolution.
    init(
        _ weights: ResidualWeights, embedding: [Float]?, noise: (first: [Float], second: [Float])?,
        _ context: DecoderContext
    ) {
        self.weights = weights
        self.context = context
        self.noise = noise
        if let table = weights.table, let embedding {
            let channels = table.count / 4
            let rows = zip(table, embedding).map { $0 + $1 }
            func part(_ index: Int) -> ArraySlice<Float> { rows[index * channels..<(index + 1) * channels] }
            modulations = (
                StageModulation(shift: part(0), scale: part(1)), StageModulation(shift: part(2), scale: part(3))
            )
        } else {
            modulations = nil
        }
        first = ConvolutionStage(weights.first, context)
        second = ConvolutionStage(weights.second, context)
    }

    func push(_ frame: FrameBuffer, _ emit: (FrameBuffer) -> Void) {
        waiting.append(frame)
        first.push(context.activated(frame, modulation: modulations?.first)) { middle($0, emit) }
    }

    func finish(_ emit: (FrameBuffer) -> Void) {
        first.finish { middle($0, emit) }
        second.push(nil, addingTo: nextSum) { last($0, emit) }
    }

    private func middle(_ frame: FrameBuffer, _ emit: (FrameBuffer) -> Void) {
        add(noise?.first, scales: weights.noiseScales?.first, to: frame)
        let activated = context.activated(frame, modulation: modulations?.second)
        context.pool.give(frame)
        second.push(activated, addingTo: nextSum) { last($0, emit) }
    }

    private func last(_ frame: FrameBuffer, _ emit: (FrameBuffer) -> Void) {
        add(noise?.second, scales: weights.noiseScales?.second, to: frame)
        emit(frame)
    }

    /// The shortcut of the oldest frame that waits: the frame itself, or brought to the output's width.
    private func nextSum() -> FrameBuffer {
        let input = waiting.removeFirst()
        guard let shortcut = weights.shortcut else { return input }
        let output = context.pool.take(
            rows: input.rows, columns: input.columns, channels: weights.second.outputChannels)
        let kernels = context.kernels
        context.forEachRow(input.rows) { row in
            let channels = input.channels
            withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * channels) { scratch in
                guard let raw = scratch.baseAddress else { return }
                let normed = raw + channels
                for column in 0..<input.columns {
                    kernels.convert(
                        input.pixel(row, column), isBF16: input.isBF16, to: raw, isBF16: false, count: channels)
                    kernels.normalize(
                        .layer, raw, rows: 1, channels: channels, epsilon: 1e-6, modulation: shortcut.norm.modulation,
                        into: normed, isBF16: false)
                    kernels.linear(
                        normed, rows: 1, rowStride: channels * 4, matrix: shortcut.matrix,
                        epilogue: Epilogue(
                            output: output.pixel(row, column), stride: output.channelStride, isBF16: output.isBF16,
                            bias: UnsafePointer(shortcut.bias.floats())))
                }
            }
        }
        context.pool.give(input)
        return output
    }

    /// x += map * scale, one map for all frames.
    private func add(_ map: [Float]?, scales: [Float]?, to frame: FrameBuffer) {
        guard let map, let scales else { return }
        context.forEachRow(frame.rows) { row in
            for column in 0..<frame.columns {
                let value = map[row * frame.columns + column]
                let pixel = frame.pixel(row, column)
                for channel in 0..<frame.channels {
                    if frame.isBF16 {
                        let place = pixel.assumingMemoryBound(to: UInt16.self) + channel
                        place.pointee = bf16Bits(float(bf16: place.pointee) + value * scales[channel])
                    } else {
                        (pixel.assumingMemoryBound(to: Float.self) + channel).pointee += value * scales[channel]
                    }
                }
            }
        }
    }
}

/// A convolution whose channels become pixels and frames, plus the rearranged input.
final class DepthToSpaceStage: DecoderStage {
    private let convolution: PackedConvolution
    private let steps: AxisSteps
    private let hasShortcut: Bool
    private let context: DecoderContext
    private var window: TemporalWindow
    private var isFirst = true

    /// `convolution`: dealt into `steps.product` slices.
    init(_ convolution: PackedConvolution, steps: AxisSteps, hasShortcut: Bool, _ context: DecoderContext) {
        self.convolution = convolution
        self.steps = steps
        self.hasShortcut = hasShortcut
        self.context = context
        window = TemporalWindow(isCausal: context.isCausal)
    }

    func push(_ frame: FrameBuffer, _ emit: (FrameBuffer) -> Void) {
        frame.fillBorder(context.padding)
        if let ready = window.push(frame) { run(ready, emit) }
    }

    func finish(_ emit: (FrameBuffer) -> Void) {
        if let ready = window.finish() { run(ready, emit) }
        window.drain().forEach(context.pool.give)
    }

    private func run(_ ready: Window, _ emit: (FrameBuffer) -> Void) {
        // A causal window ends at the frame it stands for, others have it in the middle.
        let center = context.isCausal ? ready.frames.2 : ready.frames.1
        for step in 0..<steps.time where !(steps.time == 2 && isFirst && step == 0) {
            let output = context.pool.take(
                rows: center.rows * steps.rows, columns: center.columns * steps.columns,
                channels: convolution.outputChannels)
            fill(output, time: step, center: center, ready)
            emit(output)
        }
        isFirst = false
        if let done = window.advance() { context.pool.give(done) }
    }

    private func fill(_ output: FrameBuffer, time: Int, center: FrameBuffer, _ ready: Window) {
        let (convolution, kernels, steps, hasShortcut) = (convolution, context.kernels, steps, hasShortcut)
        context.forEachRow(center.rows) { row in
            for b in 0..<steps.rows {
                for e in 0..<steps.columns {
                    let slice = (time * steps.rows + b) * steps.columns + e
                    let target = output.pixel(row * steps.rows + b, e)
                    if hasShortcut {
                        Self.rearrange(
                            center, row: row, slice: slice, slices: steps.product, into: target,
                            channels: output.channels,
                            stride: steps.columns * output.channelStride)
                    }
                    convolution.row(
                        row, slice: slice, window: ready, output: target,
                        outputStride: steps.columns * output.channelStride, outputIsBF16: output.isBF16,
                        accumulates: hasShortcut, kernels: kernels)
                }
            }
        }
    }

    /// Every `slices`-th channel of a row's pixels, the whole block of them repeated until `channels` are full.
    private static func rearrange(
        _ input: FrameBuffer, row: Int, slice: Int, slices: Int, into target: UnsafeMutableRawPointer, channels: Int,
        stride: Int
    ) {
        let block = input.channels / slices
        for column in 0..<input.columns {
            if input.isBF16 {
                let from = input.pixel(row, column).assumingMemoryBound(to: UInt16.self) + slice
                let to = target.assumingMemoryBound(to: UInt16.self) + column * stride
                for channel in 0..<block { to[channel] = from[channel * slices] }
                for channel in block..<max(block, channels) { to[channel] = to[channel - block] }
            } else {
                let from = input.pixel(row, column).assumingMemoryBound(to: Float.self) + slice
                let to = target.assumingMemoryBound(to: Float.self) + column * stride
                for channel in 0..<block { to[channel] = from[channel * slices] }
                for channel in block..<max(block, channels) { to[channel] = to[channel - block] }
            }
        }
    }
}
