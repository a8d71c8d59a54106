import Kernels
import TestSupport
import Testing

@Suite struct AttentionTests {
    @Test("Every head size", arguments: KernelVariant.floating, [2, 16, 20, 24, 32, 48, 64, 80, 96, 128])
    func headSizes(variant: KernelVariant, headSize: Int) {
        for (queries, keys) in [(1, 65), (7, 63), (13, 300)] {
            AttentionProblem(variant, headSize: headSize, queries: queries, keys: keys).check()
        }
    }

    @Test("Every number of queries", arguments: KernelVariant.floating, [1, 5, 6, 7, 95, 96, 97, 200])
    func queryCounts(variant: KernelVariant, queries: Int) {
        AttentionProblem(variant, headSize: 32, queries: queries, keys: 65).check()
    }

    @Test("Every number of keys", arguments: KernelVariant.floating, [1, 2, 63, 64, 65, 255, 256, 257, 511, 1000])
    func keyCounts(variant: KernelVariant, keys: Int) {
        AttentionProblem(variant, headSize: 24, queries: 7, keys: keys).check()
    }

    @Test("A bias for each key", arguments: KernelVariant.floating, [5, 70, 600])
    func bias(variant: KernelVariant, keys: Int) {
        var problem = AttentionProblem(variant, headSize: 16, queries: 9, keys: keys)
        var random = SeededGenerator(seed: 2)
        problem.keyBias = random.floats(keys, in: -3...3)
        problem.check("with bias")
    }

    @Test("Keys at -10000 have no say", arguments: KernelVariant.floating)
    func maskedKeys(variant: KernelVariant) {
        var problem = AttentionProblem(variant, headSize: 16, queries: 9, keys: 600)
        // A whole block of 256 first, so that the running maximum must climb out of it; then every other key.
        problem.keyBias = (0..<600).map { $0 < 300 || $0 % 2 == 1 ? -10000 : 0 }
        problem.check("half masked")
        problem.keyBias = (0..<600).map { $0 < 256 ? -.infinity : 0 }
        problem.check("a block at minus infinity")
    }

    @Test(
        "Logits that rise from one block of keys to the next, by little and by much", arguments: KernelVariant.floating,
        [Float(0.5), 3, 8, 12, 30])
    func risingLogits(variant: KernelVariant, step: Float) {
        let keys = 6 * Kernels.keyBlock
        var problem = AttentionProblem(variant, headSize: 16, queries: 9, keys: keys)
        // A logit as large as the last block's is known to that fraction of a power of two.
        let tolerance = problem.tolerance + Double(5 * step) * 1.45 * Rounding.fp32
        problem.keyBias = (0..<keys).map { Float($0 / Kernels.keyBlock) * step }
        problem.run().expect(problem.reference, tolerance: tolerance, "rising")
        problem.keyBias = (0..<keys).map { Float(($0 / Kernels.keyBlock + 3) % 6) * step }
        problem.run().expect(problem.reference, tolerance: tolerance, "rising, falling, rising")
    }

    @Test("Where all keys are at -10000 the bias cancels", arguments: KernelVariant.floating)
    func allKeysMasked(variant: KernelVariant) {
        var problem = AttentionProblem(variant, headSize: 16, queries: 9, keys: 300)
        let expected = problem.reference
        problem.keyBias = [Float](repeating: -10000, count: 300)
        // At 14427, which is 10000 in powers of two, fp32 is 0.001 apart: a weight is off by up to 0.0007 of itself.
        problem.run().expect(expected, tolerance: problem.tolerance + 2e-3, "all masked")
    }

    @Test(
        "Huge logits neither overflow nor lose the largest", arguments: KernelVariant.floating, [Float(1e2), 1e4, 1e6])
    func hugeLogits(variant: KernelVariant, magnitude: Float) {
        var problem = AttentionProblem(variant, headSize: 16, queries: 7, keys: 300)
        problem.scale = 1
        let width = AttentionProblem.headCount * 16
        for index in problem.queries.indices { problem.queries[index] = index % 16 == 0 ? magnitude : 0 }
        // Logits in steps of `magnitude`, from negative to positive: the last key takes all.
        for key in 0..<300 {
            for column in 0..<width { problem.keys[key * width + column] = Float(key / 2 - 100) }
        }
        problem.keys.replaceSubrange(299 * width..<300 * width, with: [Float](repeating: 60, count: width))
        problem.check("of \(magnitude)")
        // Equal logits, all huge: the mean of the values.
        problem.keys = [Float](repeating: 1000, count: problem.keys.count)
        problem.queries = problem.queries.map { $0.rounded() }
        problem.check("all \(magnitude * 1000)")
    }

    @Test(
        "A block mask leaves attention over the other keys", arguments: KernelVariant.floating,
        [[1, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [1, 1, 1, 1]] as [[UInt8]])
    func blockMasks(variant: KernelVariant, mask: [UInt8]) {
        var problem = AttentionProblem(variant, headSize: 24, queries: 100, keys: 1000)
        problem.blockMask = mask
        problem.check("mask \(mask)")
        var random = SeededGenerator(seed: 8)
        problem.keyBias = random.floats(1000)
        problem.check("mask \(mask) with bias")
    }

    @Test("With all blocks masked the output is zero", arguments: KernelVariant.floating)
    func allBlocksMasked(variant: KernelVariant) {
        var problem = AttentionProblem(variant, headSize: 24, queries: 10, keys: 300)
        problem.blockMask = [0, 0]
        #expect(problem.run().values.allSatisfy { $0 == 0 })
    }

    @Test("NaN in a query stays in its row, NaN in a key or value reaches all", arguments: KernelVariant.floating)
    func notANumber(variant: KernelVariant) {
        let clean = AttentionProblem(variant, headSize: 16, queries: 8, keys: 70)
        let first = AttentionProblem.head * 16
        var problem = clean
        problem.queries[3 * 32 + first + 5] = .nan
        let values = problem.run().values
        for row in 0..<8 {
            #expect(values[row * 16..<(row + 1) * 16].allSatisfy { $0.isNaN == (row == 3) }, "row \(row)")
        }
        problem = clean
        problem.keys[69 * 32 + first] = .nan
        #expect(problem.run().values.allSatisfy { $0.isNaN })
        problem = clean
        problem.values[69 * 32 + first + 2] = .nan
        let columns = problem.run().values
        for index in columns.indices { #expect(columns[index].isNaN == (index % 16 == 2)) }
    }
}
