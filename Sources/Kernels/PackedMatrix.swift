internal import CKernels

/// The stored numbers of a weight, as a checkpoint holds them.
package enum WeightElements {
    case fp32(UnsafePointer<Float>)
    case bf16(UnsafePointer<UInt16>)

    @inline(__always)
    subscript(index: Int) -> Float {
        switch self {
        case .fp32(let pointer): pointer[index]
        case .bf16(let pointer): Float(bitPattern: UInt32(pointer[index]) << 16)
        }
    }
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
    ///   - element: the weight of (output channel, tap, input channel).
    ///   - kernels: decides the largest int8 weight that cannot overflow.
    package init(
        outputChannels: Int, inputChannels: Int, tapCount: Int = 1, precision: Precision, kernels: Kernels = Kernels(),
        parallel: Parallel = Parallel(threadCount: 1),
        element: @Sendable (_ output: Int, _ tap: Int, _ input: Int) -> Float
    ) {
        let size = Self.groupSize(precision)
        let groups = (inputChannels + size - 1) / size
        self.outputChannels = outputChannels
        self.inputChannels = inputChannels
        self.tapCount = tapCount
        self.precision = precision
        self.groups = groups
        let allGroups = groups * tapCount
        let storage = AlignedBuffer(byteCount: (outputChannels + 15) / 16 * 16 * allGroups * 4)
        let scales = precision == .int8 ? AlignedBuffer(byteCount: outputChannels * 4) : nil
        let sums = precision == .int8 ? AlignedBuffer(byteCount: outputChannels * 4) : nil
        let limit = Float(kernels.table.pointee.i8_limit)
        parallel.forEach((outputChannels + 63) / 64) { panel, _ in
            let first = panel * 64
            let valid = min(64, outputChannels - first)
            let width = (valid + 15) / 16 * 16
            let base = storage.base + first * allGroups * 4
            for column in 0..<valid {
                var scale: Float = 1
                if precision == .int8 {
                    var top: Float = 0
                    for tap in 0..<tapCount {
                        for input in 0..<inputChannels { top = max(top, abs(element(first + column, tap, input))) }
                    }
                    scale = top > 0 ? top / limit : 1
                    scales?.floats()[first + column] = scale
                }
                var sum: Int32 = 0
                for tap in 0..<tapCount {
                    for input in 0..<inputChannels {
                        let value = element(first + column, tap, input)
                        let group = base + ((tap * groups + input / size) * width + column) * 4
                        let place = input % size
                        switch precision {
                        case .fp32: group.storeBytes(of: value, as: Float.self)
                        case .bf16: group.storeBytes(of: bf16Bits(value), toByteOffset: place * 2, as: UInt16.self)
                        case .int8:
                            let quantized = Int8(max(-limit, min(limit, (value / scale).rounded(.toNearestOrEven))))
                            group.storeBytes(of: quantized, toByteOffset: place, as: Int8.self)
                            sum += 128 * Int32(quantized)
                        }
                    }
                }
                sums?.base.storeBytes(of: sum, toByteOffset: (first + column) * 4, as: Int32.self)
            }
        }
        self.storage = storage
        columnScales = scales
        columnSums = sums
    }

    /// A linear layer's weight, `[outputChannels, inputChannels]` row-major.
    package convenience init(
        _ elements: WeightElements, outputChannels: Int, inputChannels: Int, precision: Precision,
        kernels: Kernels = Kernels(), parallel: Parallel = Parallel(threadCount: 1)
    ) {
        switch elements {
        case .fp32(let pointer):
            nonisolated(unsafe) let source = pointer  // SAFETY: read only, alive for the call
            self.init(
                outputChannels: outputChannels, inputChannels: inputChannels, precision: precision, kernels: kernels,
                parallel: parallel
            ) { output, _, input in source[output * inputChannels + input] }
        case .bf16(let pointer):
            nonisolated(unsafe) let source = pointer  // SAFETY: read only, alive for the call
            self.init(
                outputChannels: outputChannels, inputChannels: inputChannels, precision: precision, kernels: kernels,
                parallel: parallel
            ) { output, _, input in Float(bitPattern: UInt32(source[output * inputChannels + input]) << 16) }
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
