import Foundation
import Kernels
import TestSupport
import Testing

/// Attention whose keys and queries are int8, and what is measured on the way, against plain double precision.
@Suite("Attention with int8 keys")
struct QuantizedAttentionTests {
    private struct Problem {
        let headSize: Int
        let headCount = 2
        let keyCount: Int
        let queryCount: Int
        var queries: [Float]
        var keys: [Float]
        var values: [Float]

        init(headSize: Int, queries: Int, keys: Int) {
            var random = SeededGenerator(seed: UInt64(headSize * 1000 + keys))
            func numbers(_ count: Int, offset: Float = 0) -> [Float] {
                (0..<count).map { _ in offset + Float.random(in: -1...1, using: &random) }
            }
            self.headSize = headSize
            queryCount = queries
            keyCount = keys
            self.queries = numbers(queries * 2 * headSize)
            // An offset that all keys share: what smoothing takes away.
            self.keys = numbers(keys * 2 * headSize, offset: 3)
            values = numbers(keys * 2 * headSize)
        }

        var width: Int { headCount * headSize }

        func logit(query: Int, key: Int, head: Int) -> Double {
            var sum = 0.0
            for column in head * headSize..<(head + 1) * headSize {
                sum += Double(queries[query * width + column]) * Double(keys[key * width + column])
            }
            return sum
        }

        /// - Returns: the output, and for each key block the sum of all queries' weights there.
        func reference(head: Int, scale: Double) -> (output: [Double], mass: [Double]) {
            var output: [Double] = []
            var mass = [Double](repeating: 0, count: (keyCount + Kernels.keyBlock - 1) / Kernels.keyBlock)
            for query in 0..<queryCount {
                let logits = (0..<keyCount).map { logit(query: query, key: $0, head: head) * scale }
                let top = logits.max() ?? 0
                let weights = logits.map { exp($0 - top) }
                let total = weights.reduce(0, +)
                for (key, weight) in weights.enumerated() { mass[key / Kernels.keyBlock] += weight / total }
                for column in head * headSize..<(head + 1) * headSize {
                    var sum = 0.0
                    for (key, weight) in weights.enumerated() { sum += weight * Double(values[key * width + column]) }
                    output.append(sum / total)
                }
            }
            return (output, mass)
        }

        /// One head by the kernels, fp32 values.
        func run(
            _ kernels: Kernels, head: Int, scale: Float, quantizes: Bool, mask: [UInt8]? = nil
        ) -> (output: [Float], mass: [Float]) {
            let packed = PackedKeysValues(
                headCount: headCount, headSize: headSize, keyCount: keyCount, isBF16: false, isQuantized: quantizes)
            let means = (0..<width).map { column in
                (0..<keyCount).reduce(Float(0)) { $0 + keys[$1 * width + column] } / Float(keyCount)
            }
            keys.withUnsafeBytes { keys in
                values.withUnsafeBytes { values in
                    means.withUnsafeBufferPointer { means in
                        guard let k = keys.baseAddress, let v = values.baseAddress, let m = means.baseAddress else {
                            return
                        }
                        if quantizes {
                            for head in 0..<headCount {
                                for block in 0..<(keyCount + 63) / 64 {
                                    packed.storeQuantizedKeys(k, block: block, head: head, means: m, kernels: kernels)
                                }
                                for block in 0..<(keyCount + Kernels.keyBlock - 1) / Kernels.keyBlock {
                                    packed.storeQuantizedValues(v, block: block, head: head, kernels: kernels)
                                }
                            }
                        } else {
                            packed.storeKeys(k, first: 0, rows: keyCount)
                            packed.storeValues(v, first: 0, rows: keyCount)
                        }
                    }
                }
            }
            let scratch = AlignedBuffer(
                byteCount: Kernels.attentionScratchBytes(headSize: headSize, massKeyCount: keyCount))
            var output = [Float](repeating: .nan, count: queryCount * width)
            var mass = [Float](repeating: 0, count: (keyCount + Kernels.keyBlock - 1) / Kernels.keyBlock)
            output.withUnsafeMutableBytes { output in
                queries.withUnsafeBytes { queries in
                    mass.withUnsafeMutableBufferPointer { mass in
                        guard let q = queries.baseAddress, let o = output.baseAddress else { return }
                        func call(_ mask: UnsafePointer<UInt8>?) {
                            kernels.attention(
                                queries: q + head * headSize * 4, rows: queryCount, rowStride: width,
                                keysValues: packed,
                                keyCount: keyCount, head: head, scale: scale, output: o + head * headSize * 4,
                                scratch: scratch.base, blockMask: mask, blockMass: mass.baseAddress)
                        }
                        if let mask { mask.withUnsafeBufferPointer { call($0.baseAddress) } } else { call(nil) }
                    }
                }
            }
            var rows: [Float] = []
            for row in 0..<queryCount {
                let first = row * width + head * headSize
                rows += output[first..<first + headSize]
            }
            return (rows, mass)
        }
    }

    /// Eight bits for logits of a spread of about 1: a few thousandths in the weights, on average much less in their sum.
    @Test(
        "agrees with double precision", arguments: KernelLevel.supported,
        [(16, 1, 1), (24, 5, 63), (32, 7, 64), (64, 96, 257), (64, 13, 1000), (128, 6, 300), (30, 6, 65)])
    func agrees(level: KernelLevel, shape: (headSize: Int, queries: Int, keys: Int)) {
        let problem = Problem(headSize: shape.headSize, queries: shape.queries, keys: shape.keys)
        let scale = 1 / Float(shape.headSize).squareRoot()
        for head in 0..<2 {
            let (expected, mass) = problem.reference(head: head, scale: Double(scale))
            let result = problem.run(Kernels(level), head: head, scale: scale, quantizes: true)
            expectClose(result.output.map(Double.init), expected, tolerance: 2e-2, "output")
            expectClose(result.mass.map(Double.init), mass, tolerance: 1e-2, "mass")
        }
    }

    @Test("many small weights beside a large one keep their sum", arguments: KernelLevel.supported)
    func smallWeights(level: KernelLevel) {
        var problem = Problem(headSize: 16, queries: 8, keys: 1000)
        for row in 0..<problem.queryCount * 2 {
            for column in 0..<16 { problem.queries[row * 16 + column] = column == 0 ? 4 : 0 }
        }
        // A logit of 8 against 999 of 0, each of which is a twelfth of the smallest step that eight bits tell apart.
        for row in 0..<problem.keyCount * 2 {
            for column in 0..<16 {
                problem.keys[row * 16 + column] = row < 2 && column == 0 ? 2 : 0
                problem.values[row * 16 + column] = row < 2 ? -1 : 1
            }
        }
        let (expected, _) = problem.reference(head: 0, scale: 1)
        let result = problem.run(Kernels(level), head: 0, scale: 1, quantizes: true)
        expectClose(result.output.map(Double.init), expected, tolerance: 2e-2, "output")
    }

    @Test("measured mass is the softmax's", arguments: KernelLevel.supported)
    func mass(level: KernelLevel) {
        let problem = Problem(headSize: 32, queries: 96, keys: 700)
        let (expected, mass) = problem.reference(head: 1, scale: 0.5)
        let result = problem.run(Kernels(level), head: 1, scale: 0.5, quantizes: false)
        expectClose(result.output.map(Double.init), expected, tolerance: 1e-5, "output")
        expectClose(result.mass.map(Double.init), mass, tolerance: 1e-5, "mass")
    }

    @Test("masked blocks are as if their keys were not there", arguments: KernelLevel.supported, [false, true])
    func masked(level: KernelLevel, quantizes: Bool) {
        var problem = Problem(headSize: 32, queries: 20, keys: 3 * Kernels.keyBlock)
        let masked = problem.run(Kernels(level), head: 0, scale: 0.3, quantizes: quantizes, mask: [1, 0, 1])
        #expect(masked.mass[1] == 0)
        // Keys that no query likes: their weight is 0 in the reference.
        for key in Kernels.keyBlock..<2 * Kernels.keyBlock {
            for column in 0..<problem.width { problem.values[key * problem.width + column] = 0 }
        }
        let (all, mass) = problem.reference(head: 0, scale: 0.3)
        #expect(mass.count == 3)
        // Without the middle block each query's output grows by the share that the block held.
        let reference = Self.withoutMiddle(problem, all)
        expectClose(
            masked.output.map(Double.init), reference, tolerance: quantizes ? 2e-2 : 1e-5, "the others' attention")
    }

    /// The reference output over the first and last block only, from the one whose middle values are zero.
    private static func withoutMiddle(_ problem: Problem, _ output: [Double]) -> [Double] {
        (0..<problem.queryCount).flatMap { query -> [Double] in
            let logits = (0..<problem.keyCount).map { problem.logit(query: query, key: $0, head: 0) * 0.3 }
            let top = logits.max() ?? 0
            let weights = logits.map { exp($0 - top) }
            let middle = weights[Kernels.keyBlock..<2 * Kernels.keyBlock].reduce(0, +)
            let factor = weights.reduce(0, +) / (weights.reduce(0, +) - middle)
            return (0..<problem.headSize).map { output[query * problem.headSize + $0] * factor }
        }
    }
}
