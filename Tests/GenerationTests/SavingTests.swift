import Foundation
import Generation
import Tensors
import TestSupport
import Testing
import WeightFiles

extension GenerationTests {
    /// Passes that leave work out.
    @Suite("Doing less") struct SavingTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        private func latent(_ recipe: Recipe, _ name: String, threads: Int = 2) async throws -> [Float] {
            _ = try await JobRun(place.engine(threads: threads).draft(place.draft(recipe, name))).result
            return try place.latent(name)
        }

        private func distance(_ a: [Float], _ b: [Float]) -> Double {
            let difference = zip(a, b).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
            return (difference / b.reduce(0) { $0 + Double($1) * Double($1) }).squareRoot()
        }

        @Test("guidance runs only at the noise levels of its interval") func interval() async throws {
            let levels = Recipe.small().with {
                $0.lr.steps = 4
                $0.lr.timesteps = [1, 0.75, 0.5, 0.25]
            }
            let all = try await latent(levels, "all")
            let recipe = levels.with { $0.lr.guidanceInterval = NoiseInterval(lowest: 0.5, highest: 0.8) }
            let run = try await JobRun(place.engine().draft(place.draft(recipe)))
            #expect(run.steps.map(\.calls) == [1, 2, 2, 1])
            #expect(try place.latent() != all)
            let whole = try await latent(
                levels.with { $0.lr.guidanceInterval = NoiseInterval(lowest: 0, highest: 1) }, "whole")
            #expect(whole == all)
            let never = try await latent(
                levels.with { $0.lr.guidanceInterval = NoiseInterval(lowest: 0.3, highest: 0.4) }, "never")
            let unguided = try await latent(levels.with { $0.lr.guidance = 1 }, "unguided")
            #expect(never == unguided)
        }

        @Test("step caching stays near, does not depend on threads, and does nothing when it is off")
        func stepCache() async throws {
            let plain = Recipe.small(steps: 12)
            let all = try await latent(plain, "all")
            #expect(try await latent(plain.with { $0.lr.stepCache = 0 }, "off") == all)
            // No change is so small: the cache is filled and never used.
            #expect(try await latent(plain.with { $0.lr.stepCache = 1e-9 }, "filled") == all)
            let cached = plain.with { $0.lr.stepCache = 0.3 }
            let two = try await latent(cached, "cached")
            #expect(two != all)
            #expect(distance(two, all) < 0.5)
            #expect(try await latent(cached, "again", threads: 1) == two)
        }

        @Test("a stopped pass with step caching goes on to the same latent") func resumedCache() async throws {
            try await resumes(
                Recipe.small(steps: 60).with {
                    $0.lr.stepCache = 0.12
                    $0.lr.guidanceInterval = NoiseInterval(lowest: 0.4, highest: 1)
                })
        }

        @Test("what there is of a step that was taken from the cache is kept and written") func cachedStep()
            async throws
        {
            let recipe = Recipe.small(steps: 60).with { $0.lr.stepCache = 0.9 }
            let whole = try await JobRun(place.engine().draft(place.draft(recipe, "whole")))
            let reused = Set(whole.steps.filter(\.isReused).map(\.number))
            // Behind such a step the next one is taken from the cache too: nothing can go on from there.
            let between = reused.filter { reused.contains($0 + 1) }
            try #require(!between.isEmpty)
            let engine = place.engine()
            var kept: Int?
            for try await event in engine.draft(place.draft(recipe)) {
                if case .stateSaved(_, let step, _) = event, between.contains(step) {
                    kept = step
                    break
                }
            }
            let step = try #require(kept)
            // Waits for the stopped job, which may still be writing.
            await engine.releaseMemory()
            let file = OutputRequest(file: place.url.appending(path: "partial.mp4"))
            let request = PartialRequest(kind: .draft, recipe: recipe, folder: place.folder("draft"), output: file)
            let partial = try #require(try await JobRun(engine.partial(request)).result.partial)
            #expect(partial.done >= step && partial.count == 60)
            let resumed = try await JobRun(place.engine().draft(place.draft(recipe)))
            let first = try #require(resumed.steps.first?.number)
            #expect(first <= partial.done + 1)
            let isTold = resumed.events.contains {
                if case .noted(let text) = $0 { text.contains("made again") } else { false }
            }
            #expect(isTold == (first <= partial.done))
            #expect(try resumed.result.latentSHA256 == whole.result.latentSHA256)
        }

        @Test("a stopped pass with sparse attention goes on to the same latent") func resumedCoverage() async throws {
            try await resumes(sparse)
        }

        /// 2304 tokens: enough for several key blocks.
        private var sparse: Recipe {
            Recipe.small(steps: 6).with {
                $0.frames = 25
                $0.lr.size = VideoSize(width: 1024, height: 576)
                $0.lr.guidance = 1
                $0.lr.coverage = 0.6
                $0.hr.size = VideoSize(width: 1024, height: 576)
            }
        }

        private func resumes(_ recipe: Recipe) async throws {
            let whole = try await latent(recipe, "whole")
            var hasStopped = false
            let task = Task {
                for try await event in place.engine().draft(place.draft(recipe)) {
                    if case .stateSaved(_, let step, _) = event, step >= 2 { return true }
                }
                return false
            }
            hasStopped = try await task.value
            #expect(hasStopped)
            // The stream's end stops the job; the state is good at any moment.
            let run = try await JobRun(place.engine().draft(place.draft(recipe)))
            let first = try #require(run.steps.first?.number)
            #expect(first > 1)
            #expect(try place.latent() == whole)
        }

        @Test("a state without its attention starts again") func lostChoices() async throws {
            let whole = try await latent(sparse, "whole")
            for try await event in place.engine().draft(place.draft(sparse)) {
                if case .stateSaved(_, let step, _) = event, step >= 2 { break }
            }
            let file = place.folder("draft").appending(path: "state.safetensors")
            // The stopped job may still write its last state.
            _ = await JobRun.error(of: place.engine().commit(place.commit(of: "none")))
            let state = try SafetensorsFile(path: file.path)
            #expect(state.contains("attention"))
            try SafetensorsWriter.write(
                [.init("latent", try state.tensor("latent"))], metadata: state.metadata, to: file.path)
            let run = try await JobRun(place.engine().draft(place.draft(sparse)))
            #expect(run.steps.first?.number == 1)
            #expect(try place.latent() == whole)
        }

        @Test("values that cannot be are refused before the start")
        func limits() async throws {
            for change: @Sendable (inout Recipe) -> Void in [
                { $0.lr.stepCache = 1.5 }, { $0.hr.stepCache = .nan }, { $0.hr.coverage = -1 },
            ] {
                let error = await JobRun.error(of: place.engine().draft(place.draft(Recipe.small().with(change))))
                #expect(error?.exitCode == 2)
            }
        }
    }
}
