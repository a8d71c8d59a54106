internal import CKernels

/// Keys and values of all heads, laid out for the attention kernels. Reused from step to step.
///
/// Keys: for each head, blocks of 64 keys, each [head groups][64] groups. Values: for each head, [keys / group size][value
/// columns] groups, where a group holds the same column of 1 (fp32) or 2 (bf16) neighbouring keys.
package final class PackedKeysValues: Sendable {
    package let headCount: Int
    package let headSize: Int
    package let capacity: Int
    package let isBF16: Bool
    let headGroups: Int
    let valueColumns: Int
    private let keys: AlignedBuffer
    private let values: AlignedBuffer
    private let keyBytes: Int
    private let valueBytes: Int

    /// - Parameter keyCount: how many keys it holds; must not change in use, since the padding stays zero.
    package init(headCount: Int, headSize: Int, keyCount: Int, isBF16: Bool) {
        self.headCount = headCount
        self.headSize = headSize
        self.isBF16 = isBF16
        capacity = keyCount
        let groupSize = isBF16 ? 2 : 1
        precondition(headSize % groupSize == 0, "PackedKeysValues: head size \(headSize) in bf16 must be even")
        headGroups = headSize / groupSize
        valueColumns = (headSize + 15) / 16 * 16
        let padded = (keyCount + 63) / 64 * 64
        keyBytes = padded * headGroups * 4
        valueBytes = padded / groupSize * valueColumns * 4
        keys = AlignedBuffer(byteCount: keyBytes * headCount)
        values = AlignedBuffer(byteCount: valueBytes * headCount)
    }

    package var byteCount: Int { keys.byteCount + values.byteCount }

    func packedKeys(head: Int) -> UnsafeRawPointer { UnsafeRawPointer(keys.base + head * keyBytes) }
    func packedValues(head: Int) -> UnsafeRawPointer { UnsafeRawPointer(values.base + head * valueBytes) }

    /// Stores key rows first ..< first + rows of all heads.
    ///
    /// - Parameter source: rows of the operand type, `headCount * headSize` wide, contiguous.
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
    /// Query rows that one call handles best.
    package static var queryBlock: Int { Int(CK_QUERY_BLOCK) }
    /// Keys between two entries of a block mask.
    package static var keyBlock: Int { Int(CK_KEY_BLOCK) }

    /// Scratch memory that one worker needs for `attention`.
    package static func attentionScratchBytes(headSize: Int) -> Int {
        (ck_attention_scratch_bytes((headSize + 15) / 16 * 16) + 63) / 64 * 64
    }

    /// softmax(q kᵀ scale + bias) v of one head for some query rows, on one thread.
    ///
    /// - Parameters:
    ///   - queries: the head's part of the first row, in the operand type; rows `rowStride` elements apart.
    ///   - keyBias: [keys], or nil.
    ///   - output: laid out like `queries`.
    ///   - blockMask: a byte for each `keyBlock` keys, 0 to skip; or nil.
    package func attention(
        queries: UnsafeRawPointer, rows: Int, rowStride: Int, keysValues: PackedKeysValues, keyCount: Int, head: Int,
        scale: Float, keyBias: UnsafePointer<Float>? = nil, output: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer, blockMask: UnsafePointer<UInt8>? = nil
    ) {
        precondition(keyCount <= keysValues.capacity, "attention: \(keyCount) keys of \(keysValues.capacity)")
        let elementBytes = keysValues.isBF16 ? 2 : 4
        var arguments = ck_attention(
            queries: queries, query_stride: rowStride * elementBytes, rows: rows,
            packed_keys: keysValues.packedKeys(head: head), packed_values: keysValues.packedValues(head: head),
            keys: keyCount, head_groups: keysValues.headGroups, value_columns: keysValues.valueColumns,
            head_size: keysValues.headSize, key_bias: keyBias, scale: scale, output: output,
            output_stride: rowStride * elementBytes, scratch: scratch, block_mask: blockMask)
        if keysValues.isBF16 {
            table.pointee.attention_bf16(&arguments)
        } else {
            table.pointee.attention_f32(&arguments)
        }
    }
}
