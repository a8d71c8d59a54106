import Foundation
import Generation
import Glibc
import Testing

extension GenerationTests {
    @Suite("Bad input") struct BadInputTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        /// A recipe that is not usable, and what its refusal names.
        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            let expected: String
            let change: @Sendable (inout Recipe) -> Void
            var testDescription: String { name }

            init(_ name: String, _ expected: String, _ change: @escaping @Sendable (inout Recipe) -> Void) {
                self.name = name
                self.expected = expected
                self.change = change
            }
        }

        private static let missingPrompt = "prompt is empty"

        static let cases: [Case] = [
            Case("empty prompt", missingPrompt) { $0.prompt = "" },
            Case("blank prompt", missingPrompt) { $0.prompt = " \n\t" },
            Case("endless prompt", "shorten it") { $0.prompt = String(repeating: "a", count: 100_001) },
            Case("no frames", "take 1 or 9") { $0.frames = 0 },
            Case("negative frames", "take 1 or 9") { $0.frames = .min },
            Case("frames between", "take 9 or 17") { $0.frames = 12 },
            Case("too many frames", "take 4097 or 4089") { $0.frames = .max },
            Case("frame rate", "1 to 240") { $0.fps = 0 },
            Case("frame rate that is none", "1 to 240") { $0.fps = .nan },
            Case("odd size", "nearest to 100 is 96") { $0.lr.size.width = 100 },
            Case("no size", "nearest to 0 is 32") { $0.lr.size.height = 0 },
            Case("huge size", "nearest to 9223372036854775807 is 8192") { $0.hr.size.width = .max },
            Case("negative size", "is 32") { $0.hr.size.width = .min },
            Case("no steps", "1 to 1000 steps") { $0.lr.steps = 0 },
            Case("too many steps", "1 to 1000 steps") { $0.hr.steps = 1001 },
            Case("guidance", "0 to 100") { $0.lr.guidance = -1 },
            Case("guidance that is none", "0 to 100") { $0.hr.guidance = .infinity },
            Case("shift", "above 0") { $0.lr.shift = 0 },
            Case("stg", "0 to 100") { $0.lr.stg = -1 },
            Case("stg nowhere", "name at least one") { $0.lr.stg = 1 },
            Case("stg block", "blocks 0 to 7") { $0.lr.stgBlocks = [8] },
            Case("rescale", "0 to 1") { $0.hr.rescale = 2 },
            Case("timesteps that climb", "every value must be below") { $0.lr.timesteps = [0.5, 0.7] },
            Case("timesteps above 1", "at most 1") { $0.lr.timesteps = [2, 1] },
            Case("timesteps for other steps", "one for each step") { $0.lr.timesteps = [1] },
        ]

        @Test("is refused before anything is made", arguments: cases) func value(_ bad: Case) async throws {
            let recipe = Recipe.small().with(bad.change)
            let engine = place.engine()
            let error = try #require(await JobRun.error(of: engine.draft(place.draft(recipe, output: "out.mp4"))))
            #expect(error.exitCode == 2 && error.description.contains(bad.expected), "\(error)")
            #expect(place.names().isEmpty)
            if bad.expected == Self.missingPrompt {
                // What a job needs can be told before its prompt is written.
                #expect(try await engine.plan(recipe).peakBytes > 0)
            } else {
                await #expect(throws: error) { try await engine.plan(recipe) }
            }
        }

        @Test("too little memory is refused with the largest term and a way out") func memory() async throws {
            let engine = place.engine(availableBytes: 100 << 20)
            let error = try #require(await JobRun.error(of: engine.draft(place.draft())))
            guard case .notEnoughMemory(let text, let needed, let available, let suggestions) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(error.exitCode == 4 && needed > available && available == 100 << 20)
            #expect(text.contains("128x96, 9 frames") && text.contains("0.1 GiB is available"))
            #expect(place.names().isEmpty)
            // Nothing fits beside the program itself.
            #expect(suggestions.isEmpty)
            var options = engine.options
            options.ignoresMemory = true
            _ = try await JobRun(GenerationEngine(options: options).draft(place.draft())).result
            let large = Recipe.small().hr.with { $0.size = VideoSize(width: 1024, height: 768) }
            let commit = await JobRun.error(of: place.engine(availableBytes: 200 << 20).commit(place.commit(large)))
            #expect(commit?.exitCode == 4 && commit?.description.contains("1024x768") == true)
            guard case .notEnoughMemory(_, let most, _, _) = commit,
                case .notEnoughMemory(_, _, _, let smaller) = await JobRun.error(
                    of: place.engine(availableBytes: most * 9 / 10).commit(place.commit(large)))
            else {
                Issue.record("nothing was refused")
                return
            }
            let size = smaller.first { $0.hasPrefix("--size ") }.flatMap { VideoSize($0.dropFirst(7)) }
            let fitting = try #require(size)
            #expect(fitting.width < 1024 && fitting.width.isMultiple(of: 32) && fitting.height.isMultiple(of: 32))
        }

        @Test("what earlier jobs took beyond their plans is asked for too") func margin() async throws {
            let planned = try await place.engine().plan(.small()).peakBytes(of: .draft)
            let engine = place.engine(availableBytes: planned * 12 / 10)
            var request = place.draft()
            request.memoryMargin = 1.3
            let error = await JobRun.error(of: engine.draft(request))
            #expect(error?.exitCode == 4)
            request.memoryMargin = 1.1
            _ = try await JobRun(engine.draft(request)).result
        }

        @Test("a draft needs no memory for its commit") func draftAlone() async throws {
            let recipe = Recipe.small().with { $0.hr.size = VideoSize(width: 2560, height: 1920) }
            let engine = place.engine(availableBytes: 400 << 20)
            #expect(try await engine.plan(recipe).peakBytes > 400 << 20)
            _ = try await JobRun(engine.draft(place.draft(recipe))).result
        }

        @Test("outputs that cannot be written are refused before the first step")
        func unwritable() async throws {
            let engine = place.engine()
            try Data().write(to: place.folder("file"))
            for (name, code) in [("no/such/folder/out.mp4", 6), ("file/out.mp4", 6), ("out.xyz", 7), ("out", 7)] {
                let request = place.draft(output: name)
                let error = try #require(await JobRun.error(of: engine.draft(request)), "\(name)")
                #expect(error.exitCode == Int32(code), "\(name): \(error)")
                #expect(place.names("draft") == ["recipe.json"])
            }
            let request = place.draft(.small(), "file/draft")
            let error = try #require(await JobRun.error(of: engine.draft(request)))
            #expect(error.exitCode == 6 && error.description.contains("file/draft"), "\(error)")
        }

        @Test("a disk that fills up while the clip is written leaves no file, and the draft")
        func fullDisk() async throws {
            guard let disk = SmallDisk(in: place, bytes: 8192) else {
                print("not run: mounting a small disk takes root")
                return
            }
            var request = place.draft(.small().with { $0.frames = 65 })
            request.output = OutputRequest(file: disk.url.appending(path: "out.gif"))
            let error = try #require(await JobRun.error(of: place.engine().draft(request)))
            #expect(error.exitCode == 6, "\(error)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: disk.url.path).isEmpty)
            #expect(place.names("draft").contains("draft.safetensors"))
        }

        @Test("a disk too full for states does not end a commit") func fullStateDisk() async throws {
            guard let disk = SmallDisk(in: place, bytes: 8192) else {
                print("not run: mounting a small disk takes root")
                return
            }
            let engine = place.engine()
            _ = try await JobRun(engine.draft(place.draft())).result
            var request = place.commit()
            request.folder = disk.url
            let run = try await JobRun(engine.commit(request))
            #expect(run.savedSteps.isEmpty && place.names().contains("commit.mp4"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: disk.url.path) == ["recipe.json"])
        }
    }
}

/// A file system of a few pages; mounting one takes root.
private final class SmallDisk {
    let url: URL

    init?(in place: Workplace, bytes: Int) {
        url = place.folder("disk")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        guard mount("tmpfs", url.path, "tmpfs", 0, "size=\(bytes)") == 0 else { return nil }
    }

    deinit { umount2(url.path, CInt(MNT_DETACH)) }
}
