package import Generation

/// How far earlier predictions of one kind of job were off, at each point of the job at which they were made.
package struct PastErrors: Sendable, Hashable {
    /// A prediction of a whole job, and what came true.
    package struct Guess: Sendable, Hashable {
        package var kind: GenerationResult.Kind
        /// Of the job, when it was made: 0, 25, 50 or 75.
        package var percent: Int
        package var seconds: Double
        package var real: Double

        package init(kind: GenerationResult.Kind, percent: Int, seconds: Double, real: Double) {
            self.kind = kind
            self.percent = percent
            self.seconds = seconds
            self.real = real
        }
    }

    /// Fewer say nothing of the next one.
    private static let fewest = 5
    /// Of the expected error.
    private static let factor = 1.3

    /// By percent: the error that two thirds of the predictions stayed below, as a share of what was left.
    private let spreads: [Int: Double]

    init(_ guesses: [Guess] = []) {
        let usable = guesses.filter { (0..<100).contains($0.percent) && $0.seconds > 0 && $0.real > 0 }
        spreads = Dictionary(grouping: usable, by: \.percent).compactMapValues { guesses in
            guard guesses.count >= Self.fewest else { return nil }
            let errors = guesses.map { abs($0.real - $0.seconds) / ($0.seconds * Double(100 - $0.percent) / 100) }
            // One standard deviation, were they normal; one job beside a busy machine does not move it.
            return errors.sorted()[errors.count * 2 / 3]
        }
    }

    /// The range of an estimate of what is left when `fraction` of a job is done: plus and minus 5 %, or 1.3 times the
    /// expected error. `keepsWider`: where the estimate knows itself to be less sure than earlier ones, its own stays.
    /// Where too few predictions have come true, nothing is changed.
    func ranged(_ estimate: TimeEstimate, at fraction: Double, keepsWider: Bool) -> TimeEstimate {
        let point = spreads.keys.filter { Double($0) <= fraction * 100 }.max()
        guard let spread = point.flatMap({ spreads[$0] }), estimate.seconds > 0 else { return estimate }
        let own = keepsWider ? (estimate.high - estimate.seconds) / estimate.seconds : 0
        return TimeEstimate(
            seconds: estimate.seconds, spread: max(Self.factor * spread, own), runs: estimate.runs,
            basis: estimate.basis)
    }
}
