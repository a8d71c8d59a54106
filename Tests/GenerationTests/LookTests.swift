import Dispatch
import Foundation
import Generation
import Testing
import VideoIO

extension GenerationTests {
    @Suite("Features and looks") struct LookTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        @Test("A draft's features are a picture for each guiding block, a pixel for each token, and kept")
        func features() async throws {
            let engine = place.engine()
            _ = try await JobRun(engine.draft(place.draft())).result
            let pictures = try await engine.features(ofDraftIn: place.folder("draft"))
            #expect(pictures.count == 4 && pictures.map(\.block) == pictures.map(\.block).sorted())
            for picture in pictures {
                #expect(picture.frames.count == 2)
                #expect(picture.frames.allSatisfy { $0.width == 4 && $0.height == 3 })
                #expect(Set(picture.frames[0].pixels).count > 1)
            }
            #expect(pictures[0].frames != pictures[3].frames)
            #expect(place.names("draft").contains("features.safetensors"))
            // What is kept is read without the weights, and made again where it is damaged.
            let kept = try await place.engine().features(ofDraftIn: place.folder("draft"))
            #expect(kept == pictures)
            try Data("no".utf8).write(to: place.folder("draft").appending(path: "features.safetensors"))
            let again = try await place.engine().features(ofDraftIn: place.folder("draft"))
            #expect(again == pictures)
        }

        @Test("A folder without a draft has no features, and says so") func noDraft() async throws {
            do {
                _ = try await place.engine().features(ofDraftIn: place.folder("nothing"))
                Issue.record("features of nothing")
            } catch let error as GenerationError {
                guard case .badDraft = error else { throw error }
            }
        }

        @Test(
            "A sharper look comes once, after a step, and changes nothing of the draft",
            arguments: [(SharperLook.small, Preview.Look.small), (.full, .full)])
        func looks(asked: SharperLook, shown: Preview.Look) async throws {
            let recipe = Recipe.small(steps: 3)
            let plain = try await JobRun(place.engine().draft(place.draft(recipe, "plain"))).result
            let engine = place.engine()
            // Asked for before a job starts it is nobody's.
            await engine.look(asked)
            var request = place.draft(recipe, "looked", output: "looked.mp4")
            request.output?.comment = { _ in
                // The engine asks for it on its own thread before the first step, and waits.
                let isAsked = DispatchSemaphore(value: 0)
                Task {
                    await engine.look(asked)
                    isAsked.signal()
                }
                isAsked.wait()
                return nil
            }
            let run = try await JobRun(engine.draft(request))
            let (previews, digest) = (run.previews(shown), try run.result.latentSHA256)
            #expect(previews.count == 1 && digest == plain.latentSHA256)
            let preview = try #require(previews.first)
            #expect(preview.frames.count == 9 && preview.fps == recipe.fps)
            #expect(preview.frames.allSatisfy { $0.width == 128 && $0.height == 96 })
            #expect((preview.seconds ?? 0) > 0)
        }

        @Test("A commit's estimates tell how near they are to the draft") func match() async throws {
            let engine = place.engine()
            // The draft teaches the map that estimates are drawn with, and has cells enough for that.
            let recipe = Recipe.small().with {
                $0.lr.size = VideoSize(width: 256, height: 192)
                $0.hr = PassSettings(size: VideoSize(width: 512, height: 384), steps: 4, guidance: 1, shift: 3)
                $0.frames = 17
            }
            _ = try await JobRun(engine.draft(place.draft(recipe))).result
            let run = try await JobRun(engine.commit(place.commit(recipe.hr)))
            let matches = run.previews(.map).compactMap(\.match)
            #expect(!matches.isEmpty && matches.count == run.previews(.map).count)
            #expect(matches.allSatisfy { (-1...1).contains($0) })
        }

        @Test("A commit with a seed of its own is another clip of the same draft") func seed() async throws {
            let engine = place.engine()
            let draft = try await JobRun(engine.draft(place.draft())).result
            var digests: [String] = []
            for (index, seed) in [nil, draft.recipe.seed, 99].enumerated() {
                var request = place.commit(Recipe.small().hr, "commit\(index)", output: "\(index).mp4")
                request.seed = seed
                let result = try await JobRun(engine.commit(request)).result
                #expect(result.recipe.seed == seed ?? draft.recipe.seed)
                digests.append(result.latentSHA256)
            }
            #expect(digests[0] == digests[1] && digests[0] != digests[2])
        }

        @Test("A plan needs no prompt, a job does") func emptyPrompt() async throws {
            let engine = place.engine()
            let recipe = Recipe.small("")
            #expect(try await engine.plan(recipe).lrTokens == 24)
            let error = await JobRun.error(of: engine.draft(place.draft(recipe)))
            guard case .badValue = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }

        @Test("A prompt past the limit says how much of it is read") func promptLength() async throws {
            let engine = place.engine()
            let text = (0..<400).map { "word\($0)" }.joined(separator: " ")
            let length = try await engine.tokenCount(of: text, model: "nano")
            let read = try #require(length.readCharacters)
            #expect(length.used > 256 && read > 0 && read < text.count)
            let part = try await engine.tokenCount(of: String(text.prefix(read)), model: "nano")
            #expect(part.used <= 256 && part.readCharacters == nil)
        }
    }
}
