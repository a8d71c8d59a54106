import Foundation
import Generation
import Testing
import VideoIO

extension GenerationTests {
    @Suite("Commits") struct CommitTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        private func makeDraft(_ recipe: Recipe = .small()) async throws {
            _ = try await JobRun(place.engine().draft(place.draft(recipe))).result
        }

        @Test("a commit tells all it does, in order, and writes the clip") func events() async throws {
            try await makeDraft()
            var request = place.commit()
            request.output.comment = { "\($0.weightsSHA256) \($0.recipe.hr.size)" }
            let run = try await JobRun(place.engine().commit(request))
            #expect(run.stagesStarted == [.load, .features, .hr, .decode, .encode])
            #expect(run.stagesFinished == run.stagesStarted)
            #expect(run.steps.map(\.number) == [1, 2])
            #expect(run.steps.allSatisfy { $0.pass == .hr && $0.calls == 1 && $0.tokens == 96 })
            #expect(run.savedSteps.last == 2)
            #expect(run.parts(of: .decode) == Array(1...9))
            #expect(run.previews(.decoded).map(\.frames.count) == [9])
            let result = try run.result
            #expect(result.kind == .commit && result.file == request.output.file)
            #expect(result.recipe.hr == request.hr && result.recipe.prompt == Recipe.small().prompt)
            let reader = try VideoReader(path: request.output.file.path)
            #expect(reader.width == 256 && reader.height == 192)
            #expect(reader.metadata.comment == "\(result.weightsSHA256) 256x192")
            #expect(try reader.frames().count == 9)
            #expect(place.names("commit") == ["recipe.json"])
        }

        @Test("a draft committed later by another engine gives the same clip") func later() async throws {
            let engine = place.engine()
            _ = try await JobRun(engine.draft(place.draft())).result
            let first = try await JobRun(engine.commit(place.commit())).result
            let later = try await JobRun(
                place.engine(threads: 1).commit(place.commit(of: "draft", "other", output: "other.mp4"))
            ).result
            #expect(first.latentSHA256 == later.latentSHA256)
        }

        @Test("the draft guides the commit, and guidance of the commit's own works") func guidance() async throws {
            let engine = place.engine()
            try await makeDraft()
            _ = try await JobRun(engine.draft(place.draft(.small(steps: 3), "another"))).result
            let first = try await JobRun(engine.commit(place.commit())).result
            let other = try await JobRun(engine.commit(place.commit(of: "another", "other"))).result
            var hr = Recipe.small().hr
            hr.guidance = 3
            let guided = try await JobRun(engine.commit(place.commit(hr, "third")))
            #expect(guided.steps.map(\.calls) == [2, 2])
            #expect(Set([first.latentSHA256, other.latentSHA256, try guided.result.latentSHA256]).count == 3)
        }

        @Test("a commit of another shape is refused with a size that works") func shape() async throws {
            try await makeDraft()
            var hr = Recipe.small().hr
            hr.size = VideoSize(width: 512, height: 128)
            let error = try #require(await JobRun.error(of: place.engine().commit(place.commit(hr))))
            #expect(error.exitCode == 2 && error.description.contains("256x192"))
            #expect(place.names() == ["cache", "draft"])
        }

        @Test("a missing, foreign or damaged draft is refused") func badDraft() async throws {
            let engine = place.engine()
            let missing = try #require(await JobRun.error(of: engine.commit(place.commit(of: "none"))))
            #expect(missing.exitCode == 10 && missing.description.contains("none/draft.safetensors"))
            try await makeDraft()
            let file = place.folder("draft").appending(path: "draft.safetensors")
            let data = try Data(contentsOf: file)
            for damaged in [data.prefix(data.count / 2), Data("not a draft".utf8), Data()] {
                try damaged.write(to: file)
                let error = try #require(await JobRun.error(of: engine.commit(place.commit())))
                #expect(error.exitCode == 10, "\(error)")
            }
        }

        @Test("a draft of other weights is refused") func otherWeights() async throws {
            let model = try ModelCopy(in: place)
            try await makeDraft(.small().with { $0.model = model.folder.path })
            try model.rewrite("ltx-nano-hr.safetensors") { entries, metadata in metadata["note"] = "new" }
            let error = try #require(await JobRun.error(of: place.engine().commit(place.commit())))
            #expect(error.exitCode == 10 && error.description.contains("changed since this draft"))
        }

        @Test("a model without an HR stage restarts from the resized draft") func withoutHighResolution() async throws {
            let model = try ModelCopy(in: place)
            try model.remove("ltx-nano-hr.safetensors")
            try await makeDraft(.small(steps: 6).with { $0.model = model.folder.path })
            for steps in [1, 3] {
                var hr = Recipe.small().hr
                hr.steps = steps
                let run = try await JobRun(place.engine().commit(place.commit(hr, "\(steps)")))
                #expect(run.stagesStarted == [.load, .hr, .decode, .encode])
                #expect(run.steps.count == steps && abs(run.steps[0].sigma - 0.7) < 1e-6)
                #expect(try VideoReader(path: place.url.appending(path: "commit.mp4").path).frames().count == 9)
            }
            var hr = Recipe.small().hr
            hr.timesteps = [0.5, 0.25]
            let run = try await JobRun(place.engine().commit(place.commit(hr, "own")))
            #expect(run.steps.map(\.sigma) == [0.5, 0.25])
        }
    }
}
