import Foundation
import Generation
import StudioCore
import Testing

@Suite("What plans of memory are multiplied with")
struct MemoryMarginTests {
    private func peaks(_ ratios: [Double], planned: Int = 1000) -> [MemoryMargin.Peak] {
        ratios.map { .init(plannedBytes: planned, bytes: Int($0 * Double(planned))) }
    }

    @Test("It begins at 1.10, and stays there until three jobs have told")
    func initial() {
        #expect(MemoryMargin().factor == 1.1 && MemoryMargin().text == "1.10")
        let few = MemoryMargin(peaks([1.4, 1.4]))
        #expect(few.factor == 1.1 && few.jobCount == 0)
        #expect(MemoryMargin(peaks([1.4, 1.4, 1.4])).factor == 1.4)
    }

    @Test("Most jobs must fit, the odd one out does not decide, and it stays within bounds")
    func learned() {
        #expect(MemoryMargin(peaks(Array(repeating: 1.02, count: 18) + [3, 3])).factor == 1.02)
        #expect(MemoryMargin(peaks([1.2, 1.05, 1.1, 1.15])).factor == 1.2)
        #expect(MemoryMargin(peaks([0.5, 0.6, 0.7])).factor == 1)
        #expect(MemoryMargin(peaks([4, 5, 6])).factor == 1.5)
    }

    @Test("A large job weighs more than many small ones")
    func weights() {
        let small = peaks(Array(repeating: 1.4, count: 10), planned: 100)
        #expect(MemoryMargin(small + peaks([1.05], planned: 100_000)).factor == 1.05)
    }

    @Test("A plan has it as a term of each stage")
    func plan() {
        let plan = GenerationPlan(
            stages: [
                .init(stage: .lr, terms: [.init(name: "a", bytes: 600), .init(name: "b", bytes: 400)]),
                .init(stage: .hr, terms: [.init(name: "a", bytes: 2000)]),
            ], lrTokens: 1, hrTokens: 1, lrFlopsPerCall: 1, hrFlopsPerCall: 1, availableBytes: 1)
        let larger = plan.multiplied(by: 1.25)
        #expect(larger.peakBytes == 2500 && larger.peakBytes(of: .draft) == 1250)
        #expect(larger.stages.map { $0.terms.last?.name } == ["margin", "margin"])
        #expect(plan.multiplied(by: 1).stages.map(\.terms.count) == [2, 1])
    }

    @Test("It is learned from the newest jobs of this machine, and jobs are refused by it")
    func jobs() async throws {
        let folder = try TestFolder()
        let history = try History(paths: folder.paths)
        let document = RecipeDocument(recipe: Samples.recipe(), kind: .draft)
        func finish(_ ratio: Double, machine: String = Machine.current.name) throws {
            let id = try history.add(NewJob(kind: .draft, recipe: document, machine: machine))
            try history.finish(
                id, recipe: document, seconds: 1,
                memory: .init(plannedBytes: 1 << 20, bytes: Int(ratio * Double(1 << 20))))
        }
        for _ in 0..<3 { try finish(1.5, machine: "another") }
        #expect(try history.memoryMargin().jobCount == 0)
        for _ in 0..<3 { try finish(1.5) }
        #expect(try history.memoryMargin() == MemoryMargin(peaks([1.5, 1.5, 1.5])))
        // A job that does not say what it took is no witness.
        try history.finish(try history.add(NewJob(kind: .draft, recipe: document)), recipe: document, seconds: 1)
        #expect(try history.memoryMargin().jobCount == 3)
        let plan = try await FakeGenerationService().plan(Samples.recipe())
        let free = plan.peakBytes(of: .draft) * 14 / 10
        #expect(await refusal(free, history, folder) == 4)
        // Twenty newer ones have taken what was planned.
        for _ in 0..<20 { try finish(1) }
        #expect(try history.memoryMargin().factor == 1)
        #expect(await refusal(free, history, folder) == nil)
    }

    private func refusal(_ free: Int, _ history: History, _ folder: TestFolder) async -> Int32? {
        let service = FakeGenerationService(
            options: FakeOptions(stepMilliseconds: 1, decodeMilliseconds: 1, availableBytes: free))
        let runner = JobRunner(service: service, history: history, paths: folder.paths)
        do {
            for try await _ in try await runner.draft(Samples.recipe()).events {}
            return nil
        } catch {
            return JobFailure(error).exitCode
        }
    }
}
