import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Random numbers of torch's CPU generator")
struct RandomSourceTests {
    /// torch's vectorised functions differ between CPU types by this much.
    private static let tolerance: Float = 5e-6

    private func expectNear(_ actual: [Float], _ golden: Golden, _ name: String) throws {
        let expected = try golden.output(name).values
        try #require(actual.count == expected.count, "\(name)")
        let worst = zip(actual, expected).map { abs($0 - $1) }.max() ?? 0
        #expect(worst <= Self.tolerance, "\(golden.name)/\(name): off by \(worst)")
        try golden.expectClose(actual, name)
    }

    /// The golden keeps only both ends of long results.
    private func ends(_ values: [Float]) -> [Float] {
        values.count > 200 ? Array(values.prefix(16) + values.suffix(16)) : values
    }

    @Test("Raw words, uniform and normal values of every seed and size are the golden's")
    func golden() throws {
        for golden in try GoldenSet.current.cases(kind: "rng") {
            for seed in try #require(golden.config["seeds"]?.ints) {
                let value = UInt64(bitPattern: Int64(seed))
                let prefix = "seed\(seed)."
                var raw = RandomSource(seed: value)
                let words = try golden.rawOutput(prefix + "raw_u32_first8").integers()
                #expect(words.map { _ in Int(raw.next32()) } == words)
                for size in try #require(golden.config["sizes"]?.ints) {
                    var random = RandomSource(seed: value)
                    try expectNear(ends(random.normal(count: size)), golden, prefix + "n\(size).first")
                    try expectNear(ends(random.normal(count: size)), golden, prefix + "n\(size).second")
                }
                var sequence = RandomSource(seed: value)
                let calls = try #require(golden.config["sequence"]?.ints)
                try expectNear(calls.flatMap { sequence.normal(count: $0) }, golden, prefix + "sequence")
                try checkShapes(golden, value, prefix)
            }
        }
    }

    private func checkShapes(_ golden: Golden, _ seed: UInt64, _ prefix: String) throws {
        for name in golden.outputNames where name.hasPrefix(prefix) {
            var random = RandomSource(seed: seed)
            if name.hasPrefix(prefix + "shape") {
                let shape = try golden.rawOutput(name).shape
                let tensor = random.normal(shape: shape)
                #expect(tensor.shape == shape)
                try expectNear(tensor.values, golden, name)
            } else if name.hasPrefix(prefix + "uniform") {
                let count = try golden.rawOutput(name).count
                #expect(random.uniform(count: count) == (try golden.output(name).values))
            }
        }
    }

    @Test("Only the low 32 bits of a seed count")
    func seedBits() {
        var narrow = RandomSource(seed: 7)
        var wide = RandomSource(seed: 7 + 1 << 32)
        #expect(narrow.normal(count: 20) == wide.normal(count: 20))
    }

    @Test("A million values have the moments of the normal distribution")
    func moments() {
        var random = RandomSource(seed: 1)
        let values = random.normal(count: 1_000_003)
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        let variance = values.reduce(0) { $0 + Double($1) * Double($1) } / Double(values.count) - mean * mean
        #expect(abs(mean) < 0.005)
        #expect(abs(variance - 1) < 0.01)
        #expect(!values.contains { !$0.isFinite })
    }

    @Test("No values draw nothing")
    func empty() {
        var random = RandomSource(seed: 3)
        #expect(random.normal(count: 0) == [])
        var other = RandomSource(seed: 3)
        #expect(random.next32() == other.next32())
    }

    @Test("A pipeline's first noise is drawn in token order")
    func pipelineNoise() throws {
        for golden in try GoldenSet.current.cases(kind: "ltx_pipeline") {
            var random = RandomSource(seed: UInt64(try #require(golden.config["seed"]?.int)))
            let shape = try golden.rawOutput("initial_noise_tokens").shape
            try golden.expectClose(random.normal(shape: shape), "initial_noise_tokens")
        }
    }
}
