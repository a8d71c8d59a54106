import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct RotationTests {
    /// One table for an axis: `[rows, channels]` of cosines and of sines.
    private struct Tables {
        let cosines: [[Float]]
        let sines: [[Float]]
        /// Axes that take part; the first always does.
        let axes: [Bool]

        init(rows: Int, channels: Int, axes: [Bool]) {
            var random = SeededGenerator(seed: UInt64(channels))
            self.axes = axes
            let count = rows * channels
            cosines = (0..<3).map { _ in random.floats(count) }
            sines = (0..<3).map { _ in random.floats(count) }
        }

        func sum(_ tables: [[Float]], _ index: Int) -> Double {
            (0..<3).reduce(0) { $0 + (axes[$1] ? Double(tables[$1][index]) : 0) }
        }

        /// For each row the addresses of its three parts.
        func withAddresses(
            rows: Int, channels: Int,
            _ body: (UnsafePointer<UnsafePointer<Float>?>, UnsafePointer<UnsafePointer<Float>?>) -> Void
        ) {
            let storage = AlignedBuffer(byteCount: 6 * rows * channels * 4)
            var places: [[UnsafePointer<Float>?]] = [[], []]
            for (kind, tables) in [cosines, sines].enumerated() {
                for row in 0..<rows {
                    for axis in 0..<3 {
                        let place = storage.floats(at: ((kind * 3 + axis) * rows + row) * channels)
                        for channel in 0..<channels { place[channel] = tables[axis][row * channels + channel] }
                        places[kind].append(axes[axis] ? UnsafePointer(place) : nil)
                    }
                }
            }
            withExtendedLifetime(storage) { body(places[0], places[1]) }
        }
    }

    private func normalized(_ x: [Float], channels: Int, weight: [Float]) -> [[Double]] {
        RowReference.rows(x, channels: channels).map { row in
            RowReference.normalized(.rms, row, epsilon: 1e-5).enumerated().map { $1 * Double(weight[$0]) }
        }
    }

    @Test("Norm, weight and the rotation of neighbours", arguments: KernelVariant.floating)
    func rotates(variant: KernelVariant) {
        let rows = 3
        for channels in [2, 4, 6, 8, 10, 16, 18, 30, 32, 34, 64, 66, 514] {
            for axes in [[true, true, true], [true, false, false], [true, false, true]] {
                var random = SeededGenerator(seed: 4)
                let x = random.floats(rows * channels, in: -3...3)
                let weight = random.floats(channels)
                let tables = Tables(rows: rows, channels: channels, axes: axes)
                let expected = normalized(x, channels: channels, weight: weight).enumerated().flatMap { row, values in
                    values.indices.map { channel -> Double in
                        let index = row * channels + channel
                        let neighbour = channel % 2 == 0 ? -values[channel + 1] : values[channel - 1]
                        return values[channel] * tables.sum(tables.cosines, index)
                            + neighbour * tables.sum(tables.sines, index)
                    }
                }
                let tolerance = 2 * RowTests.tolerance + (variant.isBF16 ? Rounding.bf16 : 0)
                tables.withAddresses(rows: rows, channels: channels) { cosines, sines in
                    var output = GuardedRows(
                        rows: rows, columns: channels, stride: channels + 6, isBF16: variant.isBF16)
                    output.write {
                        variant.kernels.normalizeAndRotate(
                            x, rows: rows, channels: channels, stride: channels, epsilon: 1e-5, weight: weight,
                            cosines: cosines, sines: sines, into: $0, outputStride: channels + 6,
                            isBF16: variant.isBF16)
                    }
                    output.expect(expected, tolerance: tolerance, "\(channels) channels, axes \(axes)")

                    guard !variant.isBF16 else { return }
                    var place = GuardedRows(rows: rows, columns: channels, stride: channels + 1, initial: x)
                    place.write {
                        variant.kernels.normalizeAndRotate(
                            $0.assumingMemoryBound(to: Float.self), rows: rows, channels: channels,
                            stride: channels + 1,
                            epsilon: 1e-5, weight: weight, cosines: cosines, sines: sines, into: $0,
                            outputStride: channels + 1, isBF16: false)
                    }
                    place.expect(expected, tolerance: tolerance, "\(channels) channels in place, axes \(axes)")
                }
            }
        }
    }

    @Test("Without tables only the norm and its weight", arguments: KernelVariant.floating)
    func doesNotRotate(variant: KernelVariant) {
        let rows = 2
        for channels in [1, 2, 5, 6, 7, 10, 17, 34, 65] {
            var random = SeededGenerator(seed: 4)
            let x = random.floats(rows * channels, in: -3...3)
            let weight = random.floats(channels)
            var output = GuardedRows(rows: rows, columns: channels, isBF16: variant.isBF16)
            output.write {
                variant.kernels.normalizeAndRotate(
                    x, rows: rows, channels: channels, stride: channels, epsilon: 1e-5, weight: weight, cosines: nil,
                    sines: nil, into: $0, outputStride: channels, isBF16: variant.isBF16)
            }
            output.expect(
                normalized(x, channels: channels, weight: weight).flatMap { $0 },
                tolerance: RowTests.tolerance + (variant.isBF16 ? Rounding.bf16 : 0), "\(channels) channels")
        }
    }
}
