import Benchmarks
import Testing

@Suite("Timings")
struct TimingTests {
    @Test("tell the middle, the ends and the number of runs", arguments: [[3.0, 1, 2], [4, 1, 2, 3]])
    func summarizes(samples: [Double]) {
        let timing = Timing(samples)
        #expect(timing.median == (samples.count == 3 ? 2 : 2.5))
        #expect(timing.minimum == 1 && timing.maximum == samples.max() && timing.runs == samples.count)
    }

    @Test("of short work come from at least five runs after one to warm up")
    func repeatsShortWork() {
        var count = 0
        let timing = Stopwatch(budgetSeconds: 1e-6).measure { count += 1 }
        #expect(timing.runs == 5 && count == 6)
    }

    @Test("take as many runs as asked for")
    func takesRuns() {
        var count = 0
        #expect(Stopwatch(runs: 2).measure { count += 1 }.runs == 2)
        #expect(count == 3)
    }
}
