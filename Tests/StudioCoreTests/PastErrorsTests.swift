import Foundation
import Generation
import StudioCore
import Testing

@Suite("The range of an estimate")
struct PastErrorsTests {
    /// Ten runs of a draft whose steps took a second each.
    private func estimator(_ guesses: [PastErrors.Guess], tokens: Int = 2304) -> TimeEstimator {
        let steps = (1...10).flatMap { run in
            (1...8).map { _ in TimeEstimator.StepTiming(run: run, tokens: tokens, calls: 1, seconds: 1) }
        }
        return TimeEstimator(steps: steps, stages: [], guesses: guesses)
    }

    private func guesses(_ count: Int, off part: Double, at percent: Int = 0) -> [PastErrors.Guess] {
        (0..<count).map { index in
            .init(
                kind: .draft, percent: percent, seconds: 10,
                real: index.isMultiple(of: 2) ? 10 + 10 * part : 10 - 10 * part)
        }
    }

    private var recipe: Recipe {
        var recipe = Samples.recipe()
        recipe.frames = 121
        recipe.lr.guidance = 1
        return recipe
    }

    /// The range above, as a share of the estimate.
    private func spread(_ estimate: TimeEstimate?) -> Double? {
        estimate.map { (($0.high - $0.seconds) / $0.seconds * 1000).rounded() / 1000 }
    }

    @Test("It is 1.3 times what earlier predictions were off, and 5 % at least")
    func past() {
        let own = estimator([]).job(recipe, kind: .draft).total
        #expect(spread(own) == 0.05)
        #expect(spread(estimator(guesses(10, off: 0.2)).job(recipe, kind: .draft).total) == 0.26)
        #expect(spread(estimator(guesses(10, off: 0.01)).job(recipe, kind: .draft).total) == 0.05)
        #expect(spread(estimator(guesses(4, off: 0.2)).job(recipe, kind: .draft).total) == 0.05)
        // A commit's errors are its own.
        let commits = guesses(10, off: 0.2).map { guess in
            var guess = guess
            guess.kind = .commit
            return guess
        }
        #expect(spread(estimator(commits).job(recipe, kind: .draft).total) == 0.05)
        // One job beside a busy machine.
        let odd = guesses(9, off: 0.1) + [.init(kind: .draft, percent: 0, seconds: 10, real: 100)]
        #expect(spread(estimator(odd).job(recipe, kind: .draft).total) == 0.13)
    }

    @Test("An estimate for another size keeps its own wide range")
    func otherSize() {
        let total = estimator(guesses(10, off: 0.01), tokens: 576).job(recipe, kind: .draft).total
        #expect((spread(total) ?? 0) > 0.15)
    }

    @Test("In a running job the errors of that point count, as shares of what was left")
    func running() {
        let known = guesses(10, off: 0.3) + guesses(10, off: 0.1, at: 50)
        var remaining = RemainingTime(estimate: estimator(known).job(recipe, kind: .draft), now: 0)
        remaining.update(.stageStarted(.lr, parts: 8), now: 0)
        #expect(spread(remaining.remaining(now: 0)) == 0.39)
        for number in 1...5 {
            let step = StepRecord(
                pass: .lr, number: number, count: 8, sigma: 0.5, seconds: 1, attention: 0, linear: 0, tokens: 2304,
                calls: 1, x0Change: nil)
            remaining.update(.stepFinished(step), now: Double(number))
        }
        // A second of ten at half of the job: a fifth of what was left.
        #expect(spread(remaining.remaining(now: 5)) == 0.26)
    }

    @Test("Guesses of a run that was stopped are forgotten; those of one that ended are learned from")
    func stored() async throws {
        let folder = try TestFolder()
        let history = try History(paths: folder.paths)
        let options = FakeOptions(stepMilliseconds: 30, decodeMilliseconds: 1)
        let runner = JobRunner(service: FakeGenerationService(options: options), history: history, paths: folder.paths)
        func run(_ job: JobHandle, stopsAt stop: Int? = nil) async throws {
            do {
                for try await event in job.events {
                    guard case .generation(.stateSaved(_, stop, _)) = event.content else { continue }
                    try await runner.change(.stop(job.id, .now))
                }
            } catch is CancellationError {}
        }
        // The first has nothing to guess by at its start.
        let first = try await runner.draft(Samples.recipe())
        try await run(first)
        let second = try await runner.draft(Samples.recipe())
        try await run(second, stopsAt: 2)
        #expect(try history.job(second.id).state == .stopped)
        try await run(try await runner.resume(second.id))
        try history.trash(first.id)
        try history.emptyTrash()
        let told = try history.accuracy()
        #expect(told.first { $0.percent == 0 }?.count == 1, "\(told)")
        #expect(Set(told.map(\.percent)).isSubset(of: [0, 25, 50, 75]))
    }
}
