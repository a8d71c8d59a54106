import Foundation
import Generation
import StudioCore

/// What the form's estimate takes with a well-filled history, for `bench`.
enum EstimateTiming {
    private static let jobCount = 200

    /// - Returns: seconds of each time.
    static func measure(_ recipe: Recipe, _ service: any GenerationService, count: Int) async throws -> [Double] {
        let root = FileManager.default.temporaryDirectory.appending(path: "turbo2k-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let history = try History(paths: StudioPaths(root: root, home: root))
        for _ in 0..<jobCount { try enter(recipe, in: history) }
        var samples: [Double] = []
        for index in 0..<count {
            var changed = recipe
            changed.hr.steps = 1 + index % 8
            let start = ContinuousClock.now
            let plan = try await service.plan(changed).multiplied(by: try history.memoryMargin().factor)
            let estimator = try history.estimator(for: changed, plan: plan)
            _ = (estimator.job(changed, kind: .draft).total, estimator.job(changed, kind: .commit).total)
            samples.append((ContinuousClock.now - start) / .seconds(1))
        }
        return samples
    }

    /// A draft that is done.
    private static func enter(_ recipe: Recipe, in history: History) throws {
        var document = RecipeDocument(recipe: recipe, kind: .draft)
        let id = try history.add(NewJob(kind: .draft, recipe: document))
        for number in 1...max(recipe.lr.steps, 1) {
            let step = StepRecord(
                pass: .lr, number: number, count: recipe.lr.steps, sigma: 1, seconds: 0.7, attention: 0.2, linear: 0.4,
                tokens: TimeEstimator.tokens(recipe.lr.size, frames: recipe.frames), calls: 1, x0Change: nil)
            try history.record(step, of: id)
        }
        for stage in [Stage.load, .text, .lr, .decode, .encode] {
            try history.record(StageRecord(stage: stage, part: 0, seconds: 1, work: 1, isWarm: false), of: id)
        }
        document.seconds = 8
        try history.finish(id, recipe: document, seconds: 8, memory: .init(plannedBytes: 1 << 30, bytes: 1 << 30))
    }
}
