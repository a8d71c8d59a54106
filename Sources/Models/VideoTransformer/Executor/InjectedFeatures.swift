package import Kernels

/// Guidance features on the high-resolution grid, ready to be added by a fusion block: `[tokens, width]`, bf16 or fp32.
package final class InjectedFeatures: Sendable {
    package let isBF16: Bool
    package let tokenCount: Int
    private let width: Int
    fileprivate let storage: AlignedBuffer

    init(tokenCount: Int, width: Int, isBF16: Bool) {
        self.tokenCount = tokenCount
        self.width = width
        self.isBF16 = isBF16
        storage = AlignedBuffer(byteCount: tokenCount * width * (isBF16 ? 2 : 4))
    }

    package var byteCount: Int { storage.byteCount }

    /// The same features with the tokens in another order.
    package func reordered(_ order: TokenOrder) -> InjectedFeatures {
        let result = InjectedFeatures(tokenCount: tokenCount, width: width, isBF16: isBF16)
        for (place, token) in order.order.enumerated() {
            result.rows(place).copyMemory(from: rows(token), byteCount: width * (isBF16 ? 2 : 4))
        }
        return result
    }

    func rows(_ token: Int) -> UnsafeMutableRawPointer { storage.base + token * width * (isBF16 ? 2 : 4) }
}

extension VideoTransformerExecutor {
    /// Guidance features brought to the high-resolution grid, once a clip: trilinear resize, depthwise 3x3, linear.
    ///
    /// - `features`: for each fusion block the low-resolution stream, `[low.tokenCount, width]`.
    /// - `low`: the grid of the features.
    /// - `high`: the grid of this model's tokens.
    /// Throws `CancellationError` if `stop` was set.
    package func injections(
        of features: [[Float]], from low: TokenGrid, to high: TokenGrid, stop: StopFlag? = nil
    ) throws -> [InjectedFeatures] {
        precondition(
            features.count == fusionBlocks.count,
            "injections: \(features.count) features for \(fusionBlocks.count) fusion blocks")
        let width = configuration.width
        let storeBF16 = precision != .fp32
        return try zip(fusionBlocks, features).map { fusion, feature in
            let result = InjectedFeatures(tokenCount: high.tokenCount, width: width, isBF16: storeBF16)
            let resize = TrilinearRows(low: low, high: high, width: width)
            let scratch = (0..<parallel.threadCount).map { _ in
                AlignedBuffer(byteCount: (4 * high.columns + 2 * low.columns) * width * 4)
            }
            let rowsAtOnce = min(high.columns, 96)
            let operands = OperandRows(
                precision: precision, inputChannels: width, rows: rowsAtOnce, workers: parallel.threadCount)
            let taps = DepthwiseTaps(weight: fusion.depthwiseWeight, bias: fusion.depthwiseBias, width: width)
            feature.withUnsafeBufferPointer { source in
                nonisolated(unsafe) let source = source  // SAFETY: read only, alive for the call
                parallel.forEach(high.frames * high.rows, stop: stop) { line, worker in
                    guard let base = source.baseAddress else { return }
                    let (frame, row) = (line / high.rows, line % high.rows)
                    let memory = scratch[worker].floats()
                    let convolved = memory + 3 * high.columns * width
                    let spare = memory + 4 * high.columns * width
                    for offset in -1...1 where (0..<high.rows).contains(row + offset) {
                        resize.row(
                            base, frame: frame, row: row + offset, into: memory + (offset + 1) * high.columns * width,
                            spare: spare)
                    }
                    taps.apply(memory, row: row, grid: high, into: convolved)
                    for first in stride(from: 0, to: high.columns, by: rowsAtOnce) {
                        let count = min(rowsAtOnce, high.columns - first)
                        operands.fill(
                            worker: worker, from: convolved + first * width, isBF16: false, rows: count, stride: width,
                            kernels: kernels)
                        kernels.linear(
                            operands.rows(worker: worker), rows: count, rowStride: operands.rowStride,
                            matrix: fusion.pointwise.matrix, rowScales: operands.scales(worker: worker),
                            epilogue: Epilogue(
                                output: result.rows(line * high.columns + first), stride: width, isBF16: storeBF16,
                                bias: fusion.pointwise.bias))
                    }
                }
            }
            if stop?.isStopped ?? false { throw CancellationError() }
            return result
        }
    }
}

/// Rows of a grid interpolated from a smaller one between half-pixel centres (engine reference, Turbo2K, step 3).
private struct TrilinearRows: Sendable {
    private struct Place: Sendable {
        var lower: Int
        var upper: Int
        var fraction: Float
    }

    private let low: TokenGrid
    private let high: TokenGrid
    private let width: Int
    private let frames: [Place]
    private let rows: [Place]
    private let columns: [Place]

    init(low: TokenGrid, high: TokenGrid, width: Int) {
        self.low = low
        self.high = high
        self.width = width
        frames = Self.places(from: low.frames, to: high.frames)
        rows = Self.places(from: low.rows, to: high.rows)
        columns = Self.places(from: low.columns, to: high.columns)
    }

    private static func places(from input: Int, to output: Int) -> [Place] {
        let scale = Float(input) / Float(output)
        return (0..<output).map { index in
            let source = max(0, (Float(index) + 0.5) * scale - 0.5)
            let lower = min(Int(source), input - 1)
            return Place(lower: lower, upper: min(lower + 1, input - 1), fraction: source - Float(lower))
        }
    }

    /// - `source`: `[low.tokenCount, width]`.
    /// - `target`: `[high.columns, width]`.
    /// - `spare`: room for two rows of the low grid.
    func row(
        _ source: UnsafePointer<Float>, frame: Int, row: Int, into target: UnsafeMutablePointer<Float>,
        spare: UnsafeMutablePointer<Float>
    ) {
        let (f, r) = (frames[frame], rows[row])
        let line = low.columns * width
        func start(_ frame: Int, _ row: Int) -> UnsafePointer<Float> { source + (frame * low.rows + row) * line }
        Self.mix(start(f.lower, r.lower), start(f.lower, r.upper), r.fraction, into: spare, count: line)
        if f.fraction > 0 {
            Self.mix(start(f.upper, r.lower), start(f.upper, r.upper), r.fraction, into: spare + line, count: line)
            Self.mix(spare, spare + line, f.fraction, into: spare, count: line)
        }
        for (column, place) in columns.enumerated() {
            Self.mix(
                spare + place.lower * width, spare + place.upper * width, place.fraction, into: target + column * width,
                count: width)
        }
    }

    @inline(__always)
    private static func mix(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ fraction: Float,
        into target: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        let rest = 1 - fraction
        for index in 0..<count { target[index] = a[index] * rest + b[index] * fraction }
    }
}

/// A depthwise 3x3 convolution of one row, zero outside the picture.
private struct DepthwiseTaps: Sendable {
    /// `[9, width]`.
    private let taps: [Float]
    private let bias: [Float]
    private let width: Int

    init(weight: [Float], bias: [Float], width: Int) {
        taps = (0..<9).flatMap { tap in (0..<width).map { weight[$0 * 9 + tap] } }
        self.bias = bias
        self.width = width
    }

    /// `lines`: three rows `[columns, width]`: above, this, below.
    func apply(
        _ lines: UnsafePointer<Float>, row: Int, grid: TokenGrid, into target: UnsafeMutablePointer<Float>
    ) {
        taps.withUnsafeBufferPointer { taps in
            bias.withUnsafeBufferPointer { bias in
                for column in 0..<grid.columns {
                    let out = target + column * width
                    for channel in 0..<width { out[channel] = bias[channel] }
                    for y in 0..<3 where (0..<grid.rows).contains(row + y - 1) {
                        for x in 0..<3 where (0..<grid.columns).contains(column + x - 1) {
                            let from = lines + (y * grid.columns + column + x - 1) * width
                            let tap = (y * 3 + x) * width
                            for channel in 0..<width { out[channel] += from[channel] * taps[tap + channel] }
                        }
                    }
                }
            }
        }
    }
}
