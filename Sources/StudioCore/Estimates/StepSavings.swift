import Generation

/// How much step caching saved in earlier runs: the share of a whole step's time that each step took.
struct StepSavings: Sendable {
    private struct Share: Sendable {
        var place: TimeEstimator.PassPlace
        var value: Double
    }

    private let shares: [Share]

    /// Takes all steps; those of runs without step caching say nothing.
    init(_ steps: [TimeEstimator.StepTiming]) {
        let cached = steps.filter { ($0.place?.stepCache ?? 0) > 0 }
        let passes = Dictionary(grouping: cached) { "\($0.run) \($0.place?.pass.rawValue ?? "")" }
        shares = passes.values.flatMap { steps -> [Share] in
            let whole = steps.filter { !$0.isReused }.map { ($0.seconds / Double($0.calls), 1.0) }
            let unit = TimeEstimator.weightedMedian(whole)
            guard unit > 0 else { return [] }
            return steps.compactMap { step in
                step.place.map {
                    Share(place: $0, value: step.isReused ? step.seconds / Double(step.calls) / unit : 1)
                }
            }
        }
    }

    /// The share that each step of a pass is expected to take: as in runs with as many steps and the same threshold, else
    /// the mean of runs with any. Nothing is saved where nothing is known.
    func shares(_ pass: Pass, _ settings: PassSettings, count: Int) -> [Double] {
        guard let threshold = settings.stepCache, threshold > 0, !shares.isEmpty else {
            return Array(repeating: 1, count: count)
        }
        let same = shares.filter { $0.place.stepCache == threshold }
        let known = same.isEmpty ? shares : same
        let mean = Self.mean(known.map(\.value))
        let alike = known.filter { $0.place.pass == pass && $0.place.count == count }
        return (1...max(count, 1)).prefix(count).map { number in
            let here = alike.filter { $0.place.number == number }.map(\.value)
            return here.isEmpty ? (alike.isEmpty ? mean : 1) : Self.mean(here)
        }
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
}
