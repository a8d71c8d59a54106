import Foundation
import Generation
import StudioCore
import Testing
import VideoIO

/// A worker's server in this process, with the engine that has no weights.
private final class Served: Sendable {
    let folder: TestFolder
    let runner: JobRunner
    let server: WorkerServer
    let task: Task<Bool, any Error>

    init(_ options: FakeOptions = FakeOptions(stepMilliseconds: 20, decodeMilliseconds: 4)) throws {
        folder = try TestFolder()
        let history = try History(paths: folder.paths, keepsQueue: true)
        runner = JobRunner(service: FakeGenerationService(options: options), history: history, paths: folder.paths)
        server = WorkerServer(runner, paths: folder.paths, engine: "fake")
        let server = server
        task = Task { try await server.run() }
    }

    /// A front end of its own; waits until the server listens.
    func client() async throws -> WorkerClient {
        let client = WorkerClient(
            history: try History(paths: folder.paths), paths: folder.paths, metadata: .short, launch: nil)
        for _ in 0..<1000 {
            do {
                let engine = try await client.open()
                #expect(engine == "fake")
                return client
            } catch StudioError.historyBusy {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        throw StudioError.historyBusy("The server does not come up.")
    }

    /// Lets it stop, and waits for that.
    func end() async throws {
        server.end()
        _ = try await task.value
    }

    static let recipe: Recipe = {
        let size = VideoSize(width: 64, height: 64)
        return Recipe(
            prompt: "a fox", seed: 7, frames: 9, lr: PassSettings(size: size, steps: 4, guidance: 1),
            hr: PassSettings(size: VideoSize(width: 128, height: 128), steps: 6, guidance: 1))
    }()
}

/// What a job's stream told.
private struct Told {
    var states: [JobState] = []
    var steps: [Int] = []
    var previews = 0
    var result: GenerationResult?

    init(_ job: JobHandle) async throws {
        for try await event in job.events {
            #expect(event.job == job.id)
            switch event.content {
            case .state(let state): states.append(state)
            case .generation(.stepFinished(let step)): steps.append(step.number)
            case .generation(.preview(let preview)):
                previews += 1
                for frame in preview.frames { #expect(frame.pixels.count == frame.width * frame.height * 3) }
            case .generation(.finished(let found)): result = found
            default: break
            }
        }
    }
}

@Suite("Worker", .timeLimit(.minutes(20)))
struct WorkerTests {
    @Test("A draft and its commit over the socket tell and leave what they do in one process")
    func draftAndCommit() async throws {
        // Previews are sent when nothing else is to be.
        let served = try Served(FakeOptions(stepMilliseconds: 100, decodeMilliseconds: 4))
        let client = try await served.client()
        let draft = try await client.draft(Served.recipe, preset: "mine")
        let told = try await Told(draft)
        #expect(told.states == [.waiting, .running, .done])
        #expect(told.steps == [1, 2, 3, 4])
        #expect(told.previews > 0)
        let result = try #require(told.result)
        #expect(result.recipe == Served.recipe && result.kind == .draft)
        #expect(try client.history.job(draft.id).state == .done)
        let file = served.folder.url.appending(path: "out.mp4")
        let commit = try await client.commit(draft: draft.id, seed: 9, output: JobOutput(file: file))
        let committed = try await Told(commit)
        #expect(committed.result?.file == file)
        #expect(committed.result?.recipe.seed == 9)
        #expect(FileManager.default.fileExists(atPath: file.path))
        #expect(try client.history.outputs(of: commit.id).map(\.path) == [file.path])
        await reaches(client, [])
        try await served.end()
    }

    /// News travel on their own: an answer may come before what it caused is seen.
    private func reaches(_ client: WorkerClient, _ waiting: [Int]) async {
        for await _ in client.board.news() where client.board.queue.jobs.map(\.id) == waiting { return }
    }

    @Test("Every front end sees every job; one that comes late sees its steps so far")
    func twoClients() async throws {
        let served = try Served(FakeOptions(stepMilliseconds: 60, decodeMilliseconds: 4))
        let (one, two) = (try await served.client(), try await served.client())
        let news = two.board.news()
        let draft = try await one.draft(Served.recipe, batch: JobBatch(id: 5, index: 1, count: 3, label: "red"))
        var seen: [String] = []
        var late: WorkerClient?
        for await one in news {
            if case .entered(let job, let order) = one {
                seen.append("entered")
                #expect(job.id == draft.id && order == [draft.id] && job.batch?.label == "red")
            }
            if case .job(let event) = one, case .generation(.stepFinished(let step)) = event.content {
                seen.append("step \(step.number)")
                if step.number == 2 { late = try await served.client() }
            }
            if case .ended(draft.id, .done) = one { break }
        }
        #expect(seen == ["entered", "step 1", "step 2", "step 3", "step 4"])
        let lateClient = try #require(late)
        let queue = lateClient.board.queue
        let seenLate = Array((queue.run?.steps.map(\.number) ?? [1, 2]).prefix(2))
        #expect(seenLate == [1, 2])
        try await served.end()
    }

    @Test("What is refused or fails comes back as the error it was")
    func failures() async throws {
        let served = try Served(
            FakeOptions(stepMilliseconds: 2, failure: .init(stage: .lr, part: 2, kind: .memory)))
        let client = try await served.client()
        var recipe = Served.recipe
        recipe.frames = 24
        await #expect(throws: GenerationError.self) { try await client.draft(recipe) }
        await #expect(throws: StudioError.self) { try await client.resume(77) }
        await #expect(throws: StudioError.self) { try await client.change(.stop(77, .now)) }
        let job = try await client.draft(Served.recipe)
        let failure = await #expect(throws: JobFailure.self) { _ = try await Told(job) }
        // Memory that runs out in the middle is not a refusal: what was done is kept.
        #expect(failure?.exitCode == 5)
        #expect(try client.history.job(job.id).state == .failed)
        try await served.end()
    }

    @Test(
        "A stop keeps the finished steps, now or after the step; the rest follows on resume",
        arguments: [
            StopWay.now, .afterStep,
        ])
    func stop(way: StopWay) async throws {
        let served = try Served(FakeOptions(stepMilliseconds: 300, decodeMilliseconds: 4))
        let client = try await served.client()
        // Whatever the machine does meanwhile, the stop comes before the last step.
        var recipe = Served.recipe
        recipe.lr.steps = 20
        let job = try await client.draft(recipe)
        await #expect(throws: CancellationError.self) {
            for try await event in job.events {
                if case .generation(.stateSaved(_, let step, _)) = event.content, step == 2 {
                    try await client.change(.stop(job.id, way))
                }
            }
        }
        #expect(try client.history.job(job.id).state == .stopped)
        let kept = try client.history.steps(of: job.id).count
        try #require((2..<20).contains(kept))
        let news = client.board.news()
        let told = try await Told(try await client.resume(job.id))
        #expect(told.steps == Array(kept + 1...20))
        for await one in news {
            guard case .progress(let progress) = one else { continue }
            #expect(progress.steps.map(\.number) == Array(1...kept))
            break
        }
        #expect(try client.history.job(job.id).recipe.lrStepSeconds.count == 20)
        try await served.end()
    }

    @Test("Behind a step that is to be the last no other is begun, however late its end is heard of")
    func stepEnd() async throws {
        let folder = try TestFolder()
        let service = FakeGenerationService(options: FakeOptions(stepMilliseconds: 1))
        var recipe = Served.recipe
        recipe.lr.steps = 3000
        let request = DraftRequest(recipe: recipe, folder: folder.url.appending(path: "job"))
        request.stepEnd.ask()
        var (steps, saved): ([Int], [Int]) = ([], [])
        await #expect(throws: CancellationError.self) {
            for try await event in service.draft(request) {
                // Nobody looks at what comes: the engine is far ahead by now, if it goes on.
                if steps.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
                if case .stepFinished(let step) = event { steps.append(step.number) }
                if case .stateSaved(_, let step, _) = event { saved.append(step) }
            }
        }
        #expect(steps == [1] && saved == [1])
    }

    @Test("A parked job makes room for the drafts that wait, and goes on after them from its last step")
    func park() async throws {
        let served = try Served(FakeOptions(stepMilliseconds: 700, decodeMilliseconds: 4))
        let client = try await served.client()
        let draft = try await client.draft(Served.recipe)
        _ = try await Told(draft)
        let file = served.folder.url.appending(path: "out.mp4")
        let news = client.board.news()
        let commit = try await client.commit(draft: draft.id, output: JobOutput(file: file))
        var order: [String] = []
        for await one in news {
            guard case .job(let event) = one else { continue }
            if event.job == commit.id, case .generation(.stepFinished(let step)) = event.content {
                order.append("step \(step.number)")
                if step.number == 2 {
                    _ = try await client.draft(Served.recipe)
                    try await client.change(.stop(commit.id, .park))
                }
            }
            if event.job != commit.id, event.job != draft.id, case .state(.done) = event.content {
                order.append("draft")
            }
            if event.job == commit.id, case .state(.done) = event.content { break }
        }
        #expect(order.filter { $0 != "draft" } == (1...6).map { "step \($0)" })
        let place = try #require(order.firstIndex(of: "draft"))
        #expect(place < 5)
        try await served.end()
    }

    @Test("What is refused for its state comes back as that, and is asked for again as it was said")
    func otherState() throws {
        let error = GenerationError.otherState("Another build kept step 2 of 8.", canGoOn: true)
        let sent = try JSONDecoder().decode(JobFailure.self, from: JSONEncoder().encode(JobFailure(error)))
        #expect(sent.original as? GenerationError == error && sent.suggestions == ["--anyway", "--anew"])
        let weights = GenerationError.otherState("The weights have changed.", canGoOn: false)
        #expect(JobFailure(weights).original as? GenerationError == weights)
        #expect(JobFailure(weights).suggestions == ["--anew"])
    }

    @Test("A front end joins the engine that takes the place of the one that has left")
    func nextEngine() async throws {
        let served = try Served()
        let client = try await served.client()
        try await served.end()
        let server = WorkerServer(served.runner, paths: served.folder.paths, engine: "other")
        let next = Task { try await server.run() }
        // Nobody asks for anything: it looks by itself.
        try await served.runner.change(.pause(true))
        let draft = try await served.runner.draft(Served.recipe)
        await reaches(client, [draft.id])
        let found = await client.joinedEngine()
        #expect(found == "other")
        draft.stop()
        await reaches(client, [])
        server.end()
        _ = try await next.value
    }

    @Test("A long clip is shown with fewer and smaller pictures, at its true speed")
    func longPreview() async throws {
        let served = try Served(FakeOptions(stepMilliseconds: 1, decodeMilliseconds: 1))
        let client = try await served.client()
        var recipe = Served.recipe
        recipe.frames = 97
        recipe.lr.size = VideoSize(width: 512, height: 512)
        recipe.hr.size = VideoSize(width: 1024, height: 1024)
        let job = try await client.draft(recipe)
        var shown: Preview?
        for try await event in job.events {
            if case .generation(.preview(let preview)) = event.content, preview.look == .decoded { shown = preview }
        }
        // One that would come after the job's end is not sent at all.
        if let shown {
            let bytes = shown.frames.reduce(0) { $0 + $1.pixels.count }
            #expect(bytes <= 24 << 20 && bytes > 20 << 20)
            #expect(shown.fps == 12 && shown.frames.count == 49)
        }
        try await served.end()
    }

    @Test("Waiting jobs are ordered, removed and held back from any front end; drafts go before commits")
    func queue() async throws {
        let served = try Served()
        let client = try await served.client()
        let made = try await client.draft(Served.recipe)
        _ = try await Told(made)
        try await client.change(.pause(true))
        let other = try await served.client()
        #expect(other.board.queue.isPaused)
        let file = served.folder.url.appending(path: "out.mp4")
        let commit = try await client.commit(draft: made.id, output: JobOutput(file: file))
        let (one, two) = (try await client.draft(Served.recipe), try await client.draft(Served.recipe))
        await reaches(client, [one.id, two.id, commit.id])
        try await other.change(.arrange([commit.id, two.id]))
        try await other.change(.remove(one.id))
        await #expect(throws: CancellationError.self) { _ = try await Told(one) }
        await reaches(other, [commit.id, two.id])
        #expect(try client.history.job(one.id).state == .removed)
        #expect(try client.history.openJobs().map(\.id) == [commit.id, two.id])
        try await other.change(.pause(false))
        _ = try await Told(commit)
        _ = try await Told(two)
        let (first, second) = (try client.history.job(commit.id), try client.history.job(two.id))
        let starts = (try #require(first.started), try #require(second.started))
        #expect(starts.0 <= starts.1)
        try await served.end()
    }

    @Test("What waits when the engine ends goes on waiting, and starts when somebody asks", arguments: [true, false])
    func held(startsAll: Bool) async throws {
        let folder = try TestFolder()
        let history = try History(paths: folder.paths, keepsQueue: true)
        func runner() throws -> JobRunner {
            let options = FakeOptions(stepMilliseconds: 2, decodeMilliseconds: 2)
            return JobRunner(
                service: FakeGenerationService(options: options), history: history, paths: folder.paths)
        }
        let first = try runner()
        try await first.change(.pause(true))
        let (one, two) = (try await first.draft(Served.recipe), try await first.draft(Served.recipe))
        #expect(try history.markAbandoned().isEmpty)
        // The second engine finds what the first has left.
        let second = try runner()
        try second.adoptHeld()
        #expect(second.board.queue.waiting == [one.id, two.id] && second.board.queue.isIdle)
        #expect(!second.board.queue.jobs.contains { !$0.isHeld })
        if startsAll {
            try await second.change(.pause(false))
            for await _ in second.board.news() where second.board.queue.jobs.isEmpty { break }
            let states = try [one.id, two.id].map { try history.job($0).state }
            #expect(states == [.done, .done])
        } else {
            _ = try await Told(try await second.resume(two.id))
            let states = try [one.id, two.id].map { try history.job($0).state }
            #expect(states == [.waiting, .done])
        }
    }

    @Test("One worker for a data folder; it ends by itself when nobody needs it or the folder is gone")
    func life() async throws {
        let served = try Served()
        let client = try await served.client()
        let other = WorkerServer(served.runner, paths: served.folder.paths, engine: "other")
        let isServing = try await other.run()
        #expect(!isServing)
        await client.close()
        _ = try await served.task.value
        let gone = try Served()
        let watcher = try await gone.client()
        try FileManager.default.removeItem(at: gone.folder.url)
        _ = try await gone.task.value
        await watcher.close()
    }

    @Test("The end of an engine is a sentence with what is safe")
    func ends() {
        var run = RunProgress(job: 1)
        #expect(EngineEnd(signal: 9, run: run).description == "The engine ended (signal 9). No step was finished yet.")
        run.savedStep = 4
        #expect(EngineEnd(signal: 11, run: run).description == "The engine ended (signal 11). State of step 4 is safe.")
        #expect(EngineEnd(run: run).description == "The engine ended. State of step 4 is safe.")
        (run.savedStep, run.stage, run.stageParts, run.block) = (2, .hr, 4, 11)
        run.steps = (1...2).map { Samples.step($0, pass: .hr) }
        #expect(
            EngineEnd(signal: 9, wasMemory: true, run: run).description
                == "The engine was ended by the system (signal 9, out of memory) in HR step 3 of 4, block 11. "
                + "Steps 1 and 2 are safe on disk.")
        #expect(EngineEnd(signal: 9, wasMemory: true).exitCode == 5)
    }

    @Test("A front end that reads nothing costs pictures and percentages, never a state")
    func slowReader() async throws {
        let served = try Served(FakeOptions(stepMilliseconds: 2, decodeMilliseconds: 2))
        let client = try await served.client()
        let file = try JSONDecoder().decode(
            [String: AnyCodable].self,
            from: Data(contentsOf: served.folder.paths.data.appending(path: "worker.lock")))
        let slow = try SocketConnection(path: try #require(file["socket"]?.text))
        slow.send(#"{"id":1,"do":"hello","version":1,"news":true,"previews":true}"#)
        var recipe = Served.recipe
        recipe.lr.size = VideoSize(width: 512, height: 512)
        recipe.hr.size = VideoSize(width: 1024, height: 1024)
        for _ in 0..<4 { _ = try await Told(try await client.draft(recipe)) }
        var ends = 0
        for await message in slow.messages where message.text.contains(#""event":"ended""#) {
            ends += 1
            if ends == 4 { break }
        }
        #expect(ends == 4)
        slow.close()
        try await served.end()
    }
}

/// A value of the worker's file of which only texts matter here.
private struct AnyCodable: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        text = try? decoder.singleValueContainer().decode(String.self)
    }
}
