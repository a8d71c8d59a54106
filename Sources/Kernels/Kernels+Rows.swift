internal import CKernels

/// Factors of the rows of a norm: `scale` and `shift`, `[channels]` for each row, `stride` floats apart (0: one for all).
package struct Modulation {
    package var scale: UnsafePointer<Float>
    package var shift: UnsafePointer<Float>
    package var stride: Int

    package init(scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, stride: Int) {
        self.scale = scale
        self.shift = shift
        self.stride = stride
    }
}

extension Kernels {
    package enum Norm {
        /// x / sqrt(mean(x²) + epsilon)
        case rms
        /// (x - mean) / sqrt(variance + epsilon)
        case layer
    }

    /// norm(x) (1 + scale) + shift, row by row.
    ///
    /// - `x`: `[rows, channels]`.
    /// - `output`: `[rows, channels]` of fp32 or bf16.
    package func normalize(
        _ norm: Norm, _ x: UnsafePointer<Float>, rows: Int, channels: Int, epsilon: Float, modulation: Modulation?,
        into output: UnsafeMutableRawPointer, isBF16: Bool
    ) {
        let kernel = norm == .rms ? table.pointee.rms_modulate : table.pointee.layer_modulate
        kernel?(
            x, rows, channels, epsilon, modulation?.scale, modulation?.shift, modulation?.stride ?? 0, output,
            isBF16 ? 1 : 0)
    }

    /// The norm of queries and keys over all heads, with its weight, then the rotation of neighbouring pairs.
    ///
    /// - `x`: rows of `channels` floats, `stride` apart; may be the output's storage where that is fp32.
    /// - `weight`: `[channels]`.
    /// - `cosines`, `sines`: for each row three pointers to `channels` floats whose sum is the row of the table (nil: zero);
    ///   nil: no rotation.
    package func normalizeAndRotate(
        _ x: UnsafePointer<Float>, rows: Int, channels: Int, stride: Int, epsilon: Float, weight: UnsafePointer<Float>,
        cosines: UnsafePointer<UnsafePointer<Float>?>?, sines: UnsafePointer<UnsafePointer<Float>?>?,
        into output: UnsafeMutableRawPointer, outputStride: Int, isBF16: Bool
    ) {
        table.pointee.norm_rotate(
            x, rows, channels, stride, epsilon, weight, cosines, sines, output, outputStride, isBF16 ? 1 : 0)
    }

    /// The end of a fusion block, in place: (x / rms(x) weight + injected) (1 + alpha) + beta.
    ///
    /// - `x`: `[rows, channels]`.
    /// - `injected`: `[rows, channels]`.
    /// - `modulation`: `scale` is alpha, `shift` is beta.
    package func fuse(
        _ x: UnsafeMutablePointer<Float>, rows: Int, channels: Int, epsilon: Float, weight: UnsafePointer<Float>,
        injected: UnsafeRawPointer, injectedIsBF16: Bool, modulation: Modulation
    ) {
        table.pointee.fuse(
            x, rows, channels, epsilon, weight, injected, injectedIsBF16 ? 1 : 0, modulation.scale, modulation.shift,
            modulation.stride)
    }

    /// silu(x / rms(x) (1 + scale) + shift) over the channels of each pixel.
    ///
    /// - `x`, `output`: `[pixels, channels]`, both fp32 or both bf16.
    /// - `modulation`: one for all pixels.
    package func pixelNormSilu(
        _ x: UnsafeRawPointer, pixels: Int, channels: Int, epsilon: Float, modulation: Modulation?,
        into output: UnsafeMutableRawPointer, isBF16: Bool
    ) {
        table.pointee.pixel_norm_silu(
            x, pixels, channels, epsilon, modulation?.scale, modulation?.shift, output, isBF16 ? 1 : 0)
    }

    /// x += factor y.
    package func addScaled(
        _ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, factor: Float, count: Int
    ) {
        table.pointee.add_scaled(x, y, factor, count)
    }

    /// Does multiply-adds in registers only; returns how many operations, so that the caller can time them.
    package func peakOperations(_ precision: Precision, iterations: Int) -> Double {
        var sink: Float = 0
        switch precision {
        case .fp32: return table.pointee.peak_f32(iterations, &sink)
        case .bf16: return table.pointee.peak_bf16(iterations, &sink)
        case .int8: return table.pointee.peak_i8(iterations, &sink)
        }
    }
}
