import Foundation
import Generation
import Testing
import VideoIO

@Suite("Stand-in engine")
struct FakeGenerationServiceTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "turbo2k-fake-\(UUID().uuidString)")

    private func recipe(_ prompt: String = "a red fox at dusk", seed: UInt32 = 7) -> Recipe {
        Recipe(
            prompt: prompt, seed: seed, frames: 9, fps: 24,
            lr: PassSettings(size: VideoSize(width: 128, height: 64), steps: 4, guidance: 1),
            hr: PassSettings(size: VideoSize(width: 256, height: 128), steps: 2, guidance: 1))
    }

    private func service(_ change: (inout FakeOptions) -> Void = { _ in }) -> FakeGenerationService {
        var options = FakeOptions(stepMilliseconds: 2, decodeMilliseconds: 4)
        change(&options)
        return FakeGenerationService(options: options)
    }

    private func run(_ stream: AsyncThrowingStream<GenerationEvent, any Error>) async throws -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        for try await event in stream { events.append(event) }
        return events
    }

    @Test("A draft and its commit send every stage and write every file")
    func wholeFlow() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let draftFolder = folder.appending(path: "1")
        let events = try await run(service().draft(DraftRequest(recipe: recipe(), folder: draftFolder)))
        #expect(events.count { if case .stepFinished = $0 { true } else { false } } == 4)
        guard case .finished(let result) = try #require(events.last) else {
            Issue.record("no result")
            return
        }
        #expect(result.recipe == recipe())
        for name in ["recipe.json", "clip.mp4"] + DraftFolder.stillNames {
            #expect(FileManager.default.fileExists(atPath: draftFolder.appending(path: name).path), "\(name)")
        }
        let file = folder.appending(path: "out.mp4")
        let commit = try await run(
            service().commit(
                CommitRequest(
                    draftFolder: draftFolder, hr: recipe().hr, folder: folder.appending(path: "2"),
                    output: OutputRequest(file: file, comment: "{}"))))
        #expect(commit.count { if case .stepFinished = $0 { true } else { false } } == 2)
        let reader = try VideoReader(path: file.path)
        #expect(reader.width == 256 && reader.height == 128)
        #expect(reader.metadata.comment == "{}")
    }

    @Test("Words and seed alone decide the pixels")
    func deterministic() {
        let first = FakeClip(prompt: "a fox", seed: 1)
        let pixels = first.frame(width: 64, height: 32, time: 0.25).pixels
        #expect(FakeClip(prompt: "a fox", seed: 1).frame(width: 64, height: 32, time: 0.25).pixels == pixels)
        #expect(FakeClip(prompt: "a fox", seed: 2).frame(width: 64, height: 32, time: 0.25).pixels != pixels)
        #expect(FakeClip(prompt: "an owl", seed: 1).frame(width: 64, height: 32, time: 0.25).pixels != pixels)
        #expect(first.frame(width: 64, height: 32, time: 0.75).pixels != pixels)
        #expect(first.digest.count == 64 && first.digest != FakeClip(prompt: "a fox", seed: 2).digest)
    }

    @Test("A stopped job ends at once, and the next run goes on after the last finished step")
    func stopAndResume() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let request = DraftRequest(recipe: recipe(), folder: folder)
        let slow = service { $0.stepMilliseconds = 50 }
        let task = Task {
            var steps = 0
            for try await event in slow.draft(request) {
                if case .stateSaved = event { steps += 1 }
                if steps == 2 { break }
            }
            return steps
        }
        #expect(try await task.value == 2)
        let events = try await run(service().draft(request))
        let numbers = events.compactMap { if case .stepFinished(let step) = $0 { step.number } else { nil } }
        #expect(numbers == [3, 4] || numbers == [4], "\(numbers)")
    }

    @Test("Failures come when and as they were asked for")
    func failures() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let request = DraftRequest(recipe: recipe(), folder: folder)
        let failing = service { $0.failure = FakeOptions.Failure("lr:3") }
        await #expect(throws: GenerationError.self) { _ = try await run(failing.draft(request)) }
        let poor = service { $0.availableBytes = 1 << 20 }
        do {
            _ = try await run(poor.draft(request))
            Issue.record("started without memory")
        } catch let error as GenerationError {
            #expect(error.exitCode == 4)
        }
        let full = service { $0.diskBytes = 0 }
        do {
            _ = try await run(full.draft(request))
            Issue.record("wrote to a full disk")
        } catch let error as GenerationError {
            #expect(error.exitCode == 6)
        }
    }

    @Test("The failure option reads stage, part and kind")
    func failureOption() {
        #expect(FakeOptions.Failure("decode:2:memory") == FakeOptions.Failure(stage: .decode, part: 2, kind: .memory))
        #expect(FakeOptions.Failure("hr:3") == FakeOptions.Failure(stage: .hr, part: 3))
        for bad in ["", "hr", "hr:0", "hr:x", "nowhere:1", "hr:1:odd", "hr:1:memory:x"] {
            #expect(FakeOptions.Failure(bad) == nil, "\(bad)")
        }
    }
}
