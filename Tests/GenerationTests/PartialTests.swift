import Foundation
import Generation
import Testing
import VideoIO
import WeightFiles

extension GenerationTests {
    @Suite("Clips of what there is") struct PartialTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        /// Runs a job until a state of at least `step` is on the disk, and drops it there.
        private func stop(
            _ stream: AsyncThrowingStream<GenerationEvent, any Error>, atStep step: Int = 3
        ) async throws {
            for try await event in stream {
                if case .stateSaved(_, let saved, _) = event, saved >= step { return }
                if case .finished = event { Issue.record("finished before it was stopped") }
            }
        }

        private func partial(
            _ kind: GenerationResult.Kind, _ recipe: Recipe, _ folder: String, output: String = "partial.mp4"
        ) -> PartialRequest {
            let file = OutputRequest(file: place.url.appending(path: output)) { origin in
                origin.partial.map { "\($0.done) of \($0.count), \(origin.weightsSHA256)" }
            }
            return PartialRequest(kind: kind, recipe: recipe, folder: place.folder(folder), output: file)
        }

        private func state(_ folder: String) throws -> Data {
            try Data(contentsOf: place.folder(folder).appending(path: "state.safetensors"))
        }

        @Test("a stopped draft is written as it is, and goes on to the same latent") func draft() async throws {
            let engine = place.engine()
            let recipe = Recipe.small(steps: 60)
            let whole = try await JobRun(engine.draft(place.draft(recipe, "whole"))).result
            try await stop(engine.draft(place.draft(recipe)))
            // Waits for the stopped job, which may still be writing.
            await engine.releaseMemory()
            let before = try state("draft")
            let run = try await JobRun(engine.partial(partial(.draft, recipe, "draft")))
            let result = try run.result
            let steps = try #require(result.partial)
            #expect(steps.count == 60 && (3..<60).contains(steps.done))
            #expect(run.stagesStarted == [.load, .decode, .encode] && run.steps.isEmpty)
            #expect(result.kind == .draft && result.weightsSHA256 == whole.weightsSHA256)
            #expect(result.latentSHA256 != whole.latentSHA256)
            let reader = try VideoReader(path: place.url.appending(path: "partial.mp4").path)
            #expect(reader.width == 128 && reader.height == 96)
            #expect(reader.metadata.comment == "\(steps.done) of 60, \(whole.weightsSHA256)")
            #expect(try reader.frames().count == 9)
            #expect(try state("draft") == before)
            let names = place.names("draft").filter { $0 != "state-previous.safetensors" }
            #expect(names == ["recipe.json", "state.safetensors"])
            let resumed = try await JobRun(place.engine().draft(place.draft(recipe)))
            #expect(resumed.steps.first?.number == steps.done + 1)
            #expect(try resumed.result.latentSHA256 == whole.latentSHA256)
        }

        @Test("a stopped commit is written at its full size, and goes on to the same latent") func commit() async throws
        {
            let engine = place.engine()
            let recipe = Recipe.small().with { $0.hr.steps = 40 }
            _ = try await JobRun(engine.draft(place.draft(recipe))).result
            let whole = try await JobRun(engine.commit(place.commit(recipe.hr, "whole", output: "whole.mp4"))).result
            try await stop(engine.commit(place.commit(recipe.hr)))
            let steps = try #require(
                try await JobRun(engine.partial(partial(.commit, recipe, "commit"))).result.partial)
            #expect(steps.count == 40 && (3..<40).contains(steps.done))
            let reader = try VideoReader(path: place.url.appending(path: "partial.mp4").path)
            #expect(reader.width == 256 && reader.height == 192)
            let resumed = try await JobRun(engine.commit(place.commit(recipe.hr))).result
            #expect(resumed.latentSHA256 == whole.latentSHA256)
        }

        @Test("behind the last step what there is is the whole clip") func finished() async throws {
            let engine = place.engine()
            let recipe = Recipe.small().with { $0.frames = 129 }
            _ = try await JobRun(engine.draft(place.draft(recipe))).result
            for try await event in engine.commit(place.commit(recipe.hr)) {
                if case .partsFinished(.decode, let parts, _) = event, parts >= 2 { break }
            }
            let result = try await JobRun(engine.partial(partial(.commit, recipe, "commit"))).result
            #expect(result.partial == StepsDone(done: 2, of: 2))
            let whole = try await JobRun(engine.commit(place.commit(recipe.hr))).result
            #expect(result.latentSHA256 == whole.latentSHA256)
        }

        @Test("without a finished step, or with other weights, there is nothing to write") func nothing() async throws {
            let model = try ModelCopy(in: place)
            let recipe = Recipe.small(steps: 60).with { $0.model = model.folder.path }
            let none = try #require(await JobRun.error(of: place.engine().partial(partial(.draft, recipe, "draft"))))
            #expect(none.exitCode == 2 && none.description.contains("No step"))
            try await stop(place.engine().draft(place.draft(recipe)))
            try model.rewrite("ltx-nano-hr.safetensors") { entries, metadata in metadata["note"] = "new" }
            let other = try #require(await JobRun.error(of: place.engine().partial(partial(.draft, recipe, "draft"))))
            #expect(other.exitCode == 10 && other.description.contains("have changed since"))
            #expect(!place.names().contains("partial.mp4"))
        }
    }

    @Suite("Drafts that were cleaned away") struct RemakeTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        private var latent: URL { place.folder("draft").appending(path: "draft.safetensors") }

        private func notes(_ run: JobRun) -> [String] {
            run.events.compactMap { if case .noted(let text) = $0 { text } else { nil } }
        }

        @Test("a commit makes the draft again, byte for byte, and is the same") func remake() async throws {
            let engine = place.engine()
            let draft = try await JobRun(engine.draft(place.draft())).result
            let before = try Data(contentsOf: latent)
            let first = try await JobRun(engine.commit(place.commit())).result
            try FileManager.default.removeItem(at: latent)
            var request = place.commit(Recipe.small().hr, "again", output: "again.mp4")
            request.knownDraft = KnownDraft(
                recipe: draft.recipe, latentSHA256: draft.latentSHA256, weightsSHA256: draft.weightsSHA256)
            let run = try await JobRun(place.engine().commit(request))
            #expect(run.stagesStarted == [.load, .text, .lr, .load, .features, .hr, .decode, .encode])
            #expect(run.steps.map(\.pass) == [.lr, .lr, .hr, .hr])
            #expect(try run.result.latentSHA256 == first.latentSHA256)
            #expect(try Data(contentsOf: latent) == before)
            #expect(notes(run).isEmpty && place.names("again") == ["recipe.json"])
        }

        @Test("without a folder the known recipe does") func withoutFolder() async throws {
            let engine = place.engine()
            let draft = try await JobRun(engine.draft(place.draft())).result
            let first = try await JobRun(engine.commit(place.commit())).result
            var request = place.commit(Recipe.small().hr, of: "elsewhere", "again", output: "again.mp4")
            request.knownDraft = KnownDraft(recipe: draft.recipe, latentSHA256: nil, weightsSHA256: nil)
            let again = try await JobRun(engine.commit(request)).result
            #expect(again.latentSHA256 == first.latentSHA256)
        }

        @Test("a latent that differs is told, other weights are refused") func differences() async throws {
            let draft = try await JobRun(place.engine().draft(place.draft())).result
            try FileManager.default.removeItem(at: latent)
            var request = place.commit()
            request.knownDraft = KnownDraft(recipe: draft.recipe, latentSHA256: nil, weightsSHA256: "other")
            let error = try #require(await JobRun.error(of: place.engine().commit(request)))
            #expect(error.exitCode == 10 && error.description.contains("cannot be made again"))
            #expect(!FileManager.default.fileExists(atPath: latent.path))
            request.knownDraft = KnownDraft(
                recipe: draft.recipe, latentSHA256: "other", weightsSHA256: draft.weightsSHA256)
            let run = try await JobRun(place.engine().commit(request))
            #expect(notes(run).count == 1 && notes(run).allSatisfy { $0.contains("differs from the first") })
            #expect(try run.result.kind == .commit)
        }

        @Test("stopped while it makes the draft again, it goes on from there") func stopped() async throws {
            let engine = place.engine()
            let recipe = Recipe.small(steps: 60)
            let draft = try await JobRun(engine.draft(place.draft(recipe))).result
            let first = try await JobRun(engine.commit(place.commit(recipe.hr, "whole", output: "whole.mp4"))).result
            try FileManager.default.removeItem(at: latent)
            var request = place.commit(recipe.hr)
            request.knownDraft = KnownDraft(
                recipe: draft.recipe, latentSHA256: draft.latentSHA256, weightsSHA256: draft.weightsSHA256)
            for try await event in engine.commit(request) {
                if case .stateSaved(.lr, let step, _) = event, step >= 3 { break }
            }
            let partial = PartialRequest(
                kind: .commit, recipe: recipe, folder: request.folder,
                output: OutputRequest(file: place.url.appending(path: "p.mp4")))
            #expect(await JobRun.error(of: engine.partial(partial))?.exitCode == 2)
            let run = try await JobRun(engine.commit(request))
            #expect(try #require(run.steps.first).number > 1)
            #expect(try run.result.latentSHA256 == first.latentSHA256)
        }
    }
}
