internal import CKernels

/// The stored numbers of a weight, as a checkpoint holds them.
package enum WeightElements {
    case fp32(UnsafePointer<Float>)
    case bf16(UnsafePointer<UInt16>)
}

/// The right side of a product, laid out for the kernels: panels of 64 output channels, the last one 16 to 64 wide.
///
/// A convolution's taps are concatenated along the input, tap by tap, each `tapChannels` wide (padded to whole groups).
package final class PackedMatrix: Sendable {
    package let outputChannels: Int
    package let inputChannels: Int
    package let tapCount: Int
    package let precision: Precision
    /// 4-byte groups of one tap: 1, 2 or 4 input channels each.
    package let groups: Int
    let storage: AlignedBuffer
    /// int8 only: a scale for each output channel, and 128 times the sum of its weights.
    let columnScales: AlignedBuffer?
    let columnSums: AlignedBuffer?

    /// Bytes kept.
    package var byteCount: Int { storage.byteCount + (columnScales?.byteCount ?? 0) + (columnSums?.byteCount ?? 0) }

    /// Input channels in a 4-byte group.
    package static func groupSize(_ precision: Precision) -> Int {
        switch precision {
        case .fp32: 1
        case .bf16: 2
        case .int8: 4
        }
    }

    /// - Parameters:
    ///   - element: the weight of (output channel, tap, input channel). Called for every weight: for small matrices; large
    ///     ones come from memory by the other initializers, which read at the speed of memory.
    ///   - kernels: decides the largest int8 weight that cannot overflow.
    package convenience init(
        outputChannels: Int, inputChannels: Int, tapCount: Int = 1, precision: Precision, kernels: Kernels = Kernels(),
        parallel: Parallel = Parallel(threadCount: 1),
        element: @Sendable (_ output: Int, _ tap: Int, _ input: Int) -> Float
    ) {
        self.init(
            emptyWith: outputChannels, inputChannels: inputChannels, tapCount: tapCount, precision: precision)
        fill(kernels: kernels, parallel: parallel, element)
    }

    /// A linear layer's weight, `[outputChannels, inputChannels]` row-major.
    package convenience init(
        _ elements: WeightElements, outputChannels: Int, inputChannels: Int, precision: Precision,
        kernels: Kernels = Kernels(), parallel: Parallel = Parallel(threadCount: 1)
    ) {
        self.init(emptyWith: outputChannels, inputChannels: inputChannels, tapCount: 1, precision: precision)
        switch elements {
        case .fp32(let pointer):
            nonisolated(unsafe) let source = pointer  // SAFETY: read only, alive for the call
            fill(kernels: kernels, parallel: parallel) { output, _, input in source[output * inputChannels + input] }
        case .bf16(let pointer):
            nonisolated(unsafe) let source = pointer  // SAFETY: read only, alive for the call
            fill(kernels: kernels, parallel: parallel) { output, _, input in
                float(bf16: source[output * inputChannels + input])
            }
        }
    }

    /// Every `sliceCount`-th output channel, from `slice` on, of a convolution's weight, `[outputs, inputs, taps]`
    /// row-major.
    package convenience init(
        convolution weight: UnsafePointer<Float>, slice: Int = 0, sliceCount: Int = 1, outputChannels: Int,
        inputChannels: Int, tapCount: Int, precision: Precision, kernels: Kernels = Kernels(),
        parallel: Parallel = Parallel(threadCount: 1)
    ) {
        self.init(
            emptyWith: outputChannels, inputChannels: inputChannels, tapCount: tapCount, precision: precision)
        nonisolated(unsafe) let source = weight  // SAFETY: read only, alive for the call
        fill(kernels: kernels, parallel: parallel) { output, tap, input in
            source[((output * sliceCount + slice) * inputChannels + input) * tapCount + tap]
        }
    }

    private init(emptyWith outputChannels: Int, inputChannels: Int, tapCount: Int, precision: Precision) {
        let size = Self.groupSize(precision)
        self.outputChannels = outputChannels
        self.inputChannels = inputChannels
        self.tapCount = tapCount
        self.precision = precision
        groups = (inputChannels + size - 1) / size
        storage = AlignedBuffer(byteCount: (outputChannels + 15) / 16 * 16 * groups * tapCount * 4)
        columnScales = precision == .int8 ? AlignedBuffer(byteCount: outputChannels * 4) : nil
        columnSums = precision == .int8 ? AlignedBuffer(byteCount: outputChannels * 4) : nil
    }

    // MARK: Filling

    /// Fills all panels. Inlined into each initializer, so that a weight costs a load and a store instead of a call.
    @inline(__always)
    private func fill(
        kernels: Kernels, parallel: Parallel, _ element: @Sendable (_ output: Int, _ tap: Int, _ input: Int) -> Float
    ) {
        let limit = Float(kernels.table.pointee.i8_limit)
        parallel.forEach((outputChannels + 63) / 64) { panel, _ in
            let first = panel * 64
            let valid = min(64, outputChannels - first)
            let target = Panel(
                base: storage.base + first * groups * tapCount * 4, width: (valid + 15) / 16 * 16, valid: valid)
            switch precision {
            case .fp32:
                fill(target) { column, tap, group in element(first + column, tap, group).bitPattern }
            case .bf16:
                let last = inputChannels - 1
                fill(target) { column, tap, group in
                    let low = UInt32(bf16Bits(element(first + column, tap, 2 * group)))
                    guard 2 * group < last else { return low }
                    return low | UInt32(bf16Bits(element(first + column, tap, 2 * group + 1))) << 16
                }
            case .int8: quantize(target, first: first, limit: limit, element)
            }
        }
    }

    /// 64 output channels or the last few: `[taps, groups, width]` words of 4 bytes.
    private struct Panel {
        let base: UnsafeMutableRawPointer
        let width: Int
        let valid: Int
    }

    /// Stores a panel's words, 16 groups at a time: a cache line of each weight row, and a block of the panel that stays in
    /// the first cache.
    @inline(__always)
    private func fill(_ target: Panel, word: (_ column: Int, _ tap: Int, _ group: Int) -> UInt32) {
        for start in stride(from: 0, to: groups, by: 16) {
            let block = start..<min(groups, start + 16)
            for column in 0..<target.valid {
                for tap in 0..<tapCount {
                    var place = target.base + ((tap * groups + start) * target.width + column) * 4
                    for group in block {
                        place.storeBytes(of: word(column, tap, group), as: UInt32.self)
                        place += target.width * 4
                    }
                }
            }
        }
    }

    /// Scales each output channel to the int8 range and keeps 128 times the sum of its weights.
    @inline(__always)
    private func quantize(
        _ target: Panel, first: Int, limit: Float, _ element: (_ output: Int, _ tap: Int, _ input: Int) -> Float
    ) {
        for column in 0..<target.valid {
            var top: Float = 0
            for tap in 0..<tapCount {
                for input in 0..<inputChannels { top = max(top, abs(element(first + column, tap, input))) }
            }
            let scale = top > 0 ? top / limit : 1
            columnScales?.floats()[first + column] = scale
            var sum: Int32 = 0
            for tap in 0..<tapCount {
                for input in 0..<inputChannels {
                    let value = (element(first + column, tap, input) / scale).rounded(.toNearestOrEven)
                    let quantized = Int8(max(-limit, min(limit, value)))
                    let group = target.base + ((tap * groups + input / 4) * target.width + column) * 4
                    group.storeBytes(of: quantized, toByteOffset: input % 4, as: Int8.self)
                    sum += 128 * Int32(quantized)
                }
            }
            columnSums?.base.storeBytes(of: sum, toByteOffset: (first + column) * 4, as: Int32.self)
        }
    }
}

/// fp32 to bf16, to nearest even. NaN stays NaN, where the carry of rounding would make some of them zero or infinite.
@inline(__always)
package func bf16Bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if bits & 0x7fff_ffff > 0x7f80_0000 { return 0x7fc0 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) >> 16)
}

/// bf16 to fp32, exact.
@inline(__always)
package func float(bf16 bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
