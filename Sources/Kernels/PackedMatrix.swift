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

    /// Names the layout of the panels and of what stands behind them: changes with every change of either, so that what an
    /// earlier version of the program wrote to a file is not taken for the present layout.
    package static let layoutVersion = 1

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

    /// - `element`: the weight of (output channel, tap, input channel). Called for every weight: for small matrices; large
    ///   ones come from memory by the other initializers, which read at the speed of memory.
    /// - `kernels`: decides the largest int8 weight that cannot overflow.
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
            fill(kernels: kernels, parallel: parallel) { output, _, input in source[output &* inputChannels &+ input] }
        case .bf16(let pointer):
            nonisolated(unsafe) let source = pointer  // SAFETY: read only, alive for the call
            if precision == .bf16, inputChannels.isMultiple(of: 2) {
                copyPairs(source, parallel: parallel)
            } else {
                fill(kernels: kernels, parallel: parallel) { output, _, input in
                    float(bf16: source[output &* inputChannels &+ input])
                }
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
            source[((output &* sliceCount &+ slice) &* inputChannels &+ input) &* tapCount &+ tap]
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

    // MARK: Stored form

    /// A matrix in its stored form: panels, then for int8 the scales and the sums, each padded to 64 bytes.
    ///
    /// `owner`: keeps `bytes` alive, which begin at a multiple of 64.
    /// Returns nil where `bytes` are not as many as the shape asks for.
    package init?(
        stored bytes: UnsafeRawBufferPointer, owner: any Sendable, outputChannels: Int, inputChannels: Int,
        precision: Precision
    ) {
        let size = Self.groupSize(precision)
        let groups = (inputChannels + size - 1) / size
        let parts = Self.storedParts(outputChannels: outputChannels, groups: groups, precision: precision)
        guard bytes.count == parts.panels + 2 * parts.columns, bytes.count > 0 else { return nil }
        self.outputChannels = outputChannels
        self.inputChannels = inputChannels
        tapCount = 1
        self.precision = precision
        self.groups = groups
        func part(_ first: Int, _ count: Int) -> AlignedBuffer {
            AlignedBuffer(UnsafeRawBufferPointer(rebasing: bytes[first..<first + count]), of: owner)
        }
        storage = part(0, parts.panels)
        columnScales = precision == .int8 ? part(parts.panels, parts.columns) : nil
        columnSums = precision == .int8 ? part(parts.panels + parts.columns, parts.columns) : nil
    }

    /// The stored form of a matrix without taps. Depends on ``layoutVersion`` and, for int8, on the kernels' limit.
    package var stored: [UInt8] {
        precondition(tapCount == 1, "PackedMatrix: \(tapCount) taps are not stored")
        let parts = Self.storedParts(outputChannels: outputChannels, groups: groups, precision: precision)
        var bytes = [UInt8](repeating: 0, count: parts.panels + 2 * parts.columns)
        bytes.withUnsafeMutableBytes { target in
            func copy(_ buffer: AlignedBuffer?, to offset: Int, _ count: Int) {
                guard let buffer, let base = target.baseAddress else { return }
                (base + offset).copyMemory(from: buffer.base, byteCount: min(count, buffer.byteCount))
            }
            copy(storage, to: 0, parts.panels)
            copy(columnScales, to: parts.panels, parts.columns)
            copy(columnSums, to: parts.panels + parts.columns, parts.columns)
        }
        return bytes
    }

    /// How many bytes ``stored`` has.
    package var storedByteCount: Int {
        let parts = Self.storedParts(outputChannels: outputChannels, groups: groups, precision: precision)
        return parts.panels + 2 * parts.columns
    }

    /// Bytes of the panels, and of the scales or the sums.
    private static func storedParts(
        outputChannels: Int, groups: Int, precision: Precision
    ) -> (panels: Int, columns: Int) {
        ((outputChannels + 15) / 16 * 16 * groups * 4, precision == .int8 ? (outputChannels * 4 + 63) / 64 * 64 : 0)
    }

    // MARK: Filling

    /// Fills all panels. Inlined into each initializer, so that a weight costs a load and a store instead of a call.
    @inline(__always)
    private func fill(
        kernels: Kernels, parallel: Parallel, _ element: @Sendable (_ output: Int, _ tap: Int, _ input: Int) -> Float
    ) {
        let limit = Float(kernels.table.pointee.i8_limit)
        let inputChannels = inputChannels
        let isOdd = !inputChannels.isMultiple(of: 2)
        parallel.forEach((outputChannels + 63) / 64) { index, _ in
            let panel = panel(index)
            let first = panel.first
            switch precision {
            case .fp32:
                fill(panel) { column, tap, group in element(first &+ column, tap, group).bitPattern }
            case .bf16:
                fill(panel) { column, tap, group in
                    let low = UInt32(bf16Bits(element(first &+ column, tap, 2 &* group)))
                    if isOdd, 2 &* group &+ 1 == inputChannels { return low }
                    return low | UInt32(bf16Bits(element(first &+ column, tap, 2 &* group &+ 1))) << 16
                }
            case .int8: quantize(panel, limit: limit, element)
            }
        }
    }

    /// bf16 weights in bf16: a pair of input channels is a word as it stands.
    private func copyPairs(_ source: UnsafePointer<UInt16>, parallel: Parallel) {
        nonisolated(unsafe) let words = UnsafeRawPointer(source)  // SAFETY: read only, alive for the call
        let rowBytes = inputChannels * 2
        parallel.forEach((outputChannels + 63) / 64) { index, _ in
            let panel = panel(index)
            let rows = words + panel.first * rowBytes
            fill(panel) { column, _, group in
                (rows + (column &* rowBytes &+ group &* 4)).loadUnaligned(as: UInt32.self)
            }
        }
    }

    /// 64 output channels or the last few: `[taps, groups, width]` words of 4 bytes.
    private struct Panel {
        let base: UnsafeMutablePointer<UInt32>
        /// The first output channel.
        let first: Int
        let width: Int
        let valid: Int
    }

    private func panel(_ index: Int) -> Panel {
        let first = index * 64
        let valid = min(64, outputChannels - first)
        return Panel(
            base: (storage.base + first * groups * tapCount * 4).assumingMemoryBound(to: UInt32.self), first: first,
            width: (valid + 15) / 16 * 16, valid: valid)
    }

    /// Stores a panel's words in order, 16 groups of all taps at a time: what those read of each weight row stays in the
    /// near caches.
    @inline(__always)
    private func fill(_ panel: Panel, word: (_ column: Int, _ tap: Int, _ group: Int) -> UInt32) {
        let (groups, tapCount, width, valid) = (groups, tapCount, panel.width, panel.valid)
        for start in stride(from: 0, to: groups, by: 16) {
            for tap in 0..<tapCount {
                for group in start..<min(groups, start &+ 16) {
                    let line = panel.base + (tap &* groups &+ group) &* width
                    for column in 0..<valid { line[column] = word(column, tap, group) }
                }
            }
        }
    }

    /// Scales each output channel to the int8 range and keeps 128 times the sum of its weights.
    @inline(__always)
    private func quantize(
        _ panel: Panel, limit: Float, _ element: (_ output: Int, _ tap: Int, _ input: Int) -> Float
    ) {
        let (groups, tapCount, inputChannels) = (groups, tapCount, inputChannels)
        let bytes = UnsafeMutableRawPointer(panel.base)
        for column in 0..<panel.valid {
            let output = panel.first &+ column
            var top: Float = 0
            for tap in 0..<tapCount {
                for input in 0..<inputChannels { top = max(top, abs(element(output, tap, input))) }
            }
            let scale = top > 0 ? top / limit : 1
            columnScales?.floats()[output] = scale
            var sum: Int32 = 0
            for tap in 0..<tapCount {
                for input in 0..<inputChannels {
                    let value = (element(output, tap, input) / scale).rounded(.toNearestOrEven)
                    let quantized = Int8(max(-limit, min(limit, value)))
                    let word = (tap &* groups &+ input / 4) &* panel.width &+ column
                    bytes.storeBytes(of: quantized, toByteOffset: word &* 4 &+ input % 4, as: Int8.self)
                    sum &+= Int32(quantized)
                }
            }
            columnSums?.base.storeBytes(of: 128 &* sum, toByteOffset: output * 4, as: Int32.self)
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
