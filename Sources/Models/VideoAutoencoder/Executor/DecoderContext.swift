import Kernels

/// What every part of a running decoder shares.
final class DecoderContext {
    let kernels: Kernels
    let parallel: Parallel
    let precision: Precision
    let padding: SpatialPadding
    let isCausal: Bool
    let pool: FramePool
    let stop: StopFlag?

    init(
        kernels: Kernels, parallel: Parallel, precision: Precision, padding: SpatialPadding, isCausal: Bool,
        stop: StopFlag?
    ) {
        self.kernels = kernels
        self.parallel = parallel
        self.precision = precision
        self.padding = padding
        self.isCausal = isCausal
        self.stop = stop
        pool = FramePool(isBF16: precision != .fp32)
    }

    var isBF16: Bool { precision != .fp32 }

    /// Runs `body(row)` for every row of a frame, in parallel.
    func forEachRow(_ count: Int, _ body: @Sendable (_ row: Int) -> Void) {
        parallel.forEach(count, stop: stop) { row, _ in body(row) }
    }

    /// silu(pixelNorm(x) (1 + scale) + shift) as a new frame with its border filled.
    func activated(_ x: FrameBuffer, modulation: StageModulation?) -> FrameBuffer {
        let result = pool.take(rows: x.rows, columns: x.columns, channels: x.channels)
        let (kernels, isBF16) = (kernels, isBF16)
        forEachRow(x.rows) { row in
            if x.channels == x.channelStride {
                kernels.pixelNormSilu(
                    x.pixel(row, 0), pixels: x.columns, channels: x.channels, epsilon: 1e-8,
                    modulation: modulation?.modulation, into: result.pixel(row, 0), isBF16: isBF16)
            } else {
                for column in 0..<x.columns {
                    kernels.pixelNormSilu(
                        x.pixel(row, column), pixels: 1, channels: x.channels, epsilon: 1e-8,
                        modulation: modulation?.modulation, into: result.pixel(row, column), isBF16: isBF16)
                }
            }
        }
        result.fillBorder(padding)
        return result
    }
}

/// A shift and a scale for every channel, the same for all pixels of a clip.
final class StageModulation: Sendable {
    private let values: AlignedBuffer
    private let channels: Int

    /// - Parameters:
    ///   - shift: `[channels]`.
    ///   - scale: `[channels]`.
    init(shift: ArraySlice<Float>, scale: ArraySlice<Float>) {
        channels = shift.count
        values = AlignedBuffer(floats: Array(shift) + Array(scale))
    }

    var modulation: Modulation {
        Modulation(scale: values.floats(at: channels), shift: values.floats(), stride: 0)
    }
}
