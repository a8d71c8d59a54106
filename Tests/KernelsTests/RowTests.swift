import Kernels
import TestSupport
import Testing

@Suite struct RowTests {
    static let channelCounts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 31, 32, 33, 34, 63, 64, 65, 100, 515]
    /// Mean, root and a few products.
    static let tolerance = 8 * Rounding.fp32

    @Test("Norms with and without factors", arguments: KernelVariant.floating, [Kernels.Norm.rms, .layer])
    func norms(variant: KernelVariant, norm: Kernels.Norm) {
        let rows = 3
        for channels in Self.channelCounts {
            var random = SeededGenerator(seed: UInt64(channels))
            // Away from zero, so that the layer norm has a mean to remove.
            let x = random.floats(rows * channels, in: -1...3)
            let scale = random.floats(rows * (channels + 1))
            let shift = random.floats(rows * (channels + 1))
            let plain = RowReference.rows(x, channels: channels).map {
                RowReference.normalized(norm, $0, epsilon: 1e-3)
            }
            for stride in [nil, 0, channels + 1] {
                var output = GuardedRows(rows: rows, columns: channels, isBF16: variant.isBF16)
                scale.withUnsafeBufferPointer { scale in
                    shift.withUnsafeBufferPointer { shift in
                        var modulation: Modulation?
                        if let stride, let scale = scale.baseAddress, let shift = shift.baseAddress {
                            modulation = Modulation(scale: scale, shift: shift, stride: stride)
                        }
                        output.write {
                            variant.kernels.normalize(
                                norm, x, rows: rows, channels: channels, epsilon: 1e-3, modulation: modulation,
                                into: $0,
                                isBF16: variant.isBF16)
                        }
                    }
                }
                let expected =
                    stride.map { RowReference.modulated(plain, scale: scale, shift: shift, stride: $0) }
                    ?? plain.flatMap { $0 }
                // With few channels layer norm subtracts nearly equal numbers: one rounding of x, up to 3, against a spread
                // of epsilon's root.
                let cancelling = norm == .layer && channels < 4 ? 20 * Self.tolerance : 0
                output.expect(
                    expected, tolerance: Self.tolerance + cancelling + (variant.isBF16 ? Rounding.bf16 : 0),
                    "\(channels) channels, stride \(stride.map(String.init) ?? "none")")
            }
        }
    }

    @Test("The end of a fusion block", arguments: KernelLevel.supported, [false, true])
    func fuse(level: KernelLevel, injectedIsBF16: Bool) {
        let rows = 3
        for channels in Self.channelCounts {
            var random = SeededGenerator(seed: UInt64(channels))
            let x = random.floats(rows * channels, in: -3...3)
            let weight = random.floats(channels)
            let injected = random.floats(rows * channels).roundedToBF16
            let alpha = random.floats(rows * channels)
            let beta = random.floats(rows * channels)
            for stride in [0, channels] {
                var output = GuardedRows(rows: rows, columns: channels, initial: x)
                alpha.withUnsafeBufferPointer { alpha in
                    beta.withUnsafeBufferPointer { beta in
                        guard let alpha = alpha.baseAddress, let beta = beta.baseAddress else { return }
                        func run(_ address: UnsafeMutableRawPointer, _ injected: UnsafeRawPointer) {
                            Kernels(level).fuse(
                                address.assumingMemoryBound(to: Float.self), rows: rows, channels: channels,
                                epsilon: 1e-5, weight: weight, injected: injected, injectedIsBF16: injectedIsBF16,
                                modulation: Modulation(scale: alpha, shift: beta, stride: stride))
                        }
                        output.write {
                            if injectedIsBF16 {
                                run($0, injected.map { bf16Bits($0) })
                            } else {
                                run($0, injected)
                            }
                        }
                    }
                }
                let mixed = RowReference.rows(x, channels: channels).enumerated().map { row, values in
                    RowReference.normalized(.rms, values, epsilon: 1e-5).enumerated().map {
                        $1 * Double(weight[$0]) + Double(injected[row * channels + $0])
                    }
                }
                output.expect(
                    RowReference.modulated(mixed, scale: alpha, shift: beta, stride: stride), tolerance: Self.tolerance,
                    "\(channels) channels, stride \(stride)")
            }
        }
    }

    @Test("Pixel norm and SiLU", arguments: KernelVariant.floating, [false, true])
    func pixelNorm(variant: KernelVariant, isModulated: Bool) {
        let pixels = 5
        for channels in Self.channelCounts {
            var random = SeededGenerator(seed: UInt64(channels))
            let x = random.floats(pixels * channels, in: -3...3).roundedToBF16
            let scale = random.floats(channels)
            let shift = random.floats(channels)
            var output = GuardedRows(rows: pixels, columns: channels, isBF16: variant.isBF16)
            scale.withUnsafeBufferPointer { scale in
                shift.withUnsafeBufferPointer { shift in
                    guard let scale = scale.baseAddress, let shift = shift.baseAddress else { return }
                    func run(_ address: UnsafeMutableRawPointer, _ x: UnsafeRawPointer) {
                        variant.kernels.pixelNormSilu(
                            x, pixels: pixels, channels: channels, epsilon: 1e-6,
                            modulation: isModulated ? Modulation(scale: scale, shift: shift, stride: 0) : nil,
                            into: address, isBF16: variant.isBF16)
                    }
                    output.write {
                        if variant.isBF16 {
                            run($0, x.map { bf16Bits($0) })
                        } else {
                            run($0, x)
                        }
                    }
                }
            }
            let plain = RowReference.rows(x, channels: channels).map {
                RowReference.normalized(.rms, $0, epsilon: 1e-6)
            }
            let inner =
                isModulated
                ? RowReference.modulated(plain, scale: scale, shift: shift, stride: 0) : plain.flatMap { $0 }
            output.expect(
                inner.map(siluReference),
                tolerance: 2 * Self.tolerance + (variant.isBF16 ? Rounding.bf16 : 0), "\(channels) channels")
        }
    }

    @Test("Adding a multiple", arguments: KernelLevel.supported)
    func addScaled(level: KernelLevel) {
        for count in [0] + Self.channelCounts {
            var random = SeededGenerator(seed: UInt64(count))
            let (x, y) = (random.floats(count), random.floats(count))
            var output = GuardedRows(rows: 1, columns: count, initial: x)
            output.write {
                Kernels(level).addScaled($0.assumingMemoryBound(to: Float.self), y, factor: -0.75, count: count)
            }
            output.expect(
                zip(x, y).map { Double($0) - 0.75 * Double($1) }, tolerance: 2 * Rounding.fp32, "\(count) numbers")
        }
    }
}
