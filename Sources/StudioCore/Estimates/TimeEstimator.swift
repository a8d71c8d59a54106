package import Generation

/// Predicts how long steps and stages take from how long earlier ones took on this machine.
///
/// A step with `N` tokens and `f` model calls takes `f * (a + b*N + c*N^2)`: launch, layers, attention.
package struct TimeEstimator: Sendable {
    /// A step that was measured.
    package struct StepTiming: Sendable, Hashable {
        /// Which job it belongs to; the newest has the largest number.
        package var run: Int
        package var tokens: Int
        package var calls: Int
        package var seconds: Double
        /// Its place in its pass, and what the pass was told to leave out.
        package var place: PassPlace?
        /// Whether it took most blocks from an earlier step.
        package var isReused: Bool

        package init(
            run: Int, tokens: Int, calls: Int, seconds: Double, place: PassPlace? = nil, isReused: Bool = false
        ) {
            self.run = run
            self.tokens = tokens
            self.calls = calls
            self.seconds = seconds
            self.place = place
            self.isReused = isReused
        }
    }

    /// Where a step stood.
    package struct PassPlace: Sendable, Hashable {
        package var pass: Pass
        /// 1-based.
        package var number: Int
        package var count: Int
        /// 0: off.
        package var stepCache: Float
        /// 1: all attention.
        package var coverage: Float

        package init(pass: Pass, number: Int, count: Int, stepCache: Float, coverage: Float) {
            self.pass = pass
            self.number = number
            self.count = count
            self.stepCache = stepCache
            self.coverage = coverage
        }
    }

    /// A stage that was measured.
    package struct StageTiming: Sendable, Hashable {
        package var run: Int
        package var stage: Stage
        /// What its time grows with: bytes, or pixels times frames.
        package var work: Double
        package var seconds: Double

        package init(run: Int, stage: Stage, work: Double, seconds: Double) {
            self.run = run
            self.stage = stage
            self.work = work
            self.seconds = seconds
        }
    }

    /// Those that computed every block: a reused one says nothing of the next.
    private let steps: [StepTiming]
    private let stages: [StageTiming]
    private let criticalTokens: Double
    let savings: StepSavings
    /// How far earlier predictions were off.
    let errors: [GenerationResult.Kind: PastErrors]
    /// Model evaluations of each step, where a plan told them.
    let stepCalls: [Pass: [Int]]
    /// `a`, `b`, `c`; nil with fewer than three different token counts.
    private let coefficients: [Double]?
    /// Half the weight after 20 runs.
    private let weights: [Int: Double]
    package var runCount: Int { Set(steps.map(\.run)).count }

    /// Takes steps of the same CPU, thread count, weights, precision and build; see ``criticalTokens(_:)`` for the last.
    package init(
        steps: [StepTiming], stages: [StageTiming], criticalTokens: Double = 17_000, stepCalls: [Pass: [Int]] = [:],
        guesses: [PastErrors.Guess] = []
    ) {
        errors = Dictionary(grouping: guesses, by: \.kind).mapValues { PastErrors($0) }
        let usable = steps.filter { $0.tokens > 0 && $0.calls > 0 && $0.seconds > 0 }
        self.steps = usable.filter { !$0.isReused }
        self.stepCalls = stepCalls
        savings = StepSavings(usable)
        self.stages = stages.filter { $0.seconds >= 0 }
        self.criticalTokens = max(criticalTokens, 1)
        coefficients = Set(self.steps.map(\.tokens)).count >= 3 ? Self.fit(self.steps) : nil
        weights = Self.weights(of: self.steps.map(\.run) + self.stages.map(\.run))
    }

    /// The token count at which attention costs as much as the layers, `parameters / (2 * layers * width)`,
    /// from a plan's operation counts at two sizes.
    package static func criticalTokens(_ plan: GenerationPlan) -> Double? {
        let (n0, n1) = (Double(plan.lrTokens), Double(plan.hrTokens))
        guard n0 > 0, n1 > 0, n0 != n1, plan.lrFlopsPerCall > 0, plan.hrFlopsPerCall > 0 else { return nil }
        // flops(N) / N = k * (1 + N / N1) at both sizes.
        let (r0, r1) = (plan.lrFlopsPerCall / n0, plan.hrFlopsPerCall / n1)
        let slope = r1 - r0
        let critical = (r0 * n1 - r1 * n0) / slope
        return slope != 0 && critical.isFinite && critical > 0 ? critical : nil
    }

    /// Seconds of one step that computes every block; nil where nothing is known.
    package func step(tokens: Int, calls: Int, coverage: Float = 1) -> TimeEstimate? {
        guard tokens > 0, calls > 0, !steps.isEmpty else { return nil }
        var same = steps.filter { $0.tokens == tokens }
        // Where as much attention was left out before, those steps alone count.
        let alike = same.filter { ($0.place?.coverage ?? 1) == coverage }
        if !alike.isEmpty { same = alike }
        if !same.isEmpty {
            let seconds = Self.weightedMedian(same.map { ($0.seconds / Double($0.calls), weights[$0.run, default: 0]) })
            return TimeEstimate(
                seconds: seconds * Double(calls), spread: spread(of: same), runs: Set(same.map(\.run)).count,
                basis: Self.sameSize)
        }
        if let coefficients {
            let n = Double(tokens)
            let seconds = Double(calls) * (coefficients[0] + coefficients[1] * n + coefficients[2] * n * n)
            return TimeEstimate(seconds: seconds, spread: 0.15, runs: runCount, basis: "model")
        }
        return carriedOver(tokens: tokens, calls: calls)
    }

    /// `t(N) = t(N0) * N*(1 + N/N1) / (N0*(1 + N0/N1))`, from the nearest size measured.
    private func carriedOver(tokens: Int, calls: Int) -> TimeEstimate? {
        let n = Double(tokens)
        func distance(_ timing: StepTiming) -> Double { abs(Double(timing.tokens) / n - 1) }
        guard let nearest = steps.min(by: { distance($0) < distance($1) }) else { return nil }
        let same = steps.filter { $0.tokens == nearest.tokens }
        let known = Self.weightedMedian(same.map { ($0.seconds / Double($0.calls), weights[$0.run, default: 0]) })
        let n0 = Double(nearest.tokens)
        let ratio = n * (1 + n / criticalTokens) / (n0 * (1 + n0 / criticalTokens))
        // Further away means less sure: half the estimate at a hundredfold.
        let spread = min(0.5, 0.15 + 0.175 * abs(Self.logarithm10(ratio)))
        return TimeEstimate(
            seconds: known * ratio * Double(calls), spread: spread, runs: min(Set(same.map(\.run)).count, 2),
            basis: "carried over from \(nearest.tokens) tokens")
    }

    /// Seconds of a stage: `d0 + d1 * work`, or the last time where nothing grows; nil where nothing is known.
    package func stage(_ stage: Stage, work: Double) -> TimeEstimate? {
        let known = stages.filter { $0.stage == stage }
        guard let latest = known.max(by: { $0.run < $1.run }) else { return nil }
        let runs = Set(known.map(\.run)).count
        guard work > 0, Set(known.map(\.work)).count >= 2 else {
            let scale = work > 0 && latest.work > 0 ? work / latest.work : 1
            return TimeEstimate(
                seconds: latest.seconds * scale, spread: scale == 1 ? 0.1 : 0.3, runs: runs, basis: "last run")
        }
        let solution = NonNegativeLeastSquares.solve(
            rows: known.map { [1, $0.work] }, targets: known.map(\.seconds),
            weights: known.map { weights[$0.run, default: 0] })
        return TimeEstimate(seconds: solution[0] + solution[1] * work, spread: 0.15, runs: runs, basis: "model")
    }

    /// The basis of an estimate from runs with as many tokens.
    static let sameSize = "same size"

    private static func weights(of runs: [Int]) -> [Int: Double] {
        let ages = Set(runs).sorted(by: >).enumerated().map { ($0.element, halved(times: Double($0.offset) / 20)) }
        return Dictionary(uniqueKeysWithValues: ages)
    }

    private static func fit(_ steps: [StepTiming]) -> [Double] {
        let weights = weights(of: steps.map(\.run))
        return NonNegativeLeastSquares.solve(
            rows: steps.map { timing in
                let n = Double(timing.tokens)
                return [1, n, n * n].map { $0 * Double(timing.calls) }
            },
            targets: steps.map(\.seconds),
            // Relative errors count, or the largest size alone would decide.
            weights: steps.map { weights[$0.run, default: 0] / ($0.seconds * $0.seconds) })
    }

    /// Half the distance between the tenth and the ninetieth percentile, relative to the median, times 1.3.
    private func spread(of timings: [StepTiming]) -> Double {
        let sorted = timings.map { $0.seconds / Double($0.calls) }.sorted()
        let median = sorted[sorted.count / 2]
        guard sorted.count >= 3, median > 0 else { return 0.15 }
        let low = sorted[sorted.count / 10]
        let high = sorted[sorted.count * 9 / 10]
        return 1.3 * (high - low) / (2 * median)
    }

    /// The value at half of the total weight.
    static func weightedMedian(_ values: [(value: Double, weight: Double)]) -> Double {
        let sorted = values.sorted { $0.value < $1.value }
        let half = sorted.reduce(0) { $0 + $1.weight } / 2
        var sum = 0.0
        for entry in sorted {
            sum += entry.weight
            if sum >= half { return entry.value }
        }
        return sorted.last?.value ?? 0
    }
}
