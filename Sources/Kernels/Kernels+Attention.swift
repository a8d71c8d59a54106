internal import CKernels

/// Keys and values of all heads, laid out for the attention kernels. Reused from step to step.
///
/// Keys: for each head, blocks of 64 keys, each [head groups][64] groups. Values: for each head, [keys / group size][value
/// columns] groups, where a group holds the same column of 1 (fp32), 2 (bf16) or 4 (int8) neighbouring keys.
package final class PackedKeysValues: Sendable {
    package let headCount: Int
    package let headSize: Int
    package let capacity: Int
    package let isBF16: Bool
    /// Keys are int8 with a scale for each 64; values with one for each column of ``Kernels/keyBlock`` keys.
    package let isQuantized: Bool
    let headGroups: Int
    let valueColumns: Int
    private let keys: AlignedBuffer
    private let values: AlignedBuffer
    private let keyBytes: Int
    private let valueBytes: Int

    private let keyScales: AlignedBuffer
    private let valueScales: AlignedBuffer
    /// Blocks of 64 keys.
    private let keyBlockCount: Int
    /// Floats of one head in ``valueScales``.
    private let valueScaleCount: Int

    /// `keyCount`: how many keys it holds; must not change in use, since the padding stays zero.
    package init(headCount: Int, headSize: Int, keyCount: Int, isBF16: Bool, isQuantized: Bool = false) {
        self.headCount = headCount
        self.headSize = headSize
        self.isBF16 = isBF16
        capacity = keyCount
        let groupSize = isQuantized ? 4 : isBF16 ? 2 : 1
        precondition(!isBF16 || headSize % 2 == 0, "PackedKeysValues: head size \(headSize) in bf16 must be even")
        self.isQuantized = isQuantized
        headGroups = (headSize + groupSize - 1) / groupSize
        valueColumns = (headSize + 15) / 16 * 16
        let padded = (keyCount + 63) / 64 * 64
        keyBlockCount = padded / 64
        keyScales = AlignedBuffer(byteCount: isQuantized ? keyBlockCount * headCount * 4 : 4)
        valueScaleCount = (keyCount + Kernels.keyBlock - 1) / Kernels.keyBlock * valueColumns
        valueScales = AlignedBuffer(byteCount: isQuantized ? valueScaleCount * headCount * 4 : 4)
        keyBytes = padded * headGroups * 4
        valueBytes = padded / groupSize * valueColumns * 4
        keys = AlignedBuffer(byteCount: keyBytes * headCount)
        values = AlignedBuffer(byteCount: valueBytes * headCount)
    }

    package var byteCount: Int {
        keys.byteCount + values.byteCount + keyScales.byteCount + valueScales.byteCount
    }

    func keyScales(head: Int) -> UnsafePointer<Float> { UnsafePointer(keyScales.floats(at: head * keyBlockCount)) }
    func valueScales(head: Int) -> UnsafePointer<Float> {
        UnsafePointer(valueScales.floats(at: head * valueScaleCount))
    }

    func packedKeys(head: Int) -> UnsafeRawPointer { UnsafeRawPointer(keys.base + head * keyBytes) }
    func packedValues(head: Int) -> UnsafeRawPointer { UnsafeRawPointer(values.base + head * valueBytes) }

    /// Stores key rows first ..< first + rows of all heads.
    ///
    /// `source`: rows of the operand type, `headCount * headSize` wide, contiguous.
    package func storeKeys(_ source: UnsafeRawPointer, first: Int, rows: Int) {
        let words = source.assumingMemoryBound(to: UInt32.self)
        let rowWords = headCount * headGroups
        for head in 0..<headCount {
            let target = (keys.base + head * keyBytes).assumingMemoryBound(to: UInt32.self)
            for row in 0..<rows {
                let key = first + row
                let place = target + key / 64 * headGroups * 64 + key % 64
                let from = words + row * rowWords + head * headGroups
                for group in 0..<headGroups { place[group * 64] = from[group] }
            }
        }
    }

    /// Quantises and stores 64 keys of one head: minus `means`, scaled to the largest number among them.
    ///
    /// What is the same in all keys moves all logits of a query alike and falls out of the softmax; without it the numbers
    /// left are smaller and rounding costs less (SageAttention, Zhang et al. 2024, arXiv:2410.02367).
    ///
    /// - `source`: all keys, rows of bf16 or fp32, `headCount * headSize` wide, contiguous.
    /// - `means`: of all keys, `[headCount * headSize]`.
    package func storeQuantizedKeys(
        _ source: UnsafeRawPointer, block: Int, head: Int, means: UnsafePointer<Float>, kernels: Kernels
    ) {
        let width = headCount * headSize
        let place = keys.base + head * keyBytes + block * headGroups * 64 * 4
        kernels.table.pointee.quantize_keys(
            source + (block * 64 * width + head * headSize) * (isBF16 ? 2 : 4), isBF16 ? 1 : 0,
            min(64, capacity - block * 64), headSize, width, means + head * headSize,
            place.assumingMemoryBound(to: UInt8.self), keyScales.floats(at: head * keyBlockCount + block),
            Float(kernels.table.pointee.i8_limit), kernels.keyZero)
    }

    /// Quantises and stores the values of one head and ``Kernels/keyBlock`` keys, each column to its own largest number.
    ///
    /// `source`: all values, rows of bf16 or fp32, `headCount * headSize` wide, contiguous.
    package func storeQuantizedValues(_ source: UnsafeRawPointer, block: Int, head: Int, kernels: Kernels) {
        let (width, first) = (headCount * headSize, block * Kernels.keyBlock)
        let place = values.base + head * valueBytes + first * valueColumns
        kernels.table.pointee.quantize_values(
            source + (first * width + head * headSize) * (isBF16 ? 2 : 4), isBF16 ? 1 : 0,
            min(Kernels.keyBlock, capacity - first), headSize, width, place.assumingMemoryBound(to: UInt8.self),
            valueColumns, valueScales.floats(at: head * valueScaleCount + block * valueColumns),
            Float(kernels.table.pointee.i8_limit))
    }

    /// Stores value rows first ..< first + rows of all heads; rows as in `storeKeys`. `first` must be even in bf16.
    package func storeValues(_ source: UnsafeRawPointer, first: Int, rows: Int) {
        let width = headCount * headSize
        for head in 0..<headCount {
            let base = values.base + head * valueBytes
            if isBF16 {
                let from = source.assumingMemoryBound(to: UInt16.self) + head * headSize
                let target = base.assumingMemoryBound(to: UInt32.self)
                for row in stride(from: 0, to: rows, by: 2) {
                    let place = target + (first + row) / 2 * valueColumns
                    let (even, odd) = (from + row * width, from + (row + 1) * width)
                    let hasOdd = row + 1 < rows
                    for column in 0..<headSize {
                        place[column] = UInt32(even[column]) | (hasOdd ? UInt32(odd[column]) << 16 : 0)
                    }
                }
            } else {
                let from = source.assumingMemoryBound(to: Float.self) + head * headSize
                for row in 0..<rows {
                    (base.assumingMemoryBound(to: Float.self) + (first + row) * valueColumns)
                        .update(from: from + row * width, count: headSize)
                }
            }
        }
    }
}

extension Kernels {
    /// What makes keys of -limit ... limit unsigned bytes.
    var keyZero: Int32 { (table.pointee.i8_limit + 1) / 2 * 2 }

    /// Query rows that one call handles best.
    package static var queryBlock: Int { Int(CK_QUERY_BLOCK) }
    /// Keys between two entries of a block mask.
    package static var keyBlock: Int { Int(CK_KEY_BLOCK) }

    /// Scratch memory that one worker needs for `attention`.
    ///
    /// `massKeyCount`: keys of the longest attention whose mass is measured; 0: none is.
    package static func attentionScratchBytes(headSize: Int, massKeyCount: Int = 0) -> Int {
        let kernel = (ck_attention_scratch_bytes((headSize + 15) / 16 * 16) + 63) / 64 * 64
        return kernel + quantizedQueryBytes(headSize: headSize) + massNoteBytes(keyCount: massKeyCount)
    }

    private static func quantizedQueryBytes(headSize: Int) -> Int {
        (queryBlock * ((headSize + 3) / 4 * 4 + 4) + 63) / 64 * 64
    }

    private static func massNoteBytes(keyCount: Int) -> Int {
        (keyCount + keyBlock - 1) / keyBlock * queryBlock * 2 * 4
    }

    /// softmax(q kᵀ scale + bias) v of one head for at most `queryBlock` query rows where keys are quantised (any number
    /// else), on one thread.
    ///
    /// - `queries`: the head's part of the first row, in the operand type; rows `rowStride` elements apart.
    /// - `keyBias`: [keys], or nil.
    /// - `output`: laid out like `queries`.
    /// - `scratch`: `attentionScratchBytes`, 64-byte aligned.
    /// - `blockMask`: a byte for each `keyBlock` keys, 0 to skip; or nil.
    /// - `blockMass`: takes, for each `keyBlock` keys, the sum over the rows of the weights there (a row's weights sum to
    ///   1); or nil. Needs at most `queryBlock` rows.
    package func attention(
        queries: UnsafeRawPointer, rows: Int, rowStride: Int, keysValues: PackedKeysValues, keyCount: Int, head: Int,
        scale: Float, keyBias: UnsafePointer<Float>? = nil, output: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer, blockMask: UnsafePointer<UInt8>? = nil,
        blockMass: UnsafeMutablePointer<Float>? = nil
    ) {
        precondition(keyCount <= keysValues.capacity, "attention: \(keyCount) keys of \(keysValues.capacity)")
        let headSize = keysValues.headSize
        let elementBytes = keysValues.isBF16 ? 2 : 4
        var arguments = ck_attention()
        arguments.queries = queries
        arguments.query_stride = rowStride * elementBytes
        arguments.rows = rows
        arguments.packed_keys = keysValues.packedKeys(head: head)
        arguments.packed_values = keysValues.packedValues(head: head)
        arguments.keys = keyCount
        arguments.head_groups = keysValues.headGroups
        arguments.value_columns = keysValues.valueColumns
        arguments.head_size = headSize
        arguments.key_bias = keyBias
        arguments.scale = scale
        arguments.output = output
        arguments.output_stride = rowStride * elementBytes
        arguments.scratch = scratch
        arguments.block_mask = blockMask
        let spare = scratch + (ck_attention_scratch_bytes(keysValues.valueColumns) + 63) / 64 * 64
        if let blockMass {
            precondition(rows <= Self.queryBlock, "attention: mass of \(rows) rows at once")
            arguments.block_mass = blockMass
            arguments.mass_notes = (spare + Self.quantizedQueryBytes(headSize: headSize)).assumingMemoryBound(
                to: Float.self)
        }
        guard keysValues.isQuantized else {
            if keysValues.isBF16 {
                table.pointee.attention_bf16(&arguments)
            } else {
                table.pointee.attention_f32(&arguments)
            }
            return
        }
        precondition(rows <= Self.queryBlock, "attention: \(rows) rows at once")
        let stride = keysValues.headGroups * 4
        let quantized = spare.assumingMemoryBound(to: UInt8.self)
        let scales = (spare + Self.queryBlock * stride).assumingMemoryBound(to: Float.self)
        table.pointee.quantize_rows(
            queries, keysValues.isBF16 ? 1 : 0, rows, headSize, rowStride, quantized, stride, scales, 127, 0)
        arguments.queries = UnsafeRawPointer(quantized)
        arguments.query_stride = stride
        arguments.query_scales = UnsafePointer(scales)
        arguments.key_scales = keysValues.keyScales(head: head)
        arguments.key_zero = keyZero
        arguments.value_scales = keysValues.valueScales(head: head)
        arguments.output_is_bf16 = keysValues.isBF16 ? 1 : 0
        table.pointee.attention_i8(&arguments)
    }
}
