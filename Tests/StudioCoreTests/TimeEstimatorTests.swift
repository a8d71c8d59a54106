import Foundation
import Generation
import StudioCore
import Testing

@Suite("Estimates of time")
struct TimeEstimatorTests {
    private func timing(_ run: Int, _ tokens: Int, _ seconds: Double, calls: Int = 1) -> TimeEstimator.StepTiming {
        .init(run: run, tokens: tokens, calls: calls, seconds: seconds)
    }

    /// Seconds of a step on an imagined machine.
    private func truth(_ tokens: Int) -> Double {
        0.01 + 2e-5 * Double(tokens) + 1.2e-9 * Double(tokens) * Double(tokens)
    }

    private func isClose(_ value: Double?, _ expected: Double, within part: Double) -> Bool {
        value.map { abs($0 - expected) <= part * expected } ?? false
    }

    @Test("Nothing known, nothing said")
    func unknown() {
        let estimator = TimeEstimator(steps: [], stages: [])
        #expect(estimator.step(tokens: 576, calls: 1) == nil)
        #expect(estimator.stage(.decode, work: 5) == nil)
        #expect(estimator.job(Samples.recipe(), kind: .draft).total == nil)
    }

    @Test("A size seen before is its median time, per call")
    func sameSize() {
        let estimator = TimeEstimator(
            steps: [timing(1, 576, 1.0, calls: 2), timing(1, 576, 1.2, calls: 2), timing(1, 576, 9, calls: 2)],
            stages: [])
        #expect(isClose(estimator.step(tokens: 576, calls: 2)?.seconds, 1.2, within: 1e-9))
        #expect(isClose(estimator.step(tokens: 576, calls: 1)?.seconds, 0.6, within: 1e-9))
    }

    @Test("Three sizes fix the curve, and it holds far outside them")
    func fitted() {
        let sizes = [576, 2304, 9216]
        let steps = sizes.enumerated().map { timing($0, $1, truth($1)) }
        let estimator = TimeEstimator(steps: steps, stages: [])
        #expect(isClose(estimator.step(tokens: 57_600, calls: 1)?.seconds, truth(57_600), within: 0.01))
        #expect(isClose(estimator.step(tokens: 1000, calls: 2)?.seconds, 2 * truth(1000), within: 0.01))
    }

    @Test("No coefficient of the curve is negative, whatever the noise")
    func notNegative() {
        // A straight fit through these would curve downwards and go below zero.
        let steps = [timing(1, 100, 1), timing(2, 200, 1.9), timing(3, 300, 2.6), timing(4, 400, 3.1)]
        let estimator = TimeEstimator(steps: steps, stages: [])
        let far = estimator.step(tokens: 100_000, calls: 1)
        #expect((far?.seconds ?? -1) > 100)
    }

    @Test("With one size known the carry-over rule gives the published factor of about 98")
    func carriedOver() {
        let critical = 1.923e9 / (2 * 28 * 2048)
        #expect(abs(critical - 17_000) < 500)
        let estimator = TimeEstimator(steps: [timing(1, 2304, 0.7)], stages: [], criticalTokens: critical)
        let step = estimator.step(tokens: 57_600, calls: 1)
        #expect(isClose(step?.seconds, 0.7 * 98, within: 0.03))
        #expect((step?.high ?? 0) > (step?.seconds ?? 0) * 1.2)
    }

    @Test("The critical token count follows from a plan's operation counts")
    func criticalTokens() throws {
        func flops(_ n: Double) -> Double { 3e9 * n * (1 + n / 17_000) }
        let plan = GenerationPlan(
            stages: [], lrTokens: 576, hrTokens: 14_400, lrFlopsPerCall: flops(576), hrFlopsPerCall: flops(14_400),
            availableBytes: 0)
        #expect(isClose(TimeEstimator.criticalTokens(plan), 17_000, within: 1e-6))
        var same = plan
        same.hrTokens = 576
        #expect(TimeEstimator.criticalTokens(same) == nil)
    }

    @Test("Decoding grows with the pixels: base and rate are told apart")
    func stages() {
        func decode(_ run: Int, _ work: Double) -> TimeEstimator.StageTiming {
            .init(run: run, stage: .decode, work: work, seconds: 0.5 + 2e-7 * work)
        }
        let estimator = TimeEstimator(steps: [], stages: [decode(1, 1e6), decode(2, 4e6)])
        #expect(isClose(estimator.stage(.decode, work: 9e7)?.seconds, 18.5, within: 0.001))
    }

    @Test("Newer runs weigh more")
    func newest() {
        let old = (1...30).map { timing($0, 576, 2.0) }
        let new = (31...60).map { timing($0, 576, 1.0) }
        let estimator = TimeEstimator(steps: old + new, stages: [])
        #expect(isClose(estimator.step(tokens: 576, calls: 1)?.seconds, 1.0, within: 1e-9))
    }

    @Test("A job's total adds its stages")
    func total() {
        let recipe = Samples.recipe()
        let tokens = TimeEstimator.tokens(recipe.lr.size, frames: recipe.frames)
        #expect(tokens == 576)
        let estimator = TimeEstimator(
            steps: [timing(1, tokens, 0.5, calls: 2)],
            stages: [
                .init(run: 1, stage: .load, work: 0, seconds: 0.3), .init(run: 1, stage: .text, work: 0, seconds: 0.1),
            ])
        let job = estimator.job(recipe, kind: .draft)
        #expect(isClose(job.total?.seconds, 8 * 0.5 + 0.4, within: 1e-9))
        #expect((job.total?.low ?? 9) < 4.4 && (job.total?.high ?? 0) > 4.4)
        #expect(job[.decode] == nil)
    }

    @Test("The time remaining waits for two steps, then falls step by step and never below one second")
    func remaining() throws {
        var remaining = RemainingTime(
            estimate: TimeEstimator(steps: [], stages: []).job(Samples.recipe(), kind: .draft), now: 0)
        remaining.update(.stageStarted(.lr, parts: 8), now: 0)
        #expect(remaining.remaining(now: 0) == nil)
        var seen: [Double] = []
        for number in 1...8 {
            remaining.update(.stepFinished(Samples.step(number)), now: 0.5 * Double(number))
            if let left = remaining.remaining(now: 0.5 * Double(number)) { seen.append(left.seconds) }
        }
        #expect(seen.count == 7)
        #expect(isClose(seen.first, 3.0, within: 0.01))
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(seen.last == 1)
    }

    /// A pass of `count` steps of one second of a whole evaluation, the reused ones a quarter.
    private func cachedPass(_ run: Int, reused: Set<Int>, count: Int = 4) -> [TimeEstimator.StepTiming] {
        (1...count).map { number in
            let isReused = reused.contains(number)
            return .init(
                run: run, tokens: 576, calls: 2, seconds: isReused ? 0.5 : 2,
                place: .init(pass: .lr, number: number, count: count, stepCache: 0.2, coverage: 1), isReused: isReused)
        }
    }

    private func cachedRecipe(steps: Int) -> Recipe {
        var recipe = Samples.recipe()
        recipe.lr.stepCache = 0.2
        recipe.lr.steps = steps
        return recipe
    }

    @Test("Steps that reused blocks before are expected to do so again, each in its place")
    func savings() throws {
        let estimator = TimeEstimator(steps: cachedPass(1, reused: [3]) + cachedPass(2, reused: [3, 4]), stages: [])
        let part = try #require(estimator.job(cachedRecipe(steps: 4), kind: .draft).parts.first { $0.stage == .lr })
        #expect(part.stepWork == [2, 2, 0.5, 1.25])
        #expect(isClose(part.time?.seconds, 5.75, within: 1e-9))
        // With another number of steps the mean share holds; without step caching none.
        let longer = try #require(estimator.job(cachedRecipe(steps: 8), kind: .draft)[.lr])
        #expect(isClose(longer.seconds, 16 * 5.75 / 8, within: 1e-9))
        let whole = try #require(estimator.job(Samples.recipe(), kind: .draft)[.lr])
        #expect(isClose(whole.seconds, 16, within: 1e-9))
        var remaining = RemainingTime(estimate: estimator.job(cachedRecipe(steps: 4), kind: .draft), now: 0)
        remaining.update(.stageStarted(.lr, parts: 4), now: 0)
        for number in 1...2 {
            var step = Samples.step(number, seconds: 2)
            step.count = 4
            remaining.update(.stepFinished(step), now: 2 * Double(number))
        }
        #expect(isClose(remaining.remaining(now: 4)?.seconds, 1.75, within: 1e-9))
    }

    @Test("The plan's evaluations of each step count, not guidance alone")
    func stepCalls() throws {
        var recipe = Samples.recipe()
        recipe.lr.steps = 4
        let estimator = TimeEstimator(
            steps: [timing(1, 576, 1, calls: 2)], stages: [], stepCalls: [.lr: [1, 2, 2, 1]])
        #expect(isClose(estimator.job(recipe, kind: .draft)[.lr]?.seconds, 3, within: 1e-9))
    }

    @Test("Times with as much attention left out are preferred")
    func coverage() throws {
        var recipe = Samples.recipe()
        recipe.lr.coverage = 0.5
        let sparse = TimeEstimator.StepTiming(
            run: 2, tokens: 576, calls: 2, seconds: 0.5,
            place: .init(pass: .lr, number: 2, count: 8, stepCache: 0, coverage: 0.5))
        let estimator = TimeEstimator(steps: [timing(1, 576, 1, calls: 2), sparse], stages: [])
        #expect(isClose(estimator.job(recipe, kind: .draft)[.lr]?.seconds, 4, within: 1e-9))
    }

    @Test("A commit whose draft was cleaned away takes the draft's pass too")
    func remake() throws {
        let recipe = Samples.recipe()
        let estimator = TimeEstimator(
            steps: [timing(1, 576, 1, calls: 2), timing(1, 2304, 5)],
            stages: [.init(run: 1, stage: .text, work: 0, seconds: 0.25)])
        let plain = try #require(estimator.job(recipe, kind: .commit).total)
        let again = try #require(estimator.job(recipe, kind: .commit, remakesDraft: true).total)
        #expect(isClose(again.seconds - plain.seconds, 8.25, within: 1e-9))
        #expect(isClose(estimator.remake(recipe)?.seconds, 8.25, within: 1e-9))
    }

    @Test("A job that goes on has only its last steps before it")
    func remainingAfterStop() throws {
        let recipe = Samples.recipe()
        try #require(recipe.lr.steps == 8)
        let tokens = TimeEstimator.tokens(recipe.lr.size, frames: recipe.frames)
        let estimate = TimeEstimator(steps: [timing(1, tokens, 0.5)], stages: []).job(recipe, kind: .draft)
        let whole = try #require(estimate[.lr]).seconds
        var remaining = RemainingTime(estimate: estimate, now: 0, earlier: EarlierSteps(6, of: 8, in: .lr))
        #expect(isClose(remaining.remaining(now: 0)?.seconds, whole / 4, within: 1e-9))
        remaining.update(.stageStarted(.lr, parts: 8), now: 0)
        #expect(isClose(remaining.remaining(now: 0)?.seconds, whole / 4, within: 1e-9))
        remaining.update(.stepFinished(Samples.step(7)), now: whole / 8)
        #expect((remaining.remaining(now: whole / 8)?.seconds ?? 9) < whole / 4)
    }

    @Test("A slow first step is taken for warm-up")
    func warmUp() {
        var remaining = RemainingTime(
            estimate: TimeEstimator(steps: [], stages: []).job(Samples.recipe(), kind: .draft), now: 0)
        remaining.update(.stageStarted(.lr, parts: 8), now: 0)
        for (number, seconds) in [(1, 4.0), (2, 0.5), (3, 0.5)] {
            remaining.update(.stepFinished(Samples.step(number, seconds: seconds)), now: 5)
        }
        #expect(isClose(remaining.remaining(now: 5)?.seconds, 2.5, within: 0.01))
    }

    @Test(
        "Durations read as people write them",
        arguments: [
            (0.04, "0.0s"), (0.71, "0.7s"), (8.1, "8.1s"), (9.96, "10s"), (59.6, "1m00s"), (98, "1m38s"), (605, "10m"),
            (7500, "2h05m"), (-1, "?"), (.infinity, "?"),
        ])
    func durations(seconds: Double, text: String) {
        #expect(DurationText.short(seconds) == text)
    }

    @Test(
        "A step's time has two decimals while it is short",
        arguments: [(0.714, "0.71s"), (17.64, "17.6s"), (98, "1m38s")])
    func stepTimes(seconds: Double, text: String) {
        #expect(DurationText.step(seconds) == text)
    }

    @Test(
        "Sizes read as people write them",
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1 << 20, "1.0 MiB"),
            (6_012_954_214, "5.6 GiB"), (200 << 20, "200 MiB"),
        ])
    func bytes(count: Int, text: String) {
        #expect(ByteText.short(count) == text)
    }
}
