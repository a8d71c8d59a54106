import Foundation
import Generation
import Kernels
import StudioCore
import Synchronization
import Testing

/// An engine that plays a script: steps of a few milliseconds, then the end it is told.
private struct ScriptedService: GenerationService {
    enum End: Sendable {
        case done
        case failure(GenerationError)
    }

    var end = End.done
    var stepMilliseconds = 2
    let releases = Releases()

    /// Counts how often memory was given back.
    final class Releases: Sendable {
        private let counter = Mutex(0)
        var count: Int { counter.withLock { $0 } }
        func add() { counter.withLock { $0 += 1 } }
    }

    func draft(_ request: DraftRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        play(.draft, request.recipe, pass: .lr, settings: request.recipe.lr, file: request.output)
    }

    func commit(_ request: CommitRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        play(.commit, Samples.recipe(), pass: .hr, settings: request.hr, file: request.output)
    }

    func partial(_ request: PartialRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let steps = StepsDone(done: 3, of: 8)
            let origin = ClipOrigin(recipe: request.recipe, weightsSHA256: "ab", partial: steps)
            continuation.yield(.stageStarted(.decode, parts: 1))
            continuation.yield(.stageFinished(.decode, seconds: 5))
            continuation.yield(
                .outputWritten(request.output.file, bytes: request.output.comment?(origin)?.utf8.count ?? 0))
            continuation.yield(
                .finished(
                    GenerationResult(
                        kind: request.kind, recipe: request.recipe, weightsSHA256: "ab", latentSHA256: "ef", steps: [],
                        stageSeconds: [:], seconds: 0.1, file: request.output.file, partial: steps, peakBytes: 1)))
            continuation.finish()
        }
    }

    func releaseMemory() async { releases.add() }

    func plan(_ recipe: Recipe) async throws -> GenerationPlan {
        throw GenerationError.badModel("no plan")
    }

    func tokenCount(of prompt: String, model: String) async throws -> PromptLength { PromptLength(used: 1, limit: 128) }

    func features(ofDraftIn folder: URL) async throws -> [FeaturePicture] { [] }

    func look(_ look: SharperLook) async {}

    private func play(
        _ kind: GenerationResult.Kind, _ recipe: Recipe, pass: Pass, settings: PassSettings, file: OutputRequest?
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    var steps: [StepRecord] = []
                    continuation.yield(.stageStarted(pass == .lr ? .lr : .hr, parts: settings.steps))
                    for number in 1...settings.steps {
                        try await Task.sleep(for: .milliseconds(stepMilliseconds))
                        let step = Samples.step(number, pass: pass)
                        steps.append(step)
                        continuation.yield(.stepFinished(step))
                    }
                    if case .failure(let error) = end { throw error }
                    continuation.yield(.stageFinished(pass == .lr ? .lr : .hr, seconds: 0.1))
                    var run = recipe
                    run.precision = .fp32
                    if let file {
                        let comment = file.comment?(ClipOrigin(recipe: run, weightsSHA256: "ab"))
                        continuation.yield(.outputWritten(file.file, bytes: comment?.utf8.count ?? 0))
                    }
                    continuation.yield(
                        .finished(
                            GenerationResult(
                                kind: kind, recipe: run, weightsSHA256: "ab", latentSHA256: "cd", steps: steps,
                                stageSeconds: [:], seconds: 0.2, file: file?.file, peakBytes: 1)))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}

@Suite("Running jobs")
struct JobRunnerTests {
    private func runner(_ service: ScriptedService = ScriptedService()) throws -> (JobRunner, TestFolder) {
        let folder = try TestFolder()
        let history = try History(paths: folder.paths)
        return (JobRunner(service: service, history: history, paths: folder.paths), folder)
    }

    private func states(_ job: JobHandle) async throws -> [JobState] {
        var states: [JobState] = []
        for try await event in job.events {
            #expect(event.job == job.id)
            if case .state(let state) = event.content { states.append(state) }
        }
        return states
    }

    @Test("A draft runs, is recorded, and can be committed")
    func draftAndCommit() async throws {
        let (runner, folder) = try runner()
        let draft = try await runner.draft(Samples.recipe(), preset: "mine")
        #expect(try await states(draft) == [.waiting, .running, .done])
        let job = try runner.history.job(draft.id)
        #expect(job.state == .done && job.weightsHash == "ab" && job.seconds == 0.2)
        #expect(job.recipe.preset == "mine" && job.recipe.draftLatentSHA256 == "cd")
        #expect(job.recipe.recipe.precision == .fp32)
        #expect(job.recipe.lrStepSeconds.count == 8)
        #expect(try runner.history.steps(of: draft.id).count == 8)

        let file = folder.url.appending(path: "out.mp4")
        let commit = try await runner.commit(draft: draft.id, output: JobOutput(file: file))
        #expect(try await states(commit) == [.waiting, .running, .done])
        let record = try runner.history.job(commit.id)
        #expect(record.parent == draft.id && record.recipe.kind == .commit)
        #expect(record.recipe.hrStepSeconds.count == 4)
        #expect(try runner.history.outputs(of: commit.id).map(\.path) == [file.path])
        #expect(try runner.history.job(draft.id).hasCommit)
    }

    @Test("A stop is recorded before the stream ends, and the job can go on")
    func stop() async throws {
        let (runner, _) = try runner(ScriptedService(stepMilliseconds: 50))
        let job = try await runner.draft(Samples.recipe())
        await #expect(throws: CancellationError.self) {
            for try await event in job.events {
                if case .generation(.stepFinished(let step)) = event.content, step.number == 2 { job.stop() }
            }
        }
        #expect(try runner.history.job(job.id).state == .stopped)
        let again = try await runner.resume(job.id)
        #expect(again.id == job.id)
        #expect(try await states(again).last == .done)
        #expect(try runner.history.job(job.id).state == .done)
    }

    @Test("What a failed job has is written, and the job stays as it was")
    func partial() async throws {
        let (runner, folder) = try runner(ScriptedService(end: .failure(.cannotWrite("no room"))))
        let job = try await runner.draft(Samples.recipe())
        await #expect(throws: GenerationError.self) { for try await _ in job.events {} }
        let before = try runner.history.job(job.id)
        let file = folder.url.appending(path: "a-partial.mp4")
        let written = try await runner.partial(job.id, output: JobOutput(file: file))
        #expect(written.id == job.id)
        var result: GenerationResult?
        for try await event in written.events {
            if case .generation(.finished(let finished)) = event.content { result = finished }
        }
        #expect(result?.partial == StepsDone(done: 3, of: 8))
        #expect(try runner.history.job(job.id) == before && before.state == .failed)
        #expect(try runner.history.stages(of: job.id).allSatisfy { $0.stage != .decode })
        let output = try #require(try runner.history.outputs(of: job.id).first)
        #expect(output.kind == "partial" && output.path == file.path && output.bytes > 0)
        #expect(try runner.history.plannedOutput(of: job.id) == nil)
        #expect(runner.board.queue.jobs.isEmpty)
    }

    @Test("A job whose kept state is of another build stays as it was until somebody says what happens")
    func otherState() async throws {
        let folder = try TestFolder()
        let history = try History(paths: folder.paths)
        func runner(_ build: String) -> JobRunner {
            let options = FakeOptions(stepMilliseconds: 100, decodeMilliseconds: 4, build: build)
            return JobRunner(service: FakeGenerationService(options: options), history: history, paths: folder.paths)
        }
        let first = runner("one")
        let job = try await first.draft(Samples.recipe())
        await #expect(throws: CancellationError.self) {
            for try await event in job.events {
                if case .generation(.stateSaved(_, step: 2, _)) = event.content { job.stop() }
            }
        }
        let other = runner("two")
        func steps(_ state: StateUse) async throws -> [Int] {
            var steps: [Int] = []
            for try await event in try await other.resume(job.id, using: state).events {
                if case .generation(.stepFinished(let step)) = event.content { steps.append(step.number) }
                if case .generation(.stateSaved(_, step: 4, _)) = event.content, state == .any { throw Enough() }
            }
            return steps
        }
        let refusal = await #expect(throws: GenerationError.self) { _ = try await steps(.own) }
        guard case .otherState(_, canGoOn: true) = refusal else { throw Enough() }
        let record = try history.job(job.id)
        #expect(record.state == .stopped && record.error == nil)
        #expect(try history.steps(of: job.id).count >= 2)
        await #expect(throws: Enough.self) { _ = try await steps(.any) }
        try await other.change(.stop(job.id, .now))
        for await _ in other.board.news() where other.board.queue.jobs.isEmpty { break }
        #expect(try await steps(.none) == Array(1...8))
        #expect(try history.job(job.id).state == .done)
    }

    private struct Enough: Error {}

    @Test("Nothing is written of jobs that are done, or without a file")
    func partialRefused() async throws {
        let (runner, folder) = try runner()
        let job = try await runner.draft(Samples.recipe())
        _ = try await states(job)
        await #expect(throws: StudioError.self) {
            _ = try await runner.partial(job.id, output: JobOutput(file: folder.url.appending(path: "a.mp4")))
        }
        await #expect(throws: StudioError.self) {
            _ = try await runner.submit(.partial(job.id), output: nil, wantsPreviews: false)
        }
    }

    @Test("A stopped job gives its memory back at once, a finished one keeps it for the next")
    func memory() async throws {
        let service = ScriptedService(stepMilliseconds: 50)
        let (runner, _) = try runner(service)
        let finished = try await runner.draft(Samples.recipe())
        _ = try await states(finished)
        #expect(service.releases.count == 0)
        let stopped = try await runner.draft(Samples.recipe())
        await #expect(throws: CancellationError.self) {
            for try await event in stopped.events {
                if case .generation(.stepFinished) = event.content { stopped.stop() }
            }
        }
        for _ in 0..<1000 where service.releases.count == 0 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(service.releases.count == 1)
        try await runner.change(.pause(true))
        for _ in 0..<1000 where service.releases.count == 1 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(service.releases.count == 2)
    }

    @Test("A failure keeps its sentence, cleaned, and its error")
    func failure() async throws {
        let error = GenerationError.badModel("weights\u{1B}[2J damaged")
        let (runner, _) = try runner(ScriptedService(end: .failure(error)))
        let job = try await runner.draft(Samples.recipe())
        await #expect(throws: error) { for try await _ in job.events {} }
        let record = try runner.history.job(job.id)
        #expect(record.state == .failed)
        #expect(record.error == "weights[2J damaged")
        #expect(record.exitCode == 3)
    }

    @Test("Jobs run one after another in the order they were entered; a waiting one can be stopped")
    func order() async throws {
        let (runner, _) = try runner(ScriptedService(stepMilliseconds: 10))
        let first = try await runner.draft(Samples.recipe("one"))
        try await Task.sleep(for: .milliseconds(30))
        let second = try await runner.draft(Samples.recipe("two"))
        let third = try await runner.draft(Samples.recipe("three"))
        try await Task.sleep(for: .milliseconds(20))
        #expect(try runner.history.job(second.id).state == .waiting)
        second.stop()
        await #expect(throws: CancellationError.self) { for try await _ in second.events {} }
        #expect(try await states(first).last == .done)
        #expect(try await states(third).last == .done)
        let (one, two, three) = try (
            runner.history.job(first.id), runner.history.job(second.id), runner.history.job(third.id)
        )
        #expect(two.state == .stopped && two.started == nil)
        #expect(try #require(one.ended) <= #require(three.ended))
    }

    @Test("What cannot start is refused before it has a number")
    func refused() async throws {
        let (runner, folder) = try runner()
        var recipe = Samples.recipe()
        recipe.frames = 24
        await #expect(throws: GenerationError.self) { _ = try await runner.draft(recipe) }
        await #expect(throws: StudioError.noSuchJob(5)) {
            _ = try await runner.commit(draft: 5, output: JobOutput(file: folder.url.appending(path: "a.mp4")))
        }
        let draft = try await runner.draft(Samples.recipe())
        _ = try await states(draft)
        func code(_ name: String) async -> Int32? {
            do {
                _ = try await runner.commit(draft: draft.id, output: JobOutput(file: folder.url.appending(path: name)))
                return nil
            } catch {
                return (error as? GenerationError)?.exitCode
            }
        }
        #expect(await code("a.xyz") == 7)
        #expect(await code("no/such/folder/a.mp4") == 6)
        #expect(try runner.history.jobs().count == 1)
    }

    @Test("The recipe in the file has the prompt, or not, as the setting says")
    func metadata() async throws {
        let folder = try TestFolder()
        let history = try History(paths: folder.paths)
        let file = folder.url.appending(path: "a.mp4")
        var bytes: [Settings.Metadata: Int] = [:]
        for choice in Settings.Metadata.allCases {
            let runner = JobRunner(service: ScriptedService(), history: history, paths: folder.paths, metadata: choice)
            let job = try await runner.draft(Samples.recipe("secret words"), output: JobOutput(file: file))
            _ = try await states(job)
            bytes[choice] = try history.outputs(of: job.id).first?.bytes
        }
        let (full, short, none) = try (
            #require(bytes[.full]), #require(bytes[.short]), #require(bytes[Settings.Metadata.none])
        )
        #expect(none == 0 && short > 100 && full == short + "secret words".utf8.count)
    }

    @Test("Earlier runs make an estimate for the next")
    func estimates() async throws {
        let (runner, _) = try runner()
        func firstEstimate() async throws -> TimeEstimate? {
            let job = try await runner.draft(Samples.recipe())
            var first: TimeEstimate?
            for try await event in job.events {
                if case .remaining(let estimate) = event.content, first == nil { first = estimate }
            }
            return first
        }
        _ = try await firstEstimate()
        let second = try #require(try await firstEstimate())
        #expect(abs(second.seconds - 4) < 0.5)
        #expect(second.runs == 1)
        let accuracy = try runner.history.accuracy()
        #expect(accuracy.first?.percent == 0 && accuracy.first?.count == 2)
        // The script says that its steps took half a second each, and that the whole job took 0.2 s.
        #expect(try #require(accuracy.first).medianError > 10)
    }
}
