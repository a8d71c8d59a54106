import Kernels

/// The rotary table as the row kernels read it: for each token three rows, one for each axis, whose sum is the token's row.
///
/// A row of an axis is zero in the other axes' columns, so the sum only merges and rounds nothing. Memory is a row for each
/// distinct coordinate instead of one for each token: 2 MB instead of 944 MB for 57 600 tokens of the 2-billion model.
package final class RotaryRows: Sendable {
    package let tokenCount: Int
    private let rows: AlignedBuffer
    private let pointers: AlignedBuffer

    package var byteCount: Int { rows.byteCount + pointers.byteCount }

    /// `coordinates`: `[3, tokens]`: seconds, pixel rows, pixel columns of each token.
    package init(coordinates: [Float], configuration: VideoTransformerConfiguration) {
        let count = coordinates.count / 3
        let width = configuration.width
        tokenCount = count
        var distinct: [[Float: Int]] = []
        for axis in 0..<3 {
            var indices: [Float: Int] = [:]
            for value in coordinates[axis * count..<(axis + 1) * count] where indices[value] == nil {
                indices[value] = indices.count
            }
            distinct.append(indices)
        }
        let total = distinct.reduce(0) { $0 + $1.count }
        rows = AlignedBuffer(byteCount: 2 * total * width * 4)
        pointers = AlignedBuffer(byteCount: 2 * 3 * count * MemoryLayout<Int>.size)
        let (cosines, sines) = (rows.floats(), rows.floats(at: total * width))
        var first = 0
        for axis in 0..<3 {
            Self.fill(
                axis: axis, values: distinct[axis], configuration: configuration, cosines: cosines + first * width,
                sines: sines + first * width)
            let places = pointers.base.assumingMemoryBound(to: UnsafePointer<Float>?.self)
            for token in 0..<count {
                let row = first + (distinct[axis][coordinates[axis * count + token]] ?? 0)
                places[3 * token + axis] = UnsafePointer(cosines + row * width)
                places[3 * (count + token) + axis] = UnsafePointer(sines + row * width)
            }
            first += distinct[axis].count
        }
    }

    /// Writes one axis's columns of a row for each of its distinct coordinates; the resting pairs go with the first axis.
    private static func fill(
        axis: Int, values: [Float: Int], configuration: VideoTransformerConfiguration,
        cosines: UnsafeMutablePointer<Float>, sines: UnsafeMutablePointer<Float>
    ) {
        var places = [Float](repeating: 0, count: 3 * values.count)
        for (value, index) in values { places[axis * values.count + index] = value }
        let table = RotaryTable(coordinates: places, configuration: configuration)
        let (width, resting) = (configuration.width, table.restingPairCount)
        var pairs = ([Float](repeating: 0, count: width / 2), [Float](repeating: 0, count: width / 2))
        for index in 0..<values.count {
            pairs.0.withUnsafeMutableBufferPointer { cosine in
                pairs.1.withUnsafeMutableBufferPointer { sine in
                    table.writePairs(index..<index + 1, cosines: cosine, sines: sine)
                }
            }
            for pair in 0..<width / 2 {
                guard pair < resting ? axis == 0 : (pair - resting) % 3 == axis else { continue }
                for column in [2 * pair, 2 * pair + 1] {
                    cosines[index * width + column] = pairs.0[pair]
                    sines[index * width + column] = pairs.1[pair]
                }
            }
        }
    }

    /// Three pointers for each token from `token` on.
    func cosines(_ token: Int) -> UnsafePointer<UnsafePointer<Float>?> {
        UnsafePointer(pointers.base.assumingMemoryBound(to: UnsafePointer<Float>?.self) + 3 * token)
    }

    func sines(_ token: Int) -> UnsafePointer<UnsafePointer<Float>?> {
        UnsafePointer(pointers.base.assumingMemoryBound(to: UnsafePointer<Float>?.self) + 3 * (tokenCount + token))
    }
}
