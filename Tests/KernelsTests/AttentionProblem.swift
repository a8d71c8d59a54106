import Foundation
import Kernels
import TestSupport
import Testing

/// One head of attention: operands, the kernel's run and a Float64 reference.
struct AttentionProblem {
    let variant: KernelVariant
    let headSize: Int
    let queryCount: Int
    let keyCount: Int
    /// Rows of `headCount * headSize`; bf16 numbers where that is the operand type.
    var queries: [Float]
    var keys: [Float]
    var values: [Float]
    var keyBias: [Float]?
    /// A byte for each block of keys, 0 to skip.
    var blockMask: [UInt8]?
    var scale: Float

    static let headCount = 2
    /// The head that is computed; not the first, so that offsets count.
    static let head = 1
    private var width: Int { Self.headCount * headSize }

    init(_ variant: KernelVariant, headSize: Int, queries: Int, keys: Int, seed: UInt64 = 23) {
        self.variant = variant
        self.headSize = headSize
        (queryCount, keyCount) = (queries, keys)
        var random = SeededGenerator(seed: seed)
        let width = Self.headCount * headSize
        func operand(_ rows: Int) -> [Float] {
            let values = random.floats(rows * width, in: -2...2)
            return variant.isBF16 ? values.roundedToBF16 : values
        }
        self.queries = operand(queries)
        self.keys = operand(keys)
        values = operand(keys)
        scale = 1 / Float(headSize).squareRoot()
    }

    /// - Returns: the head's columns, `[queries, headSize]`, in guarded memory.
    func run() -> GuardedRows {
        let packed = PackedKeysValues(
            headCount: Self.headCount, headSize: headSize, keyCount: keyCount, isBF16: variant.isBF16)
        // In pieces, as the executors store them; all but the last have an even number of rows.
        for first in stride(from: 0, to: keyCount, by: 96) {
            let rows = min(96, keyCount - first)
            withOperands(Array(keys[first * width..<(first + rows) * width])) {
                packed.storeKeys($0, first: first, rows: rows)
            }
            withOperands(Array(values[first * width..<(first + rows) * width])) {
                packed.storeValues($0, first: first, rows: rows)
            }
        }
        let scratch = AlignedBuffer(byteCount: Kernels.attentionScratchBytes(headSize: headSize))
        var output = GuardedRows(rows: queryCount, columns: headSize, stride: width, isBF16: variant.isBF16)
        let elementBytes = variant.isBF16 ? 2 : 4
        withOperands(queries) { queries in
            withOptional(keyBias) { bias in
                withOptional(blockMask) { mask in
                    output.write {
                        variant.kernels.attention(
                            queries: queries + Self.head * headSize * elementBytes, rows: queryCount, rowStride: width,
                            keysValues: packed, keyCount: keyCount, head: Self.head, scale: scale, keyBias: bias,
                            output: $0, scratch: scratch.base, blockMask: mask)
                    }
                }
            }
        }
        return output
    }

    /// softmax(q kᵀ scale + bias) v over the keys that are not masked; zeros where none is left.
    var reference: [Double] {
        let kept = (0..<keyCount).filter { blockMask?[$0 / Kernels.keyBlock] != 0 }
        let (first, width) = (Self.head * headSize, width)
        var result = [Double](repeating: 0, count: queryCount * headSize)
        // Plain loops over pointers, which stay quick in debug builds.
        queries.withUnsafeBufferPointer { queries in
            keys.withUnsafeBufferPointer { keys in
                values.withUnsafeBufferPointer { values in
                    for query in 0..<queryCount {
                        var logits = [Double](repeating: 0, count: kept.count)
                        for (index, key) in kept.enumerated() {
                            var sum = 0.0
                            var column = first
                            while column < first + headSize {
                                sum += Double(queries[query * width + column]) * Double(keys[key * width + column])
                                column += 1
                            }
                            logits[index] = sum * Double(scale) + Double(keyBias?[key] ?? 0)
                        }
                        let top = logits.max() ?? 0
                        let weights = logits.map { exp($0 - top) }
                        let total = weights.reduce(0, +)
                        for (index, key) in kept.enumerated() {
                            var column = 0
                            while column < headSize {
                                result[query * headSize + column] +=
                                    weights[index] / total * Double(values[key * width + first + column])
                                column += 1
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// fp32: the roundings of logits of a few units, of 2^x and of the sums, where values of both signs cancel.
    /// bf16: each weight and each output is rounded to 8 bits.
    var tolerance: Double { variant.isBF16 ? Rounding.bf16 : 5e-6 }

    func check(_ label: String = "", sourceLocation: SourceLocation = #_sourceLocation) {
        run().expect(
            reference, tolerance: tolerance,
            "head size \(headSize), \(queryCount) queries, \(keyCount) keys \(label)", sourceLocation: sourceLocation)
    }

    private func withOperands(_ values: [Float], _ body: (UnsafeRawPointer) -> Void) {
        if variant.isBF16 {
            values.map { bf16Bits($0) }.withUnsafeBytes { if let base = $0.baseAddress { body(base) } }
        } else {
            values.withUnsafeBytes { if let base = $0.baseAddress { body(base) } }
        }
    }

    private func withOptional<Element>(_ values: [Element]?, _ body: (UnsafePointer<Element>?) -> Void) {
        guard let values else { return body(nil) }
        values.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
