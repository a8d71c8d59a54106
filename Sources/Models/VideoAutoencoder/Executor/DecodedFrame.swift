package import Kernels

/// One decoded frame before it becomes pixels: what the last convolution made, `[rows, columns, patch channels]`, fp32.
package struct DecodedFrame: Sendable {
    let values: [Float]
    let rows: Int
    let columns: Int
    let patchSize: Int
    let pixelChannels: Int

    package var height: Int { rows * patchSize }
    package var width: Int { columns * patchSize }

    /// Pixels about in -1...1, `[channels, height, width]`.
    package func planes() -> [Float] {
        var result = [Float](repeating: 0, count: pixelChannels * height * width)
        forEachPixel { channel, y, x, value in result[(channel * height + y) * width + x] = value }
        return result
    }

    /// 8-bit RGB, `[height, width, 3]`: (x / 2 + 0.5) clamped to 0...1, times 255, cut off as ltx_video does.
    package func bytes(parallel: Parallel = Parallel(threadCount: 1)) -> [UInt8] {
        precondition(pixelChannels == 3, "bytes: \(pixelChannels) channels")
        return [UInt8](unsafeUninitializedCapacity: height * width * 3) { bytes, count in
            values.withUnsafeBufferPointer { values in
                // SAFETY: workers write disjoint rows.
                nonisolated(unsafe) let (source, target) = (values, bytes)
                parallel.forEach(rows) { row, _ in fill(target, row: row, from: source) }
            }
            count = height * width * 3
        }
    }

    private func fill(_ bytes: UnsafeMutableBufferPointer<UInt8>, row: Int, from values: UnsafeBufferPointer<Float>) {
        let (width, patch) = (width, patchSize)
        for column in 0..<columns {
            let cell = (row * columns + column) * 3 * patch * patch
            for channel in 0..<3 {
                for x in 0..<patch {
                    for y in 0..<patch {
                        let level = min(max(values[cell + (channel * patch + x) * patch + y] * 127.5 + 127.5, 0), 255)
                        bytes[((row * patch + y) * width + column * patch + x) * 3 + channel] = UInt8(level)
                    }
                }
            }
        }
    }

    /// Channel order of a patch is (channel, column, row).
    private func forEachPixel(_ body: (_ channel: Int, _ y: Int, _ x: Int, _ value: Float) -> Void) {
        for row in 0..<rows {
            for column in 0..<columns {
                let cell = (row * columns + column) * pixelChannels * patchSize * patchSize
                for channel in 0..<pixelChannels {
                    for x in 0..<patchSize {
                        for y in 0..<patchSize {
                            body(
                                channel, row * patchSize + y, column * patchSize + x,
                                values[cell + (channel * patchSize + x) * patchSize + y])
                        }
                    }
                }
            }
        }
    }
}
