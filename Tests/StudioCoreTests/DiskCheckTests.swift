import Foundation
import Generation
import StudioCore
import Testing

/// An engine that must not be asked.
private struct IdleService: GenerationService {
    func draft(_ request: DraftRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { $0.finish(throwing: CancellationError()) }
    }

    func commit(_ request: CommitRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { $0.finish(throwing: CancellationError()) }
    }

    func partial(_ request: PartialRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { $0.finish(throwing: CancellationError()) }
    }

    func releaseMemory() async {}

    func plan(_ recipe: Recipe) async throws -> GenerationPlan { throw GenerationError.badModel("no plan") }

    func tokenCount(of prompt: String, model: String) async throws -> PromptLength { PromptLength(used: 1, limit: 128) }

    func features(ofDraftIn folder: URL) async throws -> [FeaturePicture] { [] }

    func look(_ look: SharperLook) async {}
}

@Suite("Room on the disk")
struct DiskCheckTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// Whether a draft is entered where the jobs' disk and the output's disk have so much free.
    private func accepts(
        jobs: Int?, output: Int? = nil, isOneDisk: Bool = true, file: String? = nil
    ) async throws -> Bool {
        let home = folder.paths.jobs
        let history = try History(paths: folder.paths)
        let runner = JobRunner(service: IdleService(), history: history, paths: folder.paths) { asked in
            let isJobs = asked.path(percentEncoded: false) == home.path(percentEncoded: false)
            let free = isJobs ? jobs : output ?? jobs
            return free.map { DiskSpace(volume: isJobs || isOneDisk ? 1 : 2, freeBytes: $0) }
        }
        let before = try history.jobs().count
        let target = file.map { JobOutput(file: folder.url.appending(path: $0)) }
        do {
            _ = try await runner.draft(Samples.recipe(), output: target)
            return true
        } catch let error as GenerationError {
            #expect(error.exitCode == 6 && error.description.hasPrefix("Not started: the disk of "), "\(error)")
            #expect(try history.jobs().count == before)
            return false
        }
    }

    @Test("A job needs its clips, two states and 200 MB")
    func need() async throws {
        let recipe = Samples.recipe()
        let pixels = recipe.lr.size.width * recipe.lr.size.height
        let states = 2 * (pixels / 1024) * ((recipe.frames - 1) / 8 + 1) * 128 * 6
        let clip = Int(Double(pixels * recipe.frames) * 0.14)
        let least = 200_000_000 + states + clip
        #expect(try await accepts(jobs: least))
        #expect(try await !accepts(jobs: least - 1))
        #expect(try await !accepts(jobs: least, file: "a.mp4"))
        #expect(try await accepts(jobs: least + clip, file: "a.mp4"))
    }

    @Test("Two disks are looked at one by one")
    func twoDisks() async throws {
        #expect(try await accepts(jobs: 300_000_000, output: 300_000_000, isOneDisk: false, file: "a.mp4"))
        #expect(try await !accepts(jobs: 300_000_000, output: 200_000_000, isOneDisk: false, file: "a.mp4"))
        #expect(try await !accepts(jobs: 200_000_000, output: 300_000_000, isOneDisk: false, file: "a.mp4"))
    }

    @Test("A system that does not say is trusted")
    func unknown() async throws {
        #expect(try await accepts(jobs: nil, file: "a.mp4"))
    }

    @Test("The space of a folder that is still to be made is that of the one above")
    func missingFolder() throws {
        let here = try #require(DiskSpace.of(folder.url))
        let below = try #require(DiskSpace.of(folder.url.appending(path: "not/yet")))
        #expect(here.volume == below.volume && below.freeBytes > 0)
    }
}
