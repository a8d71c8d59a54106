import Kernels
import WeightFiles

/// A 3x3x3 convolution laid out for the kernels. Taps run over time, row, column.
final class PackedConvolution: Sendable {
    let matrices: [PackedMatrix]
    let biases: [AlignedBuffer]
    let outputChannels: Int

    /// `slices`: into how many products the output channels are dealt, channel c to slice c mod `slices`: a
    ///   depth-to-space then writes each slice straight to its place.
    init(
        _ checkpoint: Checkpoint, _ name: String, slices: Int = 1, precision: Precision, kernels: Kernels,
        parallel: Parallel
    ) throws(WeightError) {
        let weight = try checkpoint.raw("\(name).weight")
        let values = weight.floats()
        weight.release()
        let bias = try checkpoint.floats("\(name).bias")
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let taps = weight.shape[2...].reduce(1, *)
        outputChannels = outputs / slices
        let channels = outputs / slices
        matrices = values.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return [] }
            return (0..<slices).map { slice in
                PackedMatrix(
                    convolution: base, slice: slice, sliceCount: slices, outputChannels: channels,
                    inputChannels: inputs, tapCount: taps, precision: precision, kernels: kernels, parallel: parallel)
            }
        }
        biases = (0..<slices).map { slice in
            AlignedBuffer(floats: (0..<channels).map { bias[$0 * slices + slice] })
        }
    }

    var byteCount: Int { matrices.reduce(0) { $0 + $1.byteCount } + biases.reduce(0) { $0 + $1.byteCount } }

    /// The products of one output row's pixels with slice `slice`, on one thread.
    ///
    /// - `window`: three frames, the middle one at the output's time.
    /// - `output`: the row's first pixel.
    func row(
        _ row: Int, slice: Int, window: Window, output: UnsafeMutableRawPointer, outputStride: Int, outputIsBF16: Bool,
        accumulates: Bool, kernels: Kernels
    ) {
        let frame = window.frames.0
        var first = 0
        while first < frame.columns {
            let count = min(240, frame.columns - first)
            withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: 27) { segments in
                var index = 0
                for source in [window.frames.0, window.frames.1, window.frames.2] {
                    for y in -1...1 {
                        for x in -1...1 {
                            segments[index] = UnsafeRawPointer(source.pixel(row + y, first + x))
                            index += 1
                        }
                    }
                }
                guard let base = segments.baseAddress else { return }
                kernels.product(
                    segments: base, rows: count, rowStride: frame.pixelBytes, matrix: matrices[slice],
                    epilogue: Epilogue(
                        output: output + first * outputStride * (outputIsBF16 ? 2 : 4), stride: outputStride,
                        isBF16: outputIsBF16, bias: UnsafePointer(biases[slice].floats()), accumulates: accumulates))
            }
            first += count
        }
    }
}

/// Three neighbouring frames.
struct Window: Sendable {
    var frames: (FrameBuffer, FrameBuffer, FrameBuffer)
}

/// Turns a stream of frames into a stream of windows: the first frame is repeated in front, the last one behind (or the
/// first twice in front, where only past frames may be seen). Exact at every cut of the stream, since a cut is no edge.
struct TemporalWindow {
    private var held: [FrameBuffer] = []
    private var isFirst = true
    private let isCausal: Bool

    init(isCausal: Bool) { self.isCausal = isCausal }

    /// - Returns: the window that `frame` completes.
    mutating func push(_ frame: FrameBuffer) -> Window? {
        if isFirst {
            isFirst = false
            held = isCausal ? [frame, frame, frame] : [frame, frame]
        } else {
            held.append(frame)
        }
        return held.count == 3 ? Window(frames: (held[0], held[1], held[2])) : nil
    }

    /// - Returns: the last window of the stream, if one is owed.
    mutating func finish() -> Window? {
        guard !isCausal, held.count == 2, let last = held.last else { return nil }
        held.append(last)
        return Window(frames: (held[0], held[1], held[2]))
    }

    /// Gives up the oldest frame; call after each window was used.
    ///
    /// - Returns: the frame, if no other place of the window holds it.
    mutating func advance() -> FrameBuffer? {
        guard !held.isEmpty else { return nil }
        let oldest = held.removeFirst()
        return held.contains { $0 === oldest } ? nil : oldest
    }

    /// Gives up everything, at the end.
    mutating func drain() -> [FrameBuffer] {
        var frames: [FrameBuffer] = []
        for frame in held where !frames.contains(where: { $0 === frame }) { frames.append(frame) }
        held = []
        return frames
    }
}
